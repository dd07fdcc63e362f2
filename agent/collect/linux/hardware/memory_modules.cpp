// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/memory_modules.h"

#include "agent/collect/firmware/smbios_tables.h"
#include "agent/collect/linux/hardware/container.h"
#include "common/inventory/placeholders.h"

namespace muster::agent::collect {

using inventory::FirmwareText;
using inventory::MemoryModule;
using inventory::Status;

namespace {

std::optional<std::string> known(const std::optional<std::string>& text, FirmwareText kind) {
  return text ? inventory::known_text(*text, kind) : std::nullopt;
}

// Every machine has memory: a table without any says nothing of it, and certainly not "none".
inventory::ProviderStatus without_modules(const Smbios& smbios) {
  if (smbios.memory_devices.empty()) {
    return {Status::kNotApplicable,
            "The firmware describes no memory devices (SMBIOS has no structure of type 17)."};
  }
  return {Status::kNotApplicable,
          "The firmware describes " + std::to_string(smbios.memory_devices.size()) +
              " memory devices (SMBIOS type 17) and calls none of them a filled slot of the main "
              "memory."};
}

}  // namespace

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
    module.manufacturer = known(device.manufacturer, FirmwareText::kName);
    module.part_number = known(device.part_number, FirmwareText::kName);
    module.serial_number = known(device.serial_number, FirmwareText::kSerialNumber);
    module.asset_tag = known(device.asset_tag, FirmwareText::kAssetTag);
    out.push_back(std::move(module));
  }
  return out;
}

CollectedSection collect_memory_modules(host::Host& host) {
  if (const auto container = container_of(host)) {
    return not_collected<MemoryModule>({Status::kNotApplicable, hardware_is_the_hosts(*container)});
  }
  const auto smbios = read_smbios(host);
  if (!smbios) {
    inventory::ProviderStatus status = status_of(smbios.failure());
    if (status.status == Status::kNotApplicable)
      status.reason = "The firmware has no SMBIOS tables (no /sys/firmware/dmi/tables/DMI).";
    return not_collected<MemoryModule>(std::move(status));
  }
  inventory::ProviderStatus status;
  if (!smbios->damage.empty()) {
    status = {Status::kPartial, smbios->damage};
  } else if (!smbios->unbelievable.empty()) {
    status = {Status::kPartial, smbios->unbelievable.front() + " It was left out."};
  }
  const std::vector<MemoryModule> modules = memory_modules_from_smbios(*smbios);
  if (modules.empty() && status.status == Status::kOk) status = without_modules(*smbios);
  return collected(modules, std::move(status));
}

}  // namespace muster::agent::collect
