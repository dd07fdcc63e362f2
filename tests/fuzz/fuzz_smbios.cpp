// SPDX-License-Identifier: Apache-2.0
// SMBIOS tables from anywhere: the first 32 bytes are the entry point, the rest is the table, as in
// a file of `dmidecode --dump-bin`. Seeds: the tables of ../shared/data/smbios behind 32 bytes.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/collect/smbios.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::optional<muster::agent::SmbiosEntryPoint> entry;
  if (auto parsed = muster::agent::parse_smbios_entry_point(bytes.substr(0, 32))) entry = *parsed;
  const std::string_view table = bytes.size() > 32 ? bytes.substr(32) : bytes;
  for (const auto& known : {entry, std::optional<muster::agent::SmbiosEntryPoint>()}) {
    const muster::agent::Smbios smbios = muster::agent::parse_smbios(table, known);
    for (const auto& device : smbios.memory_devices) {
      if (device.size_bytes && (*device.size_bytes <= 0 || !device.filled)) __builtin_trap();
      static_cast<void>(smbios.is_module(device));
    }
  }
  return 0;
}
