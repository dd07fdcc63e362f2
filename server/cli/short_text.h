// SPDX-License-Identifier: Apache-2.0
// What terminals have little room for, in few letters. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "server/cli/times.h"

namespace muster::cli {

std::string short_class(std::string_view text);   // "laptop" of "hardware.computer.laptop"
std::string short_system(std::string_view text);  // "Debian 12.11" of "Debian GNU/Linux 12.11"
std::string short_age(Instant at, Instant now);   // "10 min", "16 d", "now", "in 5 min"

// "23 Nov 10:00 (-15 min)": seen at 10:00, changed within the 15 minutes before. Without
// `not_before`, "23 Nov 10:00 (seen)". With the year when it is another than that of now.
std::string short_span(std::optional<Instant> not_before, Instant at, Instant now, Zone zone);

}  // namespace muster::cli
