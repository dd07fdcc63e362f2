// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/memory_modules.h"

#include "agent/collect/linux/smbios_tables.h"

namespace muster::agent {

using inventory::MemoryModule;
using inventory::Status;

std::vector<MemoryModule> memory_modules_from_smbios(const Smbios& smbios) {
  std::vector<MemoryModule> out;
  for (const SmbiosMemoryDevice& device : smbios.memory_devices) {
    if (!smbios.is_module(device)) continue;
    MemoryModule module;
    // A firmware that names no slot must not cost the machine the whole section.
    module.locator = device.locator.value_or("Memory device");
    module.bank_locator = device.bank_locator;
    module.size_bytes = device.size_bytes;
    module.speed_mts = device.speed_mts;
    module.configured_speed_mts = device.configured_speed_mts;
    module.memory_type = device.memory_type;
    module.form_factor = device.form_factor;
    module.manufacturer = device.manufacturer;
    module.part_number = device.part_number;
    module.serial_number = device.serial_number;
    module.asset_tag = device.asset_tag;
    out.push_back(std::move(module));
  }
  return out;
}

Collected collect_memory_modules(Host& host) {
  const auto smbios = read_smbios(host);
  if (!smbios) {
    inventory::SourceStatus status = status_of(smbios.failure());
    if (status.status == Status::kNotApplicable)
      status.reason = "The firmware has no SMBIOS tables (no /sys/firmware/dmi/tables/DMI).";
    return not_collected<MemoryModule>(std::move(status));
  }
  inventory::SourceStatus status;
  if (!smbios->damage.empty()) {
    status = {Status::kPartial, smbios->damage};
  } else if (!smbios->unbelievable.empty()) {
    status = {Status::kPartial, smbios->unbelievable.front() + " It was left out."};
  }
  return collected(memory_modules_from_smbios(*smbios), std::move(status));
}

}  // namespace muster::agent
