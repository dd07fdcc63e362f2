// SPDX-License-Identifier: Apache-2.0
#include "server/installation/check_invariants.h"

#include <iterator>

#include "server/ca/invariants.h"
#include "server/cmdb/invariants.h"
#include "server/desk/invariants.h"
#include "server/ingest/invariants.h"
#include "server/people/invariants.h"

namespace muster::server::installation {

std::vector<store::InvariantCheck> check_invariants(store::Transaction& transaction,
                                                    const ingest::SectionProgress& progress) {
  std::vector<store::InvariantCheck> checks;
  for (const auto& rules : {cmdb::invariants(), ca::invariants(), store::invariants(),
                            ingest::invariants(), people::invariants(), desk::invariants()}) {
    for (const store::InvariantRule& rule : rules)
      checks.push_back(store::check_rule(transaction, rule));
  }
  std::vector<store::InvariantCheck> sections = ingest::check_sections(transaction, progress);
  std::move(sections.begin(), sections.end(), std::back_inserter(checks));
  return checks;
}

}  // namespace muster::server::installation
