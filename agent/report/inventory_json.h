// SPDX-License-Identifier: Apache-2.0
// The inventory as `muster-agent inventory` prints it:
//
//   {"format":1,"agent":{"version":"0.1.0"},"collected_at":"2026-11-23T08:12:00Z","sections":{
//    "disks":{"status":"ok","duration_ms":3,"rows":[...]},
//    "packages":{"status":"partial","duration_ms":9,"sources":{"dpkg":{"status":"ok"},
//      "rpm":{"status":"partial","reason":"..."}},"rows":[...]}},"vitals":{...}}
//
// Sections by name, rows in canonical form by their key. `reason` stands beside the status of a
// section with one provider, `sources` where there are several. Pure; any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "agent/report/collect_sections.h"
#include "common/support/clock.h"

namespace muster::agent::report {

struct InventoryText {
  Instant collected_at;
  std::string vitals;  // a JSON object
  bool pretty = false;
};

// A section whose rows contradict each other (two with one key) is shown as failed, without rows.
// Ends with a newline.
std::string inventory_json(std::vector<CollectionResult> sections, const InventoryText& how);

}  // namespace muster::agent::report
