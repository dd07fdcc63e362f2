// SPDX-License-Identifier: Apache-2.0
// Whether a real agent and its server agree again after a fault: what the tests of fault points and
// of lost power judge by. Each function says what is wrong; an empty text is nothing.
#pragma once
#include <set>
#include <string>

#include "server/store/sqlite.h"
#include "tests/end_to_end/machine.h"
#include "tests/faults/fault_server.h"

namespace muster::test {

// After two cycles: no number of a report was used twice, and the server has just the packages that
// the machine has. `cycle` runs the agent once, without faults, and gives how it ended.
template <class Cycle>
std::string disagreement_after_two_cycles(const FaultServer& server, const Machine& machine,
                                          Cycle cycle) {
  constexpr const char* kPackages = R"sql(
    SELECT c.name || ' ' || c.version FROM section_packages r
    JOIN section_packages_content c ON c.content_id = r.content_id
    JOIN assignments a ON a.source_record = r.source_record AND a.until IS NULL
    JOIN section_system s ON s.source_record = r.source_record AND s.until IS NULL
    WHERE r.until IS NULL AND s.serial_number = ?1)sql";
  Ended last;
  for (int i = 0; i < 2; ++i) {
    last = cycle();
    if (last.error.find("restored or copied") != std::string::npos)
      return "a number was used twice: " + last.error;
  }
  if (last.code != 0) return "not healed in two cycles: " + all_of(last);
  std::set<std::string> stored, present;
  const auto database = server::open_sqlite((server.data() / "muster.db").string(), false);
  database->connect(true, 0)->query(
      kPackages, {machine.serial_number()},
      [&](const server::ResultRow& row) { stored.emplace(row.text(0)); });
  for (const auto& [name, version] : machine.packages())
    present.insert(name + " " + version);
  return stored == present ? "" : "the server has other packages than the machine";
}

// `again`: how a further `enroll` ended, which works or finds the agent enrolled.
inline std::string enrolment_failure(const Ended& again) {
  if (again.code == 0 || again.error.find("enrolled already") != std::string::npos) return {};
  return "cannot be enrolled again: " + all_of(again);
}

}  // namespace muster::test
