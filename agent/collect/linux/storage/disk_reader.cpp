// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/storage/disk_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "agent/collect/linux/read/device_path.h"
#include "agent/collect/linux/read/sysfs_files.h"
#include "agent/collect/linux/read/udev_data.h"
#include "agent/collect/linux/storage/scsi_vpd.h"
#include "common/inventory/placeholders.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

constexpr std::int64_t kSectorBytes = 512;  // of /sys/block/*/size, whatever the device's own is
constexpr std::string_view kScsiTape = "1", kScsiOptical = "5";

template <class... Choices>
std::optional<std::string> first_of(const Choices&... choices) {
  std::optional<std::string> out;
  ((out = out ? out : std::optional<std::string>(choices)), ...);
  return out;
}

std::optional<std::string> owned(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

// nullopt for what firmware and cheap bridges say of all their disks: zeros, "n/a".
std::optional<std::string> real_text(const std::optional<std::string>& text,
                                     inventory::FirmwareText kind) {
  return text ? inventory::known_text(*text, kind) : std::nullopt;
}

std::optional<std::string> real_serial(const std::optional<std::string>& serial) {
  return real_text(serial, inventory::FirmwareText::kSerialNumber);
}

std::optional<std::string> find_serial(host::Host& host, SysfsFiles& files, std::string_view link,
                                       std::string_view udev, std::string_view page80) {
  auto serial = first_of(real_serial(files.text("device/serial")),
                         real_serial(files.text("serial")), real_serial(parse_vpd_serial(page80)),
                         real_serial(owned(udev_property(udev, "ID_SCSI_SERIAL"))),
                         real_serial(owned(udev_property(udev, "ID_SERIAL_SHORT"))));
  if (serial) return serial;
  const std::string usb = sysfs_folder_of(link, PathPart::kUsbDevice);
  return usb.empty() ? std::nullopt : real_serial(SysfsFiles(host, usb).text("serial"));
}

std::optional<std::string> find_wwn(SysfsFiles& files, std::string_view udev,
                                    std::string_view page83) {
  for (const auto& text : {files.text("wwid"), files.text("device/wwid")}) {
    if (const auto name = text ? normal_wwn(*text) : std::nullopt) return name;
  }
  if (const auto name = parse_vpd_wwn(page83)) return name;
  for (const std::string_view property : {"ID_WWN_WITH_EXTENSION", "ID_WWN"}) {
    const auto text = udev_property(udev, property);
    if (const auto name = text ? normal_wwn(*text) : std::nullopt) return name;
  }
  return std::nullopt;
}

// `longer` when it begins with `text`, which is cut off.
std::string uncut(const std::string& text, const std::optional<std::string>& longer) {
  return longer && longer->starts_with(text) ? *longer : text;
}

// INQUIRY has the last four characters of an ATA disk's revision, or the first if they are blank.
std::string uncut_revision(const std::string& text, const std::optional<std::string>& longer,
                           bool ata) {
  if (ata && longer && longer->ends_with(text)) return *longer;
  return uncut(text, longer);
}

void set_names(inventory::Disk& disk, SysfsFiles& files, std::string_view udev,
               std::string_view page83, const std::optional<AtaIdentity>& identity) {
  disk.vendor = files.text("device/vendor");
  disk.model = first_of(files.text("device/model"), files.text("device/name"));
  const bool ata = disk.vendor == "ATA";
  // Not a vendor but the standard's word for a disk behind SCSI commands; virtio's is a PCI number.
  if (disk.vendor && (ata || disk.vendor->starts_with("0x"))) disk.vendor.reset();
  const auto identified = [&](std::string AtaIdentity::*text) {
    return ata && identity && !(*identity.*text).empty() ? std::optional(*identity.*text)
                                                         : std::nullopt;
  };
  if (disk.model) {
    std::optional<std::string> full = ata ? parse_vpd_ata_model(page83) : std::nullopt;
    if (!full) full = identified(&AtaIdentity::model);
    if (const auto encoded = udev_property(udev, "ID_MODEL_ENC"); !full && encoded)
      full = std::string(trim(decode_udev(*encoded)));
    disk.model = real_text(uncut(*disk.model, full), inventory::FirmwareText::kName);
  }
  disk.vendor = real_text(disk.vendor, inventory::FirmwareText::kName);
  disk.firmware_revision = first_of(files.text("device/firmware_rev"), files.text("device/rev"),
                                    files.text("device/fwrev"));
  if (!disk.firmware_revision) return;
  const auto whole = first_of(identified(&AtaIdentity::firmware_revision),
                              owned(udev_property(udev, "ID_REVISION")));
  disk.firmware_revision = real_text(uncut_revision(*disk.firmware_revision, whole, ata),
                                     inventory::FirmwareText::kVersion);
}

bool is_virtual(const inventory::Disk& disk) {
  if (disk.transport == "virtio" || disk.transport == "xen") return true;
  for (const std::string_view maker : {"QEMU", "VMware", "VBOX", "Msft", "Virtual", "Nutanix"}) {
    if (disk.vendor && disk.vendor->starts_with(maker)) return true;
    if (disk.model && disk.model->starts_with(maker)) return true;
  }
  return false;
}

std::optional<std::string> find_media(const inventory::Disk& disk, SysfsFiles& files) {
  const auto scsi_type = files.text("device/type");
  if (scsi_type == kScsiOptical || (disk.name && disk.name->starts_with("sr"))) return "optical";
  if (scsi_type == kScsiTape) return "tape";
  if (is_virtual(disk)) return "virtual";
  const auto rotational = files.flag("queue/rotational");
  if (!rotational) return std::nullopt;
  // The kernel's default for what does not say; USB sticks do not.
  if (*rotational && disk.transport == "usb" && disk.removable == true) return std::nullopt;
  return *rotational ? "hdd" : "ssd";
}

// Whether ata_id(8) of udev, which writes all its findings at once, found Serial ATA.
std::optional<bool> sata_by_udev(std::string_view udev) {
  if (udev_property(udev, "ID_ATA_SATA")) return true;
  const bool looked = udev_property(udev, "ID_ATA_WRITE_CACHE") ||
                      udev_property(udev, "ID_ATA_FEATURE_SET_SMART") ||
                      udev_property(udev, "ID_ATA_FEATURE_SET_PM");
  return looked ? std::optional(false) : std::nullopt;
}

// A controller of the ATA class makes a port of kernels before 3.0 one, whose link has no "ata1".
std::optional<AtaPort> find_ata_port(host::Host& host, std::string_view link, std::string_view udev,
                                     std::string_view transport,
                                     const std::optional<AtaIdentity>& identity) {
  if (transport != "sata" && transport != "scsi") return std::nullopt;
  AtaPort port;
  port.controller = sysfs_folder_of(link, PathPart::kPciDevice);
  if (!port.controller.empty())
    port.controller_class = SysfsFiles(host, port.controller).text("class").value_or("");
  const bool of_ata =
      port.controller_class.starts_with("0x0101") || port.controller_class.starts_with("0x0106");
  if (transport == "scsi" && !of_ata) return std::nullopt;
  port.sata = identity ? std::optional(identity->sata) : sata_by_udev(udev);
  return port;
}

// Native NVMe multipath puts the disk below a subsystem and its paths, hidden, beside it: of
// nvme0n1 the one by the controller of the same number is nvme0c0n1 (nvme_alloc_ns in
// drivers/nvme/host/core.c). As udev does, that controller's place is taken for the disk's.
std::string path_of_head(host::Host& host, const std::string& folder, const std::string& name,
                         const PlaceFacts& facts) {
  const std::size_t n = std::min(name.find('n', 1), name.size());
  const std::string controller = name.substr(0, n), space = name.substr(n);
  std::string link;
  const auto names = host.list(folder);
  for (const std::string& other : names ? *names : std::vector<std::string>()) {
    const bool hidden_path =
        other.starts_with(controller + "c") && other.ends_with(space) && !is_disk_name(other);
    if (!hidden_path || (!link.empty() && other != controller + "c" + controller.substr(4) + space))
      continue;
    if (const auto target = host.read_link(folder + "/" + other))
      link = target->substr(0, target->rfind('/'));
  }
  if (link.empty()) {
    const auto target = host.read_link("/sys/class/nvme/" + controller);
    if (!target) return {};
    link = *target;
  }
  PlaceFacts here = read_place_facts(host, link + "/" + name);
  here.namespace_id = facts.namespace_id;
  return parse_device_path(link + "/" + name, here).path;
}

void set_place(host::Host& host, const std::string& folder, const std::string& link,
               std::string_view udev, FoundDisk& found) {
  inventory::Disk& disk = found.disk;
  PlaceFacts facts = read_place_facts(host, link);
  DevicePath place = parse_device_path(link, facts);
  disk.transport = std::move(place.transport);
  if (disk.transport == "nvme") {
    const std::string name = link.substr(link.rfind('/') + 1);
    SysfsFiles files(host, folder + "/" + name);
    facts.namespace_id = files.text("nsid");
    found.namespace_id = files.number("nsid");
    if (place.path.empty()) place.path = path_of_head(host, folder, name, facts);
  }
  // udev asks the kernel for what a copied tree has not.
  if (place.path.empty()) place.path = udev_property(udev, "ID_PATH").value_or("");
  if (!place.path.empty()) disk.path = std::move(place.path);
}

// Where the disk stands below /sys/devices. Until 2.6.26 /sys/block has folders instead of links,
// and a link to the device in each. Empty: neither is there.
std::string link_of_disk(host::Host& host, const std::string& folder, const std::string& name) {
  if (auto link = host.read_link(folder + "/" + name)) return std::move(*link);
  const auto device = host.read_link(folder + "/" + name + "/device");
  return device ? *device + "/block/" + name : std::string();
}

// The device mapper's multipath device on the disk (its uuid begins with "mpath-"), if there is
// one.
void set_multipath(host::Host& host, const std::string& folder, const std::string& name,
                   FoundDisk& found) {
  const std::string holders = folder + "/" + name + "/holders";
  const auto names = host.list(holders);
  for (const std::string& holder : names ? *names : std::vector<std::string>()) {
    if (!holder.starts_with("dm-")) continue;
    for (const std::string& place : {folder + "/" + holder, holders + "/" + holder}) {
      const auto uuid = SysfsFiles(host, place).text("dm/uuid");
      if (!uuid || !uuid->starts_with("mpath-")) continue;
      found.multipath_uuid = *uuid;
      found.multipath_name = holder;
      return;
    }
  }
}

}  // namespace

bool is_disk_name(std::string_view kernel_name) {
  for (const std::string_view other :
       {"loop",  "ram",   "zram",   "dm-",     "md",       "nbd",      "rbd",
        "rnbd",  "drbd",  "bcache", "zd",      "fd",       "mtdblock", "ubiblock",
        "ublkb", "nullb", "zloop",  "pktcdvd", "emcpower", "VxDMP"}) {
    if (kernel_name.starts_with(other)) return false;
  }
  // Boot areas and the replay protected area of an eMMC are parts of mmcblk0.
  if (kernel_name.starts_with("mmcblk") &&
      kernel_name.find_first_not_of("0123456789", 6) != std::string_view::npos)
    return false;
  // nvme0c1n1 is one path of the namespace nvme0n1.
  return !kernel_name.starts_with("nvme") || kernel_name.find('c') == std::string_view::npos;
}

std::optional<FoundDisk> read_disk(host::Host& host, const std::string& folder,
                                   const std::string& name, std::string& denied) {
  SysfsFiles files(host, folder + "/" + name);
  const auto sectors = files.number("size");
  if (sectors.value_or(0) <= 0 || files.flag("hidden") == true || files.text("partition"))
    return std::nullopt;

  FoundDisk found;
  inventory::Disk& disk = found.disk;
  disk.name = name;
  std::replace(disk.name->begin(), disk.name->end(), '!', '/');  // cciss!c0d0 is /dev/cciss/c0d0
  const std::string udev = read_udev_data(host, files.text("dev").value_or(""));
  const std::string link = link_of_disk(host, folder, name);
  if (!link.empty()) set_place(host, folder, link, udev, found);
  set_multipath(host, folder, name, found);
  const std::string page83 = files.bytes("device/vpd_pg83").value_or("");
  const auto identity = parse_vpd_ata_identity(files.bytes("device/vpd_pg89").value_or(""));
  set_names(disk, files, udev, page83, identity);
  disk.wwn = find_wwn(files, udev, page83);
  disk.serial_number =
      find_serial(host, files, link, udev, files.bytes("device/vpd_pg80").value_or(""));
  disk.removable = files.flag("removable");
  disk.media = find_media(disk, files);
  disk.logical_block_bytes = files.number("queue/logical_block_size");
  // The size of an optical drive is that of the medium that happens to be in it.
  if (disk.media != "optical") {
    disk.read_only = files.flag("ro");
    if (*sectors <= std::numeric_limits<std::int64_t>::max() / kSectorBytes)
      disk.size_bytes = *sectors * kSectorBytes;
  }
  if (!link.empty())
    found.ata = find_ata_port(host, link, udev, disk.transport.value_or(""), identity);
  if (denied.empty()) denied = files.denied();
  return found;
}

}  // namespace muster::agent::collect
