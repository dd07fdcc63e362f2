// SPDX-License-Identifier: Apache-2.0
// What turns the texts of firmware into facts of the system section, wherever they were read: from
// the SMBIOS tables, from the kernel's copies of them or from a device tree. Pure; any thread.
#pragma once
#include <optional>
#include <string>

#include "common/inventory/sections/system.h"

namespace muster::agent::collect {

// Texts are trimmed; placeholders (common/inventory/placeholders.h) become absent, and so do UUIDs
// that many machines share. The same for every source, so that a change of privileges changes no
// value.
void leave_out_placeholders(inventory::System& system);

// What `other`, a device tree, says of the machine where `system` says nothing, as systemd does it
// for boards whose boot loader makes SMBIOS up (systemd #35792).
void fill_gaps(inventory::System& system, const inventory::System& other);

// The model as people know it: the product name, except for Lenovo and IBM, which write a machine
// type there ("21AHCTO1WW") and the name into the version ("ThinkPad T14 Gen 3").
std::optional<std::string> model_name(const inventory::System& system);

}  // namespace muster::agent::collect
