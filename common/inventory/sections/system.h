// SPDX-License-Identifier: Apache-2.0
// The machine itself as its firmware describes it: vendor, product, serial numbers, board, chassis,
// firmware.
#pragma once
#include "common/inventory/describe.h"

namespace muster::inventory {

inline constexpr std::string_view kVirtualization[] = {
    "none",       "kvm",       "qemu",        "vmware",         "hyperv", "xen",
    "virtualbox", "parallels", "bhyve",       "firecracker",    "other",  "docker",
    "podman",     "lxc",       "lxc-libvirt", "systemd-nspawn", "openvz", "wsl",
    "proot",      "pouch",     "rkt",         "container-other"};

// Those of kVirtualization that are containers, by systemd's names (systemd-detect-virt(1)).
inline constexpr std::span<const std::string_view> kContainers =
    std::span(kVirtualization).subspan(11);

constexpr bool is_container(std::string_view virtualization) {
  for (const std::string_view kind : kContainers) {
    if (kind == virtualization) return true;
  }
  return false;
}

struct System {
  std::optional<std::string> manufacturer, model, product_name, version, serial_number, uuid,
      sku_number, family;
  std::optional<std::string> board_manufacturer, board_product, board_version, board_serial_number,
      board_asset_tag;
  std::optional<std::string> chassis_manufacturer, chassis_type, chassis_serial_number,
      chassis_asset_tag;
  std::optional<std::string> firmware_vendor, firmware_version, firmware_release_date,
      firmware_revision;
  std::optional<std::string> virtualization;

  static constexpr auto kSection = [] {
    using R = System;
    return section<R>(
        {.name = "system",
         .title = "System",
         .meaning = "The machine as its firmware describes it: vendor, product, serial numbers, "
                    "board, chassis, firmware; placeholders (\"To be filled by O.E.M.\") are left "
                    "out, and of a container, which sees its host's firmware, all of it",
         .interval = Interval::kDaily},
        fact("manufacturer", &R::manufacturer, "Who made the machine",
             {.read_from =
                  "SMBIOS 3.7, 7.2 (type 1), offset 04h; device tree: compatible, before the "
                  "comma; /proc/sysinfo: Manufacturer"}),
        fact("model", &R::model,
             "Model as people know it: the product name, or what Lenovo and IBM write into the "
             "version where the product name is a machine type",
             {.read_from = "SMBIOS type 1, 05h or 06h; device tree: model"}),
        fact("product_name", &R::product_name, "Product name or machine type: 21AHCTO1WW",
             {.read_from =
                  "SMBIOS type 1, 05h; device tree: model, compatible; /proc/sysinfo: Type"}),
        fact("version", &R::version, "Version of the model",
             {.read_from = "SMBIOS type 1, 06h; /proc/sysinfo: Model"}),
        fact("serial_number", &R::serial_number, "Serial number of the machine",
             {.read_from =
                  "SMBIOS type 1, 07h; device tree: serial-number, system-id; /proc/sysinfo: "
                  "Sequence Code",
              .identity = true}),
        fact("uuid", &R::uuid,
             "UUID of the machine, first three fields little-endian from SMBIOS 2.6 on",
             {.read_from =
                  "SMBIOS type 1, 08h; device tree: vm,uuid, ibm,partition-uuid, system-id; "
                  "/proc/sysinfo: VM00 UUID, LPAR UUID; /sys/hypervisor/uuid",
              .kind = TextKind::kUuid,
              .identity = true}),
        fact("sku_number", &R::sku_number, "Order number of the configuration",
             {.read_from = "SMBIOS type 1, 19h"}),
        fact("family", &R::family, "Product family", {.read_from = "SMBIOS type 1, 1Ah"}),
        fact("board_manufacturer", &R::board_manufacturer, "Who made the main board",
             {.read_from = "SMBIOS type 2, 04h, of the board that hosts others (7.3)"}),
        fact("board_product", &R::board_product, "Model of the main board",
             {.read_from = "SMBIOS type 2, 05h"}),
        fact("board_version", &R::board_version, "Version of the main board",
             {.read_from = "SMBIOS type 2, 06h"}),
        fact("board_serial_number", &R::board_serial_number, "Serial number of the main board",
             {.read_from = "SMBIOS type 2, 07h", .identity = true}),
        fact("board_asset_tag", &R::board_asset_tag, "Asset tag in the main board",
             {.read_from = "SMBIOS type 2, 08h", .identity = true}),
        fact("chassis_manufacturer", &R::chassis_manufacturer, "Who made the chassis",
             {.read_from = "SMBIOS type 3, 04h"}),
        fact("chassis_type", &R::chassis_type,
             "Kind of chassis: Notebook, Desktop, Rack Mount Chassis, ...",
             {.read_from =
                  "SMBIOS type 3, 05h, table 17, of the chassis that the main board names"}),
        fact("chassis_serial_number", &R::chassis_serial_number, "Serial number of the chassis",
             {.read_from = "SMBIOS type 3, 07h", .identity = true}),
        fact("chassis_asset_tag", &R::chassis_asset_tag, "Asset tag in the chassis",
             {.read_from = "SMBIOS type 3, 08h", .identity = true}),
        fact("firmware_vendor", &R::firmware_vendor, "Who made the firmware",
             {.read_from = "SMBIOS type 0, 04h"}),
        fact("firmware_version", &R::firmware_version, "Version of the firmware",
             {.read_from = "SMBIOS type 0, 05h", .kind = TextKind::kVersion}),
        fact("firmware_release_date", &R::firmware_release_date, "Date of the firmware, YYYY-MM-DD",
             {.read_from = "SMBIOS type 0, 08h", .kind = TextKind::kDate}),
        fact("firmware_revision", &R::firmware_revision,
             "System BIOS release, major.minor; 0.0 is none",
             {.read_from = "SMBIOS type 0, 14h and 15h", .kind = TextKind::kVersion}),
        fact("virtualization", &R::virtualization,
             "What the machine runs in: a container's kind, else the hypervisor, none for real "
             "hardware",
             {.read_from = "/run/host/container-manager, /run/systemd/container, /proc/1/environ, "
                           "/run/.containerenv, /.dockerenv, control groups; CPUID hypervisor flag "
                           "(/proc/cpuinfo), /sys/hypervisor/type, SMBIOS, device tree",
              .values = kVirtualization}));
  }();
};

}  // namespace muster::inventory
