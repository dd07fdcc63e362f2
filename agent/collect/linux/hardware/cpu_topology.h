// SPDX-License-Identifier: Apache-2.0
// Which processors share a core and a physical package, and their caches, from
// /sys/devices/system/cpu (Documentation/ABI/stable/sysfs-devices-system-cpu). Only processors that
// are online count. Pure except read_cpu_topology; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/host/host.h"
#include "common/support/result.h"

namespace muster::agent::collect {

// "0-3,8" as numbers, ascending; nullopt for other text and for more than 65,536.
std::optional<std::vector<std::int64_t>> parse_cpu_list(std::string_view text);

// "00000001,0000000f" as numbers, ascending; nullopt for other text and for more than 65,536.
std::optional<std::vector<std::int64_t>> parse_cpu_mask(std::string_view text);

// "2048K", "1M" or bytes; nullopt for other text, 0 and more than 64 GiB.
std::optional<std::int64_t> parse_cache_size(std::string_view text);

struct CpuPackage {
  std::string name;  // the kernel's number of the package; of joined ones, that of the first
  std::vector<std::int64_t> cpus;
  std::int64_t cores = 0;
  std::optional<std::int64_t> max_clock_mhz, cache_l2_bytes, cache_l3_bytes;
};

struct CpuTopology {
  std::vector<CpuPackage> packages;  // by their lowest processor
  std::string problem;               // a sentence: a value that was not believable; or empty
};

// A package is what the kernel numbers as one; where it has no numbers (-1: POWER partitions,
// SPARC, old z kernels) the processors that it lists as siblings, or all; and packages that share a
// cache are one (old ARM kernels number clusters), since no cache reaches over the edge of a chip's
// package. kNotFound: no processor with a topology.
Result<CpuTopology> read_cpu_topology(host::Host& host);

}  // namespace muster::agent::collect
