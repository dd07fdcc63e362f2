// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/system.h"

#include <algorithm>
#include <array>

#include "agent/collect/linux/smbios_tables.h"
#include "agent/collect/linux/virtualization.h"
#include "common/support/text.h"

namespace muster::agent {
namespace {

using inventory::SourceStatus;
using inventory::Status;
using inventory::System;

struct Found {
  System system;
  SourceStatus status;
  bool any = false;  // some field was read
};

// Blank texts are no information, and neither are the NULs that end a device tree's texts.
std::optional<std::string> known(std::string_view text) {
  text = trim(text.substr(0, text.find('\0')));
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

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

// The same forms as from the tables, so that a change of privileges changes no value.
void adjust(System& system) {
  if (system.chassis_type) {
    const auto number = parse_integer(*system.chassis_type);
    const auto name = number ? chassis_type_name(static_cast<int>(*number & 0x7f)) : std::nullopt;
    system.chassis_type.reset();
    if (name) system.chassis_type = std::string(*name);
  }
  if (system.firmware_release_date)
    system.firmware_release_date = firmware_date(*system.firmware_release_date);
  if (system.uuid) {
    const std::string uuid = lower_ascii(*system.uuid);
    const bool blank = uuid.find_first_not_of("0-") == std::string::npos ||
                       uuid.find_first_not_of("f-") == std::string::npos;
    system.uuid.reset();
    if (is_uuid(uuid) && !blank) system.uuid = uuid;
  }
}

Found read_id_files(Host& host) {
  Found found;
  std::vector<std::string> denied;
  for (const IdFile& file : kIdFiles) {
    const std::string path = "/sys/class/dmi/id/" + std::string(file.name);
    const auto text = host.read(path);
    if (text) {
      found.system.*file.member = known(*text);
      found.any = true;
    } else if (text.failure().kind != FailureKind::kNotFound) {
      denied.push_back(std::string(file.name));
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

Found read_device_tree(Host& host) {
  Found found;
  const auto text = [&](std::string_view name) -> std::optional<std::string> {
    const auto bytes = host.read("/proc/device-tree/" + std::string(name));
    return bytes ? known(*bytes) : std::nullopt;
  };
  found.system.product_name = text("model");
  found.system.serial_number = text("serial-number");
  if (!found.system.serial_number) found.system.serial_number = text("system-id");  // POWER
  // The first name is the board's own, "maker,board" (Devicetree Specification 0.4, 2.3.1).
  if (const auto compatible = text("compatible")) {
    const std::size_t comma = compatible->find(',');
    if (comma != std::string::npos && comma > 0)
      found.system.manufacturer = compatible->substr(0, comma);
    if (!found.system.product_name) found.system.product_name = compatible;
  }
  if (const auto sysinfo = host.read("/proc/sysinfo"); sysinfo && !found.system.product_name)
    found.system = system_from_sysinfo(*sysinfo);
  found.any = found.system.product_name || found.system.serial_number;
  return found;
}

// The whole table, or what else there is of it.
Found read_firmware(Host& host) {
  const auto smbios = read_smbios(host);
  if (smbios) {
    Found found{system_from_smbios(*smbios), {}, true};
    // Damage behind the four structures that this section needs takes nothing from it.
    const bool complete = smbios->firmware && smbios->system && smbios->board && smbios->chassis;
    if (!smbios->damage.empty() && !complete) found.status = {Status::kPartial, smbios->damage};
    return found;
  }
  Found found = read_id_files(host);
  if (smbios.failure().kind == FailureKind::kNotFound)
    return found.any ? found : read_device_tree(host);
  if (found.any) {
    if (found.status.status == Status::kOk)
      found.status = {Status::kPartial, smbios.failure().message};
    return found;
  }
  found.status = status_of(smbios.failure());
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

inventory::System system_from_sysinfo(std::string_view text) {
  System out;
  for (const std::string_view line : lines(text)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = trim(line.substr(0, colon));
    const std::string_view value = line.substr(colon + 1);
    if (name == "Manufacturer") out.manufacturer = known(value);
    if (name == "Type") out.product_name = known(value);
    // "721              M49": the capacity model and the hardware model, in columns.
    if (name == "Model") {
      if (const auto words = known(value))
        out.version = words->substr(0, words->find(' ')) +
                      (words->find(' ') == std::string::npos
                           ? ""
                           : " " + std::string(trim(words->substr(words->find(' ')))));
    }
    if (name == "Sequence Code") out.serial_number = known(value);
  }
  return out;
}

Collected collect_system(Host& host) {
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

}  // namespace muster::agent
