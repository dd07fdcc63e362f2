// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/disks.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "agent/collect/linux/device_path.h"
#include "agent/collect/linux/scsi_vpd.h"
#include "agent/collect/linux/udev_data.h"
#include "common/support/text.h"

namespace muster::agent {
namespace {

constexpr std::int64_t kSectorBytes = 512;  // of /sys/block/*/size, whatever the device's own is
constexpr std::string_view kScsiTape = "1", kScsiOptical = "5";

// Reads the small files of one disk. What is not there is unknown; that something may not be read
// is kept, because a disk without its serial number would be another disk.
class Files {
 public:
  Files(Host& host, std::string folder) : host_(host), folder_(std::move(folder)) {}

  std::optional<std::string> bytes(std::string_view name) {
    auto content = host_.read(folder_ + "/" + std::string(name));
    if (content) return std::move(*content);
    if (content.failure().kind == FailureKind::kDenied && denied_.empty())
      denied_ = content.failure().message;
    return std::nullopt;
  }
  std::optional<std::string> text(std::string_view name) {
    auto content = bytes(name);
    if (!content) return std::nullopt;
    std::replace(content->begin(), content->end(), '\0', ' ');
    const std::string_view value = trim(*content);
    if (value.empty()) return std::nullopt;
    return std::string(value);
  }
  std::optional<std::int64_t> number(std::string_view name) {
    const auto value = text(name);
    return value ? parse_integer(*value) : std::nullopt;
  }
  std::optional<bool> flag(std::string_view name) {
    const auto value = number(name);
    if (!value) return std::nullopt;
    return *value != 0;
  }
  const std::string& denied() const { return denied_; }

 private:
  Host& host_;
  std::string folder_;
  std::string denied_;
};

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

// The serial number, unless it is one of zeros, which cheap bridges give to all their disks.
std::optional<std::string> real_serial(std::optional<std::string> serial) {
  if (serial && serial->find_first_not_of('0') == std::string::npos) return std::nullopt;
  return serial;
}

std::optional<std::string> find_serial(Host& host, Files& files, std::string_view link,
                                       std::string_view udev, std::string_view page80) {
  if (auto serial = real_serial(
          first_of(files.text("device/serial"), files.text("serial"), parse_vpd_serial(page80))))
    return serial;
  if (auto serial = real_serial(first_of(owned(udev_property(udev, "ID_SCSI_SERIAL")),
                                         owned(udev_property(udev, "ID_SERIAL_SHORT")))))
    return serial;
  const std::string usb = sysfs_folder_of(link, PathPart::kUsbDevice);
  return usb.empty() ? std::nullopt : real_serial(Files(host, usb).text("serial"));
}

std::optional<std::string> find_wwn(Files& files, std::string_view udev, std::string_view page83) {
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

// `longer` when it is the same text, only not cut off.
std::string uncut(std::string text, const std::optional<std::string>& longer) {
  return longer && longer->starts_with(text) ? *longer : text;
}

void set_names(inventory::Disk& disk, Files& files, std::string_view udev,
               std::string_view page83) {
  disk.vendor = files.text("device/vendor");
  disk.model = first_of(files.text("device/model"), files.text("device/name"));
  const bool ata = disk.vendor == "ATA";
  // Not a vendor but the standard's word for a disk behind SCSI commands; virtio's is a PCI number.
  if (disk.vendor && (ata || disk.vendor->starts_with("0x"))) disk.vendor.reset();
  if (disk.model) {
    std::optional<std::string> full = ata ? parse_vpd_ata_model(page83) : std::nullopt;
    if (const auto encoded = udev_property(udev, "ID_MODEL_ENC"); !full && encoded)
      full = std::string(trim(decode_udev(*encoded)));
    disk.model = uncut(*disk.model, full);
  }
  disk.firmware_revision = first_of(files.text("device/firmware_rev"), files.text("device/rev"),
                                    files.text("device/fwrev"));
  if (disk.firmware_revision)
    disk.firmware_revision =
        uncut(*disk.firmware_revision, owned(udev_property(udev, "ID_REVISION")));
}

bool is_virtual(const inventory::Disk& disk) {
  if (disk.transport == "virtio" || disk.transport == "xen") return true;
  for (const std::string_view maker : {"QEMU", "VMware", "VBOX", "Msft", "Virtual", "Nutanix"}) {
    if (disk.vendor && disk.vendor->starts_with(maker)) return true;
    if (disk.model && disk.model->starts_with(maker)) return true;
  }
  return false;
}

std::optional<std::string> find_media(const inventory::Disk& disk, Files& files) {
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

std::optional<std::string> ata_port_number(Host& host, std::string_view link) {
  const std::string folder = sysfs_folder_of(link, PathPart::kAtaPort);
  if (folder.empty()) return std::nullopt;
  return Files(host, folder + "/ata_port" + folder.substr(folder.rfind('/'))).text("port_no");
}

void set_place(Host& host, const std::string& link, inventory::Disk& disk) {
  const auto port = ata_port_number(host, link);
  DevicePath place =
      parse_device_path(link, port ? std::optional<std::string_view>(*port) : std::nullopt);
  if (!place.path.empty()) disk.path = std::move(place.path);
  disk.transport = std::move(place.transport);
}

// nullopt: not a disk, or a drive for media that is empty.
std::optional<inventory::Disk> read_disk(Host& host, const std::string& folder,
                                         const std::string& name, std::string& denied) {
  Files files(host, folder + "/" + name);
  const auto sectors = files.number("size");
  if (sectors.value_or(0) <= 0 || files.flag("hidden") == true || files.text("partition"))
    return std::nullopt;

  inventory::Disk disk;
  disk.name = name;
  std::replace(disk.name->begin(), disk.name->end(), '!', '/');  // cciss!c0d0 is /dev/cciss/c0d0
  const auto link = host.read_link(folder + "/" + name);
  if (link) set_place(host, *link, disk);
  const std::string udev = read_udev_data(host, files.text("dev").value_or(""));
  const std::string page83 = files.bytes("device/vpd_pg83").value_or("");
  set_names(disk, files, udev, page83);
  disk.wwn = find_wwn(files, udev, page83);
  disk.serial_number = find_serial(host, files, link ? std::string_view(*link) : "", udev,
                                   files.bytes("device/vpd_pg80").value_or(""));
  disk.removable = files.flag("removable");
  disk.media = find_media(disk, files);
  disk.logical_block_bytes = files.number("queue/logical_block_size");
  // The size of an optical drive is that of the medium that happens to be in it.
  if (disk.media != "optical") {
    disk.read_only = files.flag("ro");
    if (*sectors <= std::numeric_limits<std::int64_t>::max() / kSectorBytes)
      disk.size_bytes = *sectors * kSectorBytes;
  }
  disk.identifier = disk_identifier(disk);
  if (denied.empty()) denied = files.denied();
  return disk;
}

void number_twins(std::vector<inventory::Disk>& disks) {
  std::sort(disks.begin(), disks.end(), [](const inventory::Disk& a, const inventory::Disk& b) {
    return std::tie(a.identifier, a.path, a.name) < std::tie(b.identifier, b.path, b.name);
  });
  for (std::size_t i = 1; i < disks.size(); ++i) {
    if (disks[i].identifier == disks[i - 1].identifier)
      disks[i].instance = disks[i - 1].instance + 1;
  }
}

}  // namespace

bool is_disk_name(std::string_view kernel_name) {
  for (const std::string_view other : {"loop", "ram", "zram", "dm-", "md", "nbd", "rbd", "drbd",
                                       "bcache", "zd", "fd", "mtdblock", "ubiblock"}) {
    if (kernel_name.starts_with(other)) return false;
  }
  // Boot areas and the replay protected area of an eMMC are parts of mmcblk0.
  if (kernel_name.starts_with("mmcblk") &&
      kernel_name.find_first_not_of("0123456789", 6) != std::string_view::npos)
    return false;
  // nvme0c1n1 is one path of the namespace nvme0n1.
  return !kernel_name.starts_with("nvme") || kernel_name.find('c') == std::string_view::npos;
}

std::string disk_identifier(const inventory::Disk& disk) {
  if (disk.wwn) return "wwn:" + *disk.wwn;
  if (disk.serial_number) return "serial:" + disk.model.value_or("") + ":" + *disk.serial_number;
  if (disk.path) return "path:" + *disk.path;
  return "name:" + disk.name.value_or("");
}

Collected collect_disks(Host& host) {
  std::string folder = "/sys/block";
  auto names = host.list(folder);
  if (!names && names.failure().kind == FailureKind::kNotFound) {
    folder = "/sys/class/block";
    names = host.list(folder);
  }
  if (!names) return not_collected<inventory::Disk>(status_of(names.failure()));
  std::vector<inventory::Disk> disks;
  std::string denied;
  for (const std::string& name : *names) {
    if (!is_disk_name(name)) continue;
    if (auto disk = read_disk(host, folder, name, denied)) disks.push_back(std::move(*disk));
  }
  number_twins(disks);
  inventory::SourceStatus status;
  if (!denied.empty()) status = {inventory::Status::kPartial, denied};
  return collected(disks, std::move(status));
}

}  // namespace muster::agent
