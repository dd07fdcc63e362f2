// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/memory.h"

#include <limits>

#include "agent/collect/firmware/smbios_tables.h"
#include "agent/collect/linux/hardware/container.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

using inventory::Status;

// More than Linux can address (52 bits of physical address on x86 and ARM).
constexpr std::int64_t kAddressableBytes = std::int64_t{1} << 52;

std::optional<std::int64_t> parse_kibibytes(std::string_view value) {
  const std::size_t end = value.find_first_not_of("0123456789");
  const auto number = parse_integer(value.substr(0, end));
  if (!number || *number > std::numeric_limits<std::int64_t>::max() / 1024) return std::nullopt;
  const std::string_view unit = end == std::string_view::npos ? "" : trim(value.substr(end));
  if (unit != "kB") return std::nullopt;
  return *number * 1024;
}

}  // namespace

Meminfo parse_meminfo(std::string_view text) {
  Meminfo out;
  std::optional<std::int64_t> free, buffers, cached;
  for (const std::string_view line : lines(text)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    const auto bytes = parse_kibibytes(trim(line.substr(colon + 1)));
    if (name == "MemTotal") out.total_bytes = bytes;
    if (name == "MemAvailable") out.available_bytes = bytes;
    if (name == "SwapTotal") out.swap_total_bytes = bytes;
    if (name == "SwapFree") out.swap_free_bytes = bytes;
    if (name == "MemFree") free = bytes;
    if (name == "Buffers") buffers = bytes;
    if (name == "Cached") cached = bytes;
  }
  constexpr std::int64_t kThird = std::numeric_limits<std::int64_t>::max() / 3;
  if (!out.available_bytes && free && buffers && cached && *free < kThird && *buffers < kThird &&
      *cached < kThird)
    out.available_bytes = *free + *buffers + *cached;
  return out;
}

std::optional<std::int64_t> installed_bytes(const Smbios& smbios) {
  if (!smbios.damage.empty()) return std::nullopt;
  std::int64_t sum = 0;
  for (const SmbiosMemoryDevice& device : smbios.memory_devices) {
    if (!smbios.is_module(device)) continue;
    if (!device.size_bytes || sum > kAddressableBytes) return std::nullopt;
    sum += *device.size_bytes;
  }
  if (sum == 0) return std::nullopt;
  return sum;
}

std::optional<std::int64_t> memory_slots(const Smbios& smbios) {
  if (!smbios.damage.empty()) return std::nullopt;
  std::int64_t sum = 0;
  for (const SmbiosMemoryArray& array : smbios.memory_arrays) {
    if (!array.system_memory) continue;
    if (!array.slots) return std::nullopt;
    sum += *array.slots;
  }
  if (sum == 0) return std::nullopt;
  return sum;
}

CollectedSection collect_memory(host::Host& host) {
  const auto text = host.read("/proc/meminfo");
  if (!text) {
    inventory::ProviderStatus status = status_of(text.failure());
    // Every Linux has memory: that /proc is not there is a failure to read it.
    if (status.status == Status::kNotApplicable) status.status = Status::kFailed;
    return not_collected<inventory::Memory>(std::move(status));
  }
  const Meminfo meminfo = parse_meminfo(*text);
  if (!meminfo.total_bytes || *meminfo.total_bytes == 0 ||
      *meminfo.total_bytes > kAddressableBytes) {
    return not_collected<inventory::Memory>(
        {Status::kFailed, "/proc/meminfo does not say a believable MemTotal."});
  }
  inventory::Memory memory;
  memory.total_bytes = meminfo.total_bytes;
  memory.swap_total_bytes = meminfo.swap_total_bytes;
  // Many machines have no SMBIOS or keep it from us: that takes nothing from what is known. What a
  // container sees are the slots of its host.
  if (const auto smbios = read_smbios(host); smbios && !container_of(host)) {
    memory.installed_bytes = installed_bytes(*smbios);
    memory.slots = memory_slots(*smbios);
  }
  inventory::ProviderStatus status;
  if (!memory.swap_total_bytes || *memory.swap_total_bytes > kAddressableBytes) {
    memory.swap_total_bytes.reset();
    status = {Status::kPartial, "/proc/meminfo does not say a believable SwapTotal."};
  }
  return collected<inventory::Memory>({memory}, std::move(status));
}

}  // namespace muster::agent::collect
