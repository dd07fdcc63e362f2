// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/firmware/smbios_tables.h"

namespace muster::agent::collect {

Result<Smbios> read_smbios(host::Host& host) {
  auto table = host.read("/sys/firmware/dmi/tables/DMI");
  if (!table) return table.failure();
  std::optional<SmbiosEntryPoint> entry;
  if (const auto bytes = host.read("/sys/firmware/dmi/tables/smbios_entry_point")) {
    // An entry point that cannot be read costs the version only; the table speaks for itself.
    if (auto parsed = parse_smbios_entry_point(*bytes)) entry = *parsed;
  }
  Smbios smbios = parse_smbios(*table, entry);
  if (smbios.structures == 0) {
    return Failure{FailureKind::kMalformed,
                   smbios.damage.empty() ? "The SMBIOS table is empty." : smbios.damage};
  }
  return smbios;
}

}  // namespace muster::agent::collect
