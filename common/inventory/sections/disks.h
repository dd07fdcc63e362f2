// SPDX-License-Identifier: Apache-2.0
// Whole disks (not partitions). The key is what stays while the disk stays: sda is only today's
// name.
#pragma once
#include "common/inventory/describe.h"

namespace muster::inventory {

inline constexpr std::string_view kTransports[] = {
    "nvme", "sata", "scsi", "sas", "usb", "mmc", "virtio", "ide", "fc", "iscsi", "xen", "other"};
inline constexpr std::string_view kMedia[] = {"hdd", "ssd", "optical", "tape", "virtual", "other"};

struct Disk {
  std::string identifier;
  std::int64_t instance = 1;
  std::optional<std::string> name, model, vendor, serial_number, wwn, firmware_revision, transport,
      media, path;
  std::optional<std::int64_t> size_bytes, logical_block_bytes;
  std::optional<bool> removable, read_only;

  static constexpr auto kSection = [] {
    using R = Disk;
    return section<R>(
        {.name = "disks",
         .title = "Disks",
         .one = "Disk",
         .meaning = "Whole disks: drives, cards, volumes of a virtual machine or of an array. "
                    "Several paths to one disk are one; a card reader without a card is none"},
        key("identifier", &R::identifier,
            "What stays while the disk stays: wwn:..., serial:MODEL:SERIAL, or path: and where it "
            "is plugged in. Not the wwn where two disks with different serial numbers have the "
            "same, nor an NVMe disk's EUI, which whole series share",
            {.identity = true}),
        key("instance", &R::instance, "Number that tells apart disks with the same identifier",
            {.instance = true}),
        fact("name", &R::name,
             "Kernel name at the time; of a disk behind multipath that of the multipath device",
             {.read_from = "/sys/class/block"}),
        fact("vendor", &R::vendor, "Vendor as the device tells it; ATA and virtio disks tell none",
             {.read_from = "/sys/block/*/device/vendor", .summary = true}),
        fact("model", &R::model, "Model as the device tells it",
             {.read_from =
                  "/sys/block/*/device/model; in full from vpd_pg83, vpd_pg89, /run/udev/data",
              .summary = true}),
        fact("serial_number", &R::serial_number, "Serial number",
             {.read_from = "/sys/block/*/device/serial, .../device/vpd_pg80, /run/udev/data",
              .identity = true,
              .summary = true}),
        fact("wwn", &R::wwn, "World wide name as the device tells it",
             {.read_from = "/sys/block/*/wwid, .../device/wwid, /run/udev/data", .identity = true}),
        fact("firmware_revision", &R::firmware_revision,
             "Firmware of the device; of an ATA disk the last four characters where neither page "
             "89h "
             "nor udev tells the whole",
             {.read_from = "/sys/block/*/device/firmware_rev or rev; in full from vpd_pg89, "
                           "/run/udev/data"}),
        fact("size_bytes", &R::size_bytes,
             "Capacity; absent for optical drives, whose medium comes and goes",
             {.unit = "bytes", .read_from = "/sys/block/*/size, times 512", .summary = true}),
        fact("logical_block_bytes", &R::logical_block_bytes, "Smallest addressable block",
             {.unit = "bytes", .read_from = "/sys/block/*/queue/logical_block_size"}),
        fact("transport", &R::transport,
             "How it is attached: scsi is also a volume of a RAID controller, and a SATA port of a "
             "kernel before 3.0 whose controller cannot be read",
             {.read_from = "/sys/block/* link, vpd_pg89, the controller's class, /run/udev/data",
              .values = kTransports}),
        fact("media", &R::media, "What it stores on",
             {.read_from = "/sys/block/*/queue/rotational", .values = kMedia}),
        fact("removable", &R::removable, "The medium can be taken out",
             {.read_from = "/sys/block/*/removable"}),
        fact("read_only", &R::read_only, "The device cannot be written",
             {.read_from = "/sys/block/*/ro"}),
        fact("path", &R::path,
             "Where it is plugged in, in the words of udev's ID_PATH; absent behind multipath, and "
             "where only a number that the kernel counts would tell",
             {.read_from = "/sys/block/* link, the classes of transports, /run/udev/data"}));
  }();
};

}  // namespace muster::inventory
