// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/system.h"

#include <algorithm>
#include <array>

#include "agent/collect/firmware/device_tree.h"
#include "agent/collect/firmware/smbios_tables.h"
#include "agent/collect/firmware/system_facts.h"
#include "agent/collect/linux/hardware/container.h"
#include "agent/collect/linux/hardware/virtualization.h"
#include "common/inventory/chassis_types.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

using inventory::ProviderStatus;
using inventory::Status;
using inventory::System;

struct Found {
  System system;
  ProviderStatus status;
  bool any = false;     // some field was read
  bool serials = true;  // serial number and UUID were not kept from us
};

struct IdFile {
  std::string_view name;
  std::optional<std::string> System::*member;
};

constexpr std::array<IdFile, 20> kIdFiles = {{
    {"sys_vendor", &System::manufacturer},
    {"product_name", &System::product_name},
    {"product_version", &System::version},
    {"product_serial", &System::serial_number},
    {"product_uuid", &System::uuid},
    {"product_sku", &System::sku_number},
    {"product_family", &System::family},
    {"board_vendor", &System::board_manufacturer},
    {"board_name", &System::board_product},
    {"board_version", &System::board_version},
    {"board_serial", &System::board_serial_number},
    {"board_asset_tag", &System::board_asset_tag},
    {"chassis_vendor", &System::chassis_manufacturer},
    {"chassis_type", &System::chassis_type},
    {"chassis_serial", &System::chassis_serial_number},
    {"chassis_asset_tag", &System::chassis_asset_tag},
    {"bios_vendor", &System::firmware_vendor},
    {"bios_version", &System::firmware_version},
    {"bios_date", &System::firmware_release_date},
    {"bios_release", &System::firmware_revision},
}};

// "5.17"
std::optional<std::string> release_of(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto major = parse_integer(text.substr(0, dot));
  const auto minor = parse_integer(text.substr(dot + 1));
  return major && minor ? firmware_revision(*major, *minor) : std::nullopt;
}

// The same forms as from the tables, so that a change of privileges changes no value.
void adjust(System& system) {
  if (system.chassis_type) {
    const auto number = parse_integer(*system.chassis_type);
    const auto name =
        number ? inventory::chassis_type_name(static_cast<int>(*number & 0x7f)) : std::nullopt;
    system.chassis_type.reset();
    if (name) system.chassis_type = std::string(*name);
  }
  if (system.firmware_release_date)
    system.firmware_release_date = firmware_date(*system.firmware_release_date);
  if (system.firmware_revision) system.firmware_revision = release_of(*system.firmware_revision);
}

Found read_id_files(host::Host& host) {
  Found found;
  std::vector<std::string> denied;
  for (const IdFile& file : kIdFiles) {
    const std::string path = "/sys/class/dmi/id/" + std::string(file.name);
    const auto text = host.read(path);
    if (text) {
      found.system.*file.member = std::string(trim(*text));
      found.any = true;
    } else if (text.failure().kind != FailureKind::kNotFound) {
      denied.push_back(std::string(file.name));
      if (file.name == "product_serial" || file.name == "product_uuid") found.serials = false;
    }
  }
  adjust(found.system);
  if (!denied.empty()) {
    std::string reason = "Not readable below /sys/class/dmi/id: ";
    for (std::size_t i = 0; i < denied.size(); ++i)
      reason.append(i ? ", " : "").append(denied[i]);
    found.status = {
        Status::kPartial,
        reason + ". Only root or CAP_DAC_READ_SEARCH may read serial numbers and UUID."};
  }
  return found;
}

// The whole table, or what else there is of it.
Found read_smbios_texts(host::Host& host) {
  const auto smbios = read_smbios(host);
  if (smbios) {
    Found found{.system = system_from_smbios(*smbios), .status = {}, .any = true};
    // Damage behind the four structures that this section needs takes nothing from it.
    const bool complete = smbios->firmware && smbios->system && smbios->board && smbios->chassis;
    if (!smbios->damage.empty() && !complete) found.status = {Status::kPartial, smbios->damage};
    return found;
  }
  Found found = read_id_files(host);
  if (smbios.failure().kind == FailureKind::kNotFound) return found;
  if (!found.any)
    found.status = status_of(smbios.failure());
  else if (found.status.status == Status::kOk)
    found.status = {Status::kPartial, smbios.failure().message};
  return found;
}

Found read_firmware(host::Host& host) {
  Found found = read_smbios_texts(host);
  leave_out_placeholders(found.system);
  System tree = system_from_device_tree(host);
  // With more privileges the firmware's own would take their place.
  if (!found.serials) tree.serial_number = tree.uuid = std::nullopt;
  const bool board = tree.product_name || tree.serial_number || tree.uuid;
  if (board && inventory::keeps_rows(found.status.status))
    found.status = {Status::kPartial, found.status.reason};
  found.any = found.any || board;
  fill_gaps(found.system, tree);
  found.system.model = model_name(found.system);
  return found;
}

}  // namespace

inventory::System system_from_smbios(const Smbios& smbios) {
  System out;
  if (smbios.system) {
    out.manufacturer = smbios.system->manufacturer;
    out.product_name = smbios.system->product_name;
    out.version = smbios.system->version;
    out.serial_number = smbios.system->serial_number;
    out.uuid = smbios.system->uuid;
    out.sku_number = smbios.system->sku_number;
    out.family = smbios.system->family;
  }
  if (smbios.board) {
    out.board_manufacturer = smbios.board->manufacturer;
    out.board_product = smbios.board->product;
    out.board_version = smbios.board->version;
    out.board_serial_number = smbios.board->serial_number;
    out.board_asset_tag = smbios.board->asset_tag;
  }
  if (smbios.chassis) {
    out.chassis_manufacturer = smbios.chassis->manufacturer;
    out.chassis_type = smbios.chassis->type;
    out.chassis_serial_number = smbios.chassis->serial_number;
    out.chassis_asset_tag = smbios.chassis->asset_tag;
  }
  if (smbios.firmware) {
    out.firmware_vendor = smbios.firmware->vendor;
    out.firmware_version = smbios.firmware->version;
    out.firmware_release_date = smbios.firmware->release_date;
    out.firmware_revision = smbios.firmware->revision;
  }
  return out;
}

CollectedSection collect_system(host::Host& host) {
  if (auto container = container_of(host)) {
    // What it sees of the firmware is its host's, and would make it its host.
    System system;
    system.virtualization = std::move(container);
    return collected<System>({std::move(system)});
  }
  Found found = read_firmware(host);
  if (inventory::keeps_rows(found.status.status))
    return not_collected<System>(std::move(found.status));
  found.system.virtualization =
      virtualization_of(gather_virtualization_evidence(host), found.system);
  if (!found.any && !found.system.virtualization) {
    return not_collected<System>({Status::kNotApplicable,
                                  "The machine has neither SMBIOS (/sys/firmware/dmi) nor a device "
                                  "tree that describes it."});
  }
  return collected<System>({std::move(found.system)}, std::move(found.status));
}

}  // namespace muster::agent::collect
