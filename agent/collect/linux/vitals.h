// SPDX-License-Identifier: Apache-2.0
// The parts of collect_vitals (collector.h) that read one text each. Pure; any thread.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/support/clock.h"

namespace muster::agent::collect {

// The first three numbers of /proc/loadavg; nullopt unless all are numbers from 0 on.
std::optional<std::array<double, 3>> parse_loadavg(std::string_view text);

// Whole seconds of /proc/uptime.
std::optional<std::int64_t> parse_uptime(std::string_view text);

// The line "btime" of /proc/stat.
std::optional<Instant> parse_boot_time(std::string_view text);

}  // namespace muster::agent::collect
