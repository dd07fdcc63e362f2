// SPDX-License-Identifier: Apache-2.0
// /proc/cpuinfo, which every architecture writes in its own words, as one record a processor. What
// stands outside the records (old ARM, SPARC, z) counts for all. Clocks of the moment ("cpu MHz" on
// x86) are not read. Pure; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace muster::agent {

// Enough of it: 4,096 processors of 2 KiB and some.
inline constexpr std::size_t kCpuinfoBytes = 16 * 1024 * 1024;

struct Processor {
  std::optional<std::string> manufacturer, model_name, microcode;
  std::optional<std::int64_t> family, model, stepping;
  std::optional<std::int64_t> fixed_clock_mhz;  // where cpuinfo tells a clock that does not vary
  // Where sysfs has no topology: x86, LoongArch.
  std::optional<std::int64_t> package, core;
};

// By the kernel's number of the processor.
std::map<std::int64_t, Processor> parse_cpuinfo(std::string_view text);

// Names by MIDR_EL1 (ARM DDI 0487, D23.2.122): implementer (bits 31 to 24) and part number (bits
// 15 to 4).
std::optional<std::string_view> arm_implementer_name(std::int64_t implementer);
std::optional<std::string_view> arm_part_name(std::int64_t implementer, std::int64_t part);

}  // namespace muster::agent
