// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/device_path.h"

#include <catch2/catch.hpp>

namespace muster::agent {

TEST_CASE("where a device is plugged in is told without numbers that change", "[disks][path]") {
  struct Case {
    std::string link, path, transport;
  };
  const std::vector<Case> cases = {
      {"../devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda",
       "pci-0000:00:1f.2-ata-1", "sata"},
      {"../devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:2:0/block/sda",
       "pci-0000:00:1f.2-ata-1-scsi-0:0:2:0", "sata"},
      {"../devices/pci0000:00/0000:00:01.0/0000:01:00.0/nvme/nvme0/nvme0n1",
       "pci-0000:01:00.0-nvme-1", "nvme"},
      {"../devices/pci0000:00/0000:00:01.0/0000:01:00.0/nvme/nvme3/nvme3n12",
       "pci-0000:01:00.0-nvme-12", "nvme"},
      {"../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1", "", "nvme"},
      {"../devices/pci0000:00/0000:00:02.0/virtio1/block/vda", "pci-0000:00:02.0", "virtio"},
      {"../devices/pci0000:00/0000:00:05.0/virtio3/host2/target2:0:1/2:0:1:0/block/sda",
       "pci-0000:00:05.0-scsi-0:0:1:0", "virtio"},
      {"../devices/platform/a003e00.virtio_mmio/virtio0/block/vda", "platform-a003e00.virtio_mmio",
       "virtio"},
      {"../devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0/host6/target6:0:0/6:0:0:0/block/sdc",
       "pci-0000:00:14.0-usb-0:4:1.0-scsi-0:0:0:0", "usb"},
      {"../devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1.3/2-1.3:1.0/host6/target6:0:0/6:0:0:1/"
       "block/sdd",
       "pci-0000:00:14.0-usb-0:1.3:1.0-scsi-0:0:0:1", "usb"},
      {"../devices/pci0000:16/0000:16:02.0/0000:17:00.0/host0/port-0:1/end_device-0:1/target0:0:1/"
       "0:0:1:0/block/sdb",
       "pci-0000:17:00.0-sas-1-lun-0", "sas"},
      {"../devices/pci0000:16/0000:17:00.0/host0/port-0:0/expander-0:0/port-0:0:4/"
       "end_device-0:0:4/target0:0:5/0:0:5:0/block/sdf",
       "pci-0000:17:00.0-sas-0:4-lun-0", "sas"},
      {"../devices/pci0000:3a/0000:3b:00.0/host1/rport-1:0-2/target1:0:0/1:0:0:3/block/sdg",
       "pci-0000:3b:00.0-scsi-0:0:0:3", "fc"},
      {"../devices/platform/host3/session1/target3:0:0/3:0:0:1/block/sdb",
       "platform-host3-scsi-0:0:0:1", "iscsi"},
      {"../devices/platform/emmc2bus/fe340000.mmc/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0",
       "platform-emmc2bus", "mmc"},
      {"../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/VMBUS:00/"
       "f8b3781a-1e82-4818-a1c3-63d806ec15bb/host0/target0:0:0/0:0:0:0/block/sda",
       "vmbus-f8b3781a-1e82-4818-a1c3-63d806ec15bb-scsi-0:0:0:0", "scsi"},
      {"../devices/vbd-51712/block/xvda", "xen-vbd-51712", "xen"},
      {"../devices/css0/0.0.0001/0.0.1234/block/dasda", "ccw-0.0.1234", "other"},
      {"../devices/pci0000:00/0000:00:07.1/ide0/0.0/block/hda", "pci-0000:00:07.1", "ide"},
      {"../../devices/pci0000:00/0000:00:03.0/virtio2/net/eth0", "pci-0000:00:03.0", "virtio"},
      {"../../devices/virtual/net/lo", "", "other"},
      {"", "", "other"},
      {"////", "", "other"},
      {"x/0:0:0:0", "scsi-0:0:0:0", "scsi"},
      {"x/end_device-/0:0:0:0", "sas--lun-0", "sas"},
      {"x/ata/usb/1-/-1:/nvme0n/1:2:3", "", "other"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.link);
    const DevicePath found = parse_device_path(test.link);
    CHECK(found.path == test.path);
    CHECK(found.transport == test.transport);
  }
  CHECK(parse_device_path(cases[0].link, "5").path == "pci-0000:00:1f.2-ata-5");
}

TEST_CASE("folders of sysfs follow from a link", "[disks][path]") {
  const std::string usb =
      "../devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4.2/1-4.2:1.0/host6/target6:0:0/6:0:0:0/x";
  CHECK(sysfs_folder("../../devices/virtual/net/lo") == "/sys/devices/virtual/net/lo");
  CHECK(sysfs_folder_of(usb, PathPart::kUsbDevice) ==
        "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4.2");
  CHECK(sysfs_folder_of(usb, PathPart::kAtaPort).empty());
  CHECK(sysfs_folder_of("../devices/pci0000:00/0000:00:1f.2/ata7/host0/x", PathPart::kAtaPort) ==
        "/sys/devices/pci0000:00/0000:00:1f.2/ata7");
  CHECK(sysfs_folder_of("", PathPart::kAtaPort).empty());
}

}  // namespace muster::agent
