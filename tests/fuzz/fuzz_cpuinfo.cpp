// SPDX-License-Identifier: Apache-2.0
// /proc/cpuinfo of any architecture, and the lists, masks and sizes of /sys/devices/system/cpu.
#include <algorithm>

#include "agent/collect/linux/hardware/cpu_topology.h"
#include "agent/collect/linux/hardware/cpuinfo.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  for (const auto& [number, processor] : agent::collect::parse_cpuinfo(text)) {
    require(number >= 0);
    for (const auto& word : {processor.manufacturer, processor.model_name, processor.microcode})
      require(!word || !word->empty());
    require(!processor.fixed_clock_mhz || *processor.fixed_clock_mhz > 0);
  }
  for (const auto& list :
       {agent::collect::parse_cpu_list(text), agent::collect::parse_cpu_mask(text)}) {
    if (!list) continue;
    require(list->size() <= 65'536 && std::is_sorted(list->begin(), list->end()));
    require(std::adjacent_find(list->begin(), list->end()) == list->end());
    require(list->empty() || list->front() >= 0);
  }
  for (const auto& cache : agent::collect::parse_cpuinfo_caches(text))
    require(cache.level > 0 && cache.size_bytes > 0 && cache.size_bytes <= std::int64_t{64} << 30);
  if (const auto cache = agent::collect::parse_cache_size(text))
    require(*cache > 0 && *cache <= std::int64_t{64} << 30);
  return 0;
}
