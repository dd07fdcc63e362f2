// SPDX-License-Identifier: Apache-2.0
// The machines of tests/captures. How each was made, and so what it has, is in
// tests/captures/record/machines; serial numbers and the like are redacted.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "agent/host/host.h"

namespace muster::agent {

// captured_machine("debian12-two-sockets"); throws std::runtime_error.
std::shared_ptr<host::Host> captured_machine(std::string_view name);

// Its SMBIOS table.
std::string captured_smbios(std::string_view name);

}  // namespace muster::agent
