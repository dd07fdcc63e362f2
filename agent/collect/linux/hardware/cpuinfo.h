// SPDX-License-Identifier: Apache-2.0
// /proc/cpuinfo, which every architecture writes in its own words, as one record a processor. What
// stands outside the records (old ARM, SPARC, z) counts for all; where there is no record at all
// (ARM with one processor before Linux 3.8, Alpha, m68k) it is about each of as many processors as
// it says, or about one. Clocks of the moment ("cpu MHz" on x86) are not read. Pure; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::agent::collect {

// Enough of it: 4,096 processors of 2 KiB and some.
inline constexpr std::size_t kCpuinfoBytes = 16 * 1024 * 1024;

struct Processor {
  std::optional<std::string> manufacturer, model_name, microcode;
  std::optional<std::int64_t> family, model, stepping;
  std::optional<std::int64_t> fixed_clock_mhz;  // where cpuinfo tells a clock that does not vary
  // Where sysfs has no topology: x86, LoongArch.
  std::optional<std::int64_t> package, core;
  std::optional<std::pair<std::int64_t, std::int64_t>> arm_part;  // implementer and part number
};

// By the kernel's number of the processor.
std::map<std::int64_t, Processor> parse_cpuinfo(std::string_view text);

// The caches that cpuinfo of z systems lists (arch/s390/kernel/cache.c): "cache4 : level=3
// type=Unified scope=Shared size=65536K ...". One that is private is each core's own; one that is
// shared, which sysfs leaves out, serves all cores of a chip on level 3.
struct CpuinfoCache {
  std::int64_t level = 0;
  bool shared = false;
  std::int64_t size_bytes = 0;
};
std::vector<CpuinfoCache> parse_cpuinfo_caches(std::string_view text);

// Names by MIDR_EL1 (ARM DDI 0487, D23.2.122): implementer (bits 31 to 24) and part number (bits
// 15 to 4).
std::optional<std::string_view> arm_implementer_name(std::int64_t implementer);
std::optional<std::string_view> arm_part_name(std::int64_t implementer, std::int64_t part);

}  // namespace muster::agent::collect
