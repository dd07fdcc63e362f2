// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/read/device_path.h"

#include <catch2/catch.hpp>

#include "agent/collect/linux/network/interfaces.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/told.h"

namespace muster::agent {

TEST_CASE("where a device is plugged in is told without numbers that change", "[disks][path]") {
  struct Case {
    std::string link, path, transport;
  };
  const std::vector<Case> cases = {
      {"../devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda",
       "pci-0000:00:1f.2-ata-1", "sata"},
      {"../devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:2:0/block/sda",
       "pci-0000:00:1f.2-ata-1.2", "sata"},
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
      {"../devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:1/0:0:1:0/block/sdb",
       "pci-0000:00:1f.2-ata-1.1", "sata"},  // the slave of an IDE channel
      {"../devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:3:0/0:3:0:0/block/sdb",
       "pci-0000:00:1f.2-ata-1.3.0", "sata"},  // behind a port multiplier
      // A domain has four digits or more, and behind VMD it begins anew.
      {"../devices/pci0000:b2/0000:b2:05.5/pci10000:00/10000:00:02.0/10000:01:00.0/nvme/nvme0/"
       "nvme0n1",
       "pci-0000:b2:05.5-pci-10000:01:00.0-nvme-1", "nvme"},
      {"../devices/pci10000:00/10000:00:04.0/virtio1/block/vda", "pci-10000:00:04.0", "virtio"},
      {"../devices/pcif0000001:00/f0000001:00:04.0/virtio1/block/vda", "pci-f0000001:00:04.0",
       "virtio"},
      // What the kernel counted is no place, and nothing else is known here.
      {"../devices/pci0000:16/0000:16:02.0/0000:17:00.0/host0/port-0:1/end_device-0:1/target0:0:1/"
       "0:0:1:0/block/sdb",
       "", "sas"},
      {"../devices/pci0000:3a/0000:3b:00.0/host1/rport-1:0-2/target1:0:0/1:0:0:3/block/sdg", "",
       "fc"},
      {"../devices/platform/host3/session1/target3:0:0/3:0:0:1/block/sdb", "", "iscsi"},
      // The platform device next to the device, not the bus of the SoC.
      {"../devices/platform/emmc2bus/fe340000.mmc/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0",
       "platform-fe340000.mmc", "mmc"},
      {"../devices/platform/soc/fe9c0000.usb/usb3/3-1/3-1:1.0/host3/target3:0:0/3:0:0:0/block/sdb",
       "platform-fe9c0000.usb-usb-0:1:1.0-scsi-0:0:0:0", "usb"},
      {"../devices/platform/soc@0/a8f8800.usb/a800000.usb/xhci-hcd.0.auto/usb1/1-1/1-1:1.0/host0/"
       "target0:0:0/0:0:0:0/block/sda",
       "platform-xhci-hcd.0.auto-usb-0:1:1.0-scsi-0:0:0:0", "usb"},
      {"../devices/platform/soc@0/1d84000.ufshc/host0/target0:0:0/0:0:0:4/block/sde",
       "platform-1d84000.ufshc-scsi-0:0:0:4", "scsi"},
      {"../devices/platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0/usb2/2-1/"
       "2-1:1.0/"
       "host0/target0:0:0/0:0:0:0/block/sda",
       "platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1:1.0-scsi-0:0:0:0", "usb"},
      {"../devices/pci0000:00/0000:00:1c.0/0000:02:00.0/rtsx_pci_sdmmc.0/mmc_host/mmc0/mmc0:aaaa/"
       "block/mmcblk0",
       "pci-0000:02:00.0-platform-rtsx_pci_sdmmc.0", "mmc"},
      {"../devices/pci0000:00/80860F14:00/mmc_host/mmc1/mmc1:0001/block/mmcblk1",
       "platform-80860F14:00", "mmc"},
      {"../devices/pci0000:00/0000:00:1a.0/mmc_host/mmc0/mmc0:0001/block/mmcblk0",
       "pci-0000:00:1a.0", "mmc"},
      {"../devices/ocp.3/481d8000.mmc/mmc_host/mmc1/mmc1:0001/block/mmcblk0",
       "platform-481d8000.mmc", "mmc"},
      {"../devices/platform/soc/3f204000.spi/spi_master/spi0/spi0.1/mmc_host/mmc0/mmc0:0000/block/"
       "mmcblk0",
       "platform-3f204000.spi-cs-1", "mmc"},
      {"../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/VMBUS:00/"
       "f8b3781a-1e82-4818-a1c3-63d806ec15bb/host0/target0:0:0/0:0:0:3/block/sda",
       "acpi-VMBUS:00-vmbus-f8b3781a1e824818a1c363d806ec15bb-lun-3", "scsi"},
      {"../../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/VMBUS:00/"
       "0d3a8b2c-0000-1000-8000-00155d012345/net/eth0",
       "acpi-VMBUS:00-vmbus-0d3a8b2c00001000800000155d012345", "other"},
      {"../../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/VMBUS:00/"
       "0d3a8b2c-0000-1000-8000-00155d012345/pci000d:00/000d:00:02.0/net/eth1",
       "acpi-VMBUS:00-pci-000d:00:02.0", "other"},
      {"../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0/region0/namespace0.0/block/pmem0", "",
       "other"},
      {"../devices/vbd-51712/block/xvda", "xen-vbd-51712", "xen"},
      {"../../devices/vif-0/net/eth0", "xen-vif-0", "other"},
      {"../devices/css0/0.0.0001/0.0.1234/block/dasda", "ccw-0.0.1234", "other"},
      {"../devices/css0/0.0.0003/0.0.0a00/virtio0/block/vda", "ccw-0.0.0a00", "virtio"},
      {"../../devices/qeth/0.0.f500/net/encf500", "ccwgroup-0.0.f500", "other"},
      {"../devices/vio/2000/host0/target0:0:1/0:0:1:0/block/sr0", "vio-2000-scsi-0:0:1:0", "scsi"},
      {"../devices/pci0000:00/0000:00:03.0/0000:06:00.0/cciss0/c0d1/block/cciss!c0d1",
       "pci-0000:06:00.0-cciss-disk1", "other"},
      {"../devices/pci0000:00/0000:00:07.1/ide0/0.0/block/hda", "pci-0000:00:07.1", "ide"},
      {"../devices/pci0000:00/0000:00:07.1/ide0/0.1/block/hdb", "pci-0000:00:07.1-ide-0:1", "ide"},
      {"../../devices/pci0000:00/0000:00:03.0/virtio2/net/eth0", "pci-0000:00:03.0", "virtio"},
      {"../../devices/pci0000:00/0000:00:1c.0/0000:03:00.0/bcma0:1/net/wlan0",
       "pci-0000:03:00.0-bcma-1", "other"},
      {"../../devices/platform/scb/fd580000.ethernet/net/eth0", "platform-fd580000.ethernet",
       "other"},
      {"../../devices/virtual/net/lo", "", "other"},
      {"../devices/virtual/nvme-fabrics/ctl/nvme1/nvme1n1", "", "nvme"},
      {"", "", "other"},
      {"////", "", "other"},
      {"x/0:0:0:0", "", "other"},
      {"../devices/x/0:0:0:0", "", "scsi"},
      {"../devices/x/end_device-/0:0:0:0", "", "sas"},
      {"../devices/x/ata/usb/1-/-1:/nvme0n/1:2:3", "", "other"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.link);
    const collect::DevicePath found = collect::parse_device_path(test.link);
    CHECK(found.path == test.path);
    CHECK(found.transport == test.transport);
  }
}

TEST_CASE("what a transport tells takes the place of what the kernel counted", "[disks][path]") {
  collect::PlaceFacts ata;
  ata.ata_port = "5";
  CHECK(collect::parse_device_path(
            "../devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda", ata)
            .path == "pci-0000:00:1f.2-ata-5");

  const std::string sas = "../devices/pci0000:50/0000:51:00.0/host17/port-17:2/";
  collect::PlaceFacts phy;
  phy.sas_port_phys = "1";
  phy.sas_phy = "6";
  phy.sas_address = "0x4433221106000000";
  const std::string direct = sas + "end_device-17:2/target17:0:2/17:0:2:0/block/sdd";
  CHECK(collect::parse_device_path(direct, phy).path == "pci-0000:51:00.0-sas-phy6-lun-0");
  const std::string behind = sas +
                             "expander-17:0/port-17:0:25/end_device-17:0:25/target17:0:9/"
                             "17:0:9:300/block/sde";
  CHECK(collect::parse_device_path(behind, phy).path.empty());
  phy.sas_expander = "0x500304801f3a2bff";
  CHECK(collect::parse_device_path(behind, phy).path ==
        "pci-0000:51:00.0-sas-exp0x500304801f3a2bff-phy6-lun-0x012c000000000000");
  phy.sas_port_phys = "4";
  CHECK(collect::parse_device_path(direct, phy).path ==
        "pci-0000:51:00.0-sas-0x4433221106000000-lun-0");

  collect::PlaceFacts fc;
  fc.fc_port = "0x500a0981894b8dc5";
  CHECK(collect::parse_device_path(
            "../devices/css0/0.0.000d/0.0.1900/host0/rport-0:0-2/target0:0:0/0:0:0:1/block/sda", fc)
            .path == "ccw-0.0.1900-fc-0x500a0981894b8dc5-lun-1");

  collect::PlaceFacts iscsi;
  iscsi.iscsi_address = "192.0.2.9";
  iscsi.iscsi_port = "3260";
  iscsi.iscsi_target = "iqn.2003-01.org.example:box";
  CHECK(collect::parse_device_path(
            "../devices/platform/host3/session1/target3:0:0/3:0:0:1/block/sdb", iscsi)
            .path == "ip-192.0.2.9:3260-iscsi-iqn.2003-01.org.example:box-lun-1");

  collect::PlaceFacts second;  // of two channels of one adapter
  second.first_of_parent = "host4";
  CHECK(collect::parse_device_path(
            "../devices/pci0000:00/0000:00:05.0/host5/target5:0:3/5:0:3:0/block/sdb", second)
            .path == "pci-0000:00:05.0-scsi-1:0:3:0");
  second.first_of_parent = "ide2";
  CHECK(collect::parse_device_path("../devices/pci0000:00/0000:00:07.1/ide3/3.0/block/hdg", second)
            .path == "pci-0000:00:07.1-ide-1:0");

  collect::PlaceFacts space;
  space.namespace_id = "7";
  CHECK(collect::parse_device_path("../devices/pci0000:00/0000:01:00.0/nvme/nvme3/nvme3n2", space)
            .path == "pci-0000:01:00.0-nvme-7");

  collect::PlaceFacts firewire;
  firewire.firewire_id = "0030e001000d2b9a:000042";
  CHECK(collect::parse_device_path(
            "../devices/pci0000:00/0000:05:00.0/fw0/fw1/fw1.0/host6/target6:0:0/6:0:0:0/block/sdb",
            firewire)
            .path == "pci-0000:05:00.0-ieee1394-0x0030e001000d2b9a:000042");

  collect::PlaceFacts buses;  // what the kernel says wins over what the name looks like
  buses.subsystems["/sys/devices/platform/soc/80c000000.fsl-mc/dprc.1/odd.name"] = "fsl-mc";
  buses.subsystems["/sys/devices/platform/10005000.mmci"] = "amba";
  CHECK(collect::parse_device_path(
            "../../devices/platform/soc/80c000000.fsl-mc/dprc.1/odd.name/net/eth2", buses)
            .path == "platform-80c000000.fsl-mc");
  CHECK(collect::parse_device_path(
            "../devices/platform/10005000.mmci/mmc_host/mmc0/mmc0:1/block/mmcblk0", buses)
            .path == "amba-10005000.mmci");
}

TEST_CASE("facts of a place are read below the device or in its class", "[disks][path]") {
  MapHost host;
  const std::string port =
      "/sys/devices/pci0000:50/0000:51:00.0/host17/port-17:0/expander-17:0/"
      "port-17:0:25";
  const std::string link = "../" + port.substr(5) +
                           "/end_device-17:0:25/target17:0:9/17:0:9:0/"
                           "block/sde";
  host.files[port + "/sas_port/port-17:0:25/num_phys"] = "1\n";
  host.files["/sys/class/sas_device/end_device-17:0:25/phy_identifier"] = "4\n";
  host.files["/sys/class/sas_device/expander-17:0/sas_address"] = "0x500304801f3a2bff\n";
  host.links["/sys/devices/pci0000:50/0000:51:00.0/subsystem"] = "../../../bus/pci";
  host.directories = {"/sys/devices/pci0000:50/0000:51:00.0/host16"};
  const collect::PlaceFacts facts = collect::read_place_facts(host, link);
  CHECK(facts.first_of_parent == "host16");
  CHECK(facts.subsystems.at("/sys/devices/pci0000:50/0000:51:00.0") == "pci");
  CHECK(collect::parse_device_path(link, facts).path ==
        "pci-0000:51:00.0-sas-exp0x500304801f3a2bff-phy4-lun-0");

  MapHost other;
  const std::string session = "/sys/devices/platform/host3/session2";
  other.files[session + "/iscsi_session/session2/targetname"] = "iqn.2003-01.org.example:a\n";
  other.files["/sys/class/iscsi_connection/connection2:0/persistent_address"] = "2001:db8::9\n";
  other.files[session + "/connection2:0/iscsi_connection/connection2:0/persistent_port"] = "3260\n";
  const std::string disk = "../devices/platform/host3/session2/target3:0:0/3:0:0:0/block/sdb";
  CHECK(collect::parse_device_path(disk, collect::read_place_facts(other, disk)).path ==
        "ip-2001:db8::9:3260-iscsi-iqn.2003-01.org.example:a-lun-0");
}

TEST_CASE("case of boards: interfaces are where their own device is", "[path][shared_data]") {
  CaseMachine machine("path-platform-arm");
  CHECK(told("interfaces", collect::collect_interfaces(machine.host()), {"name", "path"}) ==
        std::vector<std::string>{"eth0 | platform-fd580000.ethernet",
                                 "eth1 | platform-3f980000.usb-usb-0:1.1:1.0"});
}

TEST_CASE("folders of sysfs follow from a link", "[disks][path]") {
  const std::string usb =
      "../devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4.2/1-4.2:1.0/host6/target6:0:0/6:0:0:0/x";
  CHECK(collect::sysfs_folder("../../devices/virtual/net/lo") == "/sys/devices/virtual/net/lo");
  CHECK(collect::sysfs_folder_of(usb, collect::PathPart::kUsbDevice) ==
        "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4.2");
  CHECK(collect::sysfs_folder_of(usb, collect::PathPart::kAtaPort).empty());
  CHECK(collect::sysfs_folder_of("../devices/pci0000:00/0000:00:1f.2/ata7/host0/x",
                                 collect::PathPart::kAtaPort) ==
        "/sys/devices/pci0000:00/0000:00:1f.2/ata7");
  CHECK(collect::sysfs_folder_of("", collect::PathPart::kAtaPort).empty());
}

}  // namespace muster::agent
