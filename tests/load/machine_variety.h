// SPDX-License-Identifier: Apache-2.0
// Where the machines of muster-load come from, and how one differs from the next. captured_models
// runs the agent's collectors over what was captured (tests/captures): a server, a notebook and
// virtual machines. vary() gives a model's section the names, numbers and addresses
// of one machine. All but captured_models and packages_of_this_machine is pure; any thread.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/inventory/snapshot.h"

namespace muster::load {

using Sections = std::map<std::string, inventory::CollectedSection, std::less<>>;

struct CapturedModel {
  std::string name;
  Sections sections;  // every declared section that a collector brings, packages too
};

// Throws std::runtime_error that names what is missing.
std::vector<CapturedModel> captured_models(const std::filesystem::path& captures);

// The packages of the machine that this runs on, or of the capture where dpkg knows fewer.
inventory::CollectedSection packages_of_this_machine(const Sections& captured);

int release_of(int machine, int releases);
void vary(inventory::CollectedSection& section, int machine, int release);
std::string boot_id_of(int machine);
std::string vitals_of(int machine, std::int64_t boottime_ms);
std::string host_name_of(int machine);

}  // namespace muster::load
