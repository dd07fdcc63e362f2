// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/agent_agreement.h"

#include <set>

#include "server/store/sqlite.h"

namespace muster::test {

std::string package_disagreement(const FaultServer& server, const Machine& machine) {
  constexpr const char* kPackages = R"sql(
    SELECT c.name || ' ' || c.version FROM section_packages r
    JOIN section_packages_content c ON c.content_id = r.content_id
    JOIN assignments a ON a.source_record = r.source_record AND a.until IS NULL
    JOIN section_system s ON s.source_record = r.source_record AND s.until IS NULL
    WHERE r.until IS NULL AND s.serial_number = ?1)sql";
  std::set<std::string> stored, present;
  const auto database = server::store::open_sqlite((server.data() / "muster.db").string(), false);
  database->connect(true, 0)->query(
      kPackages, {machine.serial_number()},
      [&](const server::store::ResultRow& row) { stored.emplace(row.text(0)); });
  for (const auto& [name, version] : machine.packages())
    present.insert(name + " " + version);
  return stored == present ? "" : "the server has other packages than the machine";
}

std::string enrolment_failure(const Ended& again) {
  if (again.code == 0 || again.error.find("enrolled already") != std::string::npos) return {};
  return "cannot be enrolled again: " + all_of(again);
}

}  // namespace muster::test
