// SPDX-License-Identifier: Apache-2.0
// One short file of /proc or /sys as text, for what is unknown when it cannot be read, whatever the
// reason. Any thread.
#pragma once
#include <string>
#include <string_view>

#include "agent/host/host.h"

namespace muster::agent::collect {

// Without white space around it; empty where the file cannot be read.
std::string read_text(host::Host& host, std::string_view path);

}  // namespace muster::agent::collect
