// SPDX-License-Identifier: Apache-2.0
// Section names as a person typed them. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "agent/report/collect_sections.h"
#include "common/support/result.h"

namespace muster::agent::commands {

// A failure names the one that does not exist and lists those that do.
Result<report::SectionNames> known_sections(const std::vector<std::string>& names);
Failure unknown_section(std::string_view name);

}  // namespace muster::agent::commands
