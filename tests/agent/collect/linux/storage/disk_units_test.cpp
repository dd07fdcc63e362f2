// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/storage/disk_units.h"

#include <catch2/catch.hpp>

#include "agent/collect/linux/storage/disks.h"
#include "tests/support/agent/captured_machine.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

using Lines = std::vector<std::string>;

Lines told_disks(host::Host& host, std::initializer_list<std::string_view> fields) {
  const collect::CollectedSection found = collect::collect_disks(host);
  CHECK(found.providers.at("disks") == inventory::ProviderStatus{});
  return told("disks", found, fields);
}

Lines told_disk_case(std::string_view name, std::initializer_list<std::string_view> fields) {
  CaseMachine machine(name);
  return told_disks(machine.host(), fields);
}

using DiskFiles = std::map<std::string, std::string>;

void add_block_device(MapHost& host, const std::string& name, const std::string& folder,
                      const DiskFiles& files) {
  host.links["/sys/block/" + name] = "../devices/" + folder + "/block/" + name;
  for (const auto& [file, content] : files)
    host.files["/sys/devices/" + folder + "/block/" + name + "/" + file] = content;
}

// A path to one LUN by the Fibre Channel host of that number.
void add_lun_path(MapHost& host, const std::string& name, const std::string& number,
                  const std::string& holder, const DiskFiles& more = {}) {
  DiskFiles files = {{"size", "2097152\n"},
                     {"removable", "0\n"},
                     {"ro", "0\n"},
                     {"queue/rotational", "0\n"},
                     {"device/vendor", "NETAPP  \n"},
                     {"device/model", "LUN C-Mode      \n"},
                     {"device/wwid", "naa.600a098038303053453f463045727646\n"}};
  for (const auto& [file, content] : more)
    files[file] = content;
  add_block_device(host, name,
                   "pci0000:00/0000:03:00." + number + "/host" + number + "/rport-" + number +
                       ":0-0/target" + number + ":0:0/" + number + ":0:0:1",
                   files);
  if (holder.empty()) return;
  host.links["/sys/block/" + holder] = "../devices/virtual/block/" + holder;
  host.directories.insert("/sys/block/" + name + "/holders");
  host.links["/sys/devices/pci0000:00/0000:03:00." + number + "/host" + number + "/rport-" +
             number + ":0-0/target" + number + ":0:0/" + number + ":0:0:1/block/" + name +
             "/holders/" + holder] = "/sys/devices/virtual/block/" + holder;
}

const std::initializer_list<std::string_view> kWholeDisk = {
    "identifier", "instance", "name",      "vendor", "model",     "serial_number", "wwn",
    "size_bytes", "path",     "transport", "media",  "removable", "read_only"};

}  // namespace

TEST_CASE("disks: the paths to a LUN are one disk, whichever of them is lost", "[disks]") {
  const Lines one = {
      "wwn:600a098038303053453f463045727646 | 1 | dm-0 | NETAPP | LUN C-Mode | - | "
      "600a098038303053453f463045727646 | 1073741824 | - | fc | ssd | false | false"};
  for (const std::string lost : {"", "sdb", "sdc", "sdd"}) {
    CAPTURE(lost);
    MapHost host;
    host.files["/sys/devices/virtual/block/dm-0/dm/uuid"] =
        "mpath-3600a098038303053453f463045727646\n";
    host.files["/sys/devices/virtual/block/dm-0/size"] = "2097152\n";
    for (const auto& [name, number] :
         std::map<std::string, std::string>{{"sdb", "0"}, {"sdc", "1"}, {"sdd", "2"}}) {
      if (name != lost) add_lun_path(host, name, number, "dm-0");
    }
    CHECK(told_disks(host, kWholeDisk) == one);
  }
}

TEST_CASE("disks: what is above a disk makes it no path", "[disks]") {
  MapHost host;
  host.files["/sys/devices/virtual/block/dm-0/dm/uuid"] = "LVM-abc\n";
  add_lun_path(host, "sdb", "0", "dm-0");
  CHECK(told_disks(host, {"name"}) == Lines{"sdb"});
  // A multipath device knows paths that tell no name.
  MapHost nameless;
  nameless.files["/sys/devices/virtual/block/dm-1/dm/uuid"] = "mpath-1IET_00010001\n";
  add_lun_path(nameless, "sdb", "0", "dm-1", {{"device/wwid", "t10.IET     00010001\n"}});
  add_lun_path(nameless, "sdc", "1", "dm-1", {{"device/wwid", "t10.IET     00010001\n"}});
  CHECK(told_disks(nameless, {"name", "identifier"}) == Lines{"dm-1 | name:dm-1"});
}

TEST_CASE("disks: without the device mapper the name of the logical unit joins", "[disks]") {
  MapHost host;
  add_lun_path(host, "sdaa", "0", "");
  add_lun_path(host, "sdb", "1", "");
  CHECK(told_disks(host, {"name", "size_bytes"}) == Lines{"sdb | 1073741824"});
  // A path that the device mapper has given up is still one to the same disk.
  host.files["/sys/devices/virtual/block/dm-0/dm/uuid"] = "mpath-3600a\n";
  add_lun_path(host, "sdc", "2", "dm-0");
  CHECK(told_disks(host, {"name"}) == Lines{"dm-0"});

  // Two ports of a SAS disk.
  MapHost sas;
  for (const std::string port : {"0", "1"}) {
    const std::string folder = "pci0000:00/0000:0" + port + ":00.0/host" + port + "/port-" + port +
                               ":4/end_device-" + port + ":4/target" + port + ":0:0/" + port +
                               ":0:0:0";
    add_block_device(sas, port == "0" ? "sda" : "sdb", folder,
                     {{"size", "8"},
                      {"device/vendor", "SEAGATE"},
                      {"device/model", "ST4000NM0023"},
                      {"device/wwid", "naa.5000c500a1b2c3d4"}});
    sas.files["/sys/class/sas_device/end_device-" + port + ":4/phy_identifier"] = "4\n";
  }
  CHECK(told_disks(sas, {"name", "transport", "path"}) ==
        Lines{"sda | sas | pci-0000:00:00.0-sas-phy4-lun-0"});
}

TEST_CASE("disks: a name that different serial numbers share identifies none of them", "[disks]") {
  const auto bridge = [](MapHost& host, const std::string& name, const std::string& port,
                         const std::string& serial) {
    add_block_device(
        host, name,
        "pci0000:00/0000:00:14.0/usb1/1-" + port + "/1-" + port + ":1.0/host6/target6:0:0/6:0:0:0",
        {{"size", "8"},
         {"device/model", "Bridge"},
         {"device/wwid", "naa.5000000000000001"},
         {"serial", serial}});
  };
  MapHost host;
  bridge(host, "sda", "2", "AA001");
  bridge(host, "sdb", "1", "BB002");
  CHECK(told_disks(host, {"identifier", "instance", "name", "wwn"}) ==
        Lines{"serial:Bridge:AA001 | 1 | sda | 5000000000000001",
              "serial:Bridge:BB002 | 1 | sdb | 5000000000000001"});
  // USB has no second path: equal in everything, they are still two.
  MapHost twins;
  bridge(twins, "sda", "2", "AA001");
  bridge(twins, "sdb", "1", "AA001");
  CHECK(told_disks(twins, {"identifier", "instance", "name"}) ==
        Lines{"wwn:5000000000000001 | 1 | sdb", "wwn:5000000000000001 | 2 | sda"});
}

TEST_CASE("disks: an EUI is not what an NVMe drive is known by", "[disks]") {
  const auto drive = [](MapHost& host, const std::string& number, const std::string& space,
                        const std::string& serial) {
    const std::string controller = "nvme" + number;
    const std::string folder =
        "pci0000:00/0000:3" + number + ":00.0/nvme/" + controller + "/" + controller + "n" + space;
    host.links["/sys/block/" + controller + "n" + space] = "../devices/" + folder;
    const std::string at = "/sys/devices/" + folder + "/";
    host.files[at + "size"] = "8";
    host.files[at + "nsid"] = space;
    host.files[at + "wwid"] = "eui.6479a72020c00a11";
    host.files[at + "device/model"] = "CHEAP SSD 512GB";
    host.files[at + "device/serial"] = serial;
  };
  MapHost both;
  drive(both, "0", "1", "AA001");
  drive(both, "1", "1", "BB002");
  drive(both, "1", "2", "BB002");
  CHECK(told_disks(both, {"identifier", "instance", "path"}) ==
        Lines{"serial:CHEAP SSD 512GB:AA001 | 1 | pci-0000:30:00.0-nvme-1",
              "serial:CHEAP SSD 512GB:BB002 | 1 | pci-0000:31:00.0-nvme-1",
              "serial:CHEAP SSD 512GB:BB002:n2 | 1 | pci-0000:31:00.0-nvme-2"});
  MapHost second;  // the other drive was pulled: this one stays what it was
  drive(second, "1", "1", "BB002");
  CHECK(told_disks(second, {"identifier", "path"}) ==
        Lines{"serial:CHEAP SSD 512GB:BB002 | pci-0000:31:00.0-nvme-1"});
}

TEST_CASE("disks: a namespace behind native multipath is where its controller is", "[disks]") {
  MapHost host;
  const std::string head = "/sys/devices/virtual/nvme-subsystem/nvme-subsys1/nvme1n1";
  host.links["/sys/block/nvme1n1"] = "../devices/virtual/nvme-subsystem/nvme-subsys1/nvme1n1";
  host.files[head + "/size"] = "8";
  host.files[head + "/nsid"] = "3\n";
  CHECK(told_disks(host, {"path", "transport"}) == Lines{"- | nvme"});
  host.files[head + "/dev"] = "259:0\n";
  host.files["/run/udev/data/b259:0"] = "E:ID_PATH=pci-0000:77:00.0-nvme-3\n";
  CHECK(told_disks(host, {"path"}) == Lines{"pci-0000:77:00.0-nvme-3"});
  host.links["/sys/class/nvme/nvme1"] = "../../devices/pci0000:00/0000:3e:00.0/nvme/nvme1";
  CHECK(told_disks(host, {"path"}) == Lines{"pci-0000:3e:00.0-nvme-3"});
  host.links["/sys/block/nvme1c2n1"] = "../devices/pci0000:00/0000:3d:00.0/nvme/nvme2/nvme1c2n1";
  host.links["/sys/block/nvme1c1n1"] = "../devices/pci0000:00/0000:3f:00.0/nvme/nvme1/nvme1c1n1";
  CHECK(told_disks(host, {"path"}) == Lines{"pci-0000:3f:00.0-nvme-3"});
}

TEST_CASE("disks: the whole revision of an ATA disk, and whether it is serial", "[disks]") {
  MapHost host;
  const std::string controller = "pci0000:00/0000:00:1f.2";
  const std::string folder = controller + "/ata1/host0/target0:0:0/0:0:0:0";
  add_block_device(host, "sda", folder,
                   {{"size", "8"},
                    {"dev", "8:0"},
                    {"device/vendor", "ATA     "},
                    {"device/model", "KINGSTON SH103S3"},
                    {"device/rev", "BBF0"}});
  const auto told_sda = [&] {
    return told_disks(host, {"vendor", "model", "firmware_revision", "transport"});
  };
  CHECK(told_sda() == Lines{"- | KINGSTON SH103S3 | BBF0 | sata"});
  host.files["/run/udev/data/b8:0"] =
      "E:ID_ATA=1\nE:ID_MODEL_ENC=KINGSTON\\x20SH103S3240G\\x20\nE:ID_REVISION=580ABBF0\n";
  CHECK(told_sda() == Lines{"- | KINGSTON SH103S3240G | 580ABBF0 | sata"});
  host.files["/run/udev/data/b8:0"] = "E:ID_REVISION=OTHER\n";  // of another disk
  CHECK(told_sda() == Lines{"- | KINGSTON SH103S3 | BBF0 | sata"});

  std::string page("\x00\x89\x02\x38", 4);
  page.resize(572, '\0');
  std::string texts = "580ABBF0KINGSTON SH103S3240G ";  // words 23 to 26 and from 27 on
  texts.resize(48, ' ');
  for (std::size_t i = 0; i < texts.size(); i += 2)
    std::swap(texts[i], texts[i + 1]);
  page.replace(60 + 46, texts.size(), texts);
  host.files["/sys/devices/" + folder + "/block/sda/device/vpd_pg89"] = page;
  CHECK(told_sda() == Lines{"- | KINGSTON SH103S3240G | 580ABBF0 | ide"});
  host.files["/sys/devices/" + controller + "/class"] = "0x010601\n";
  CHECK(told_sda() == Lines{"- | KINGSTON SH103S3240G | 580ABBF0 | sata"});
  host.files["/sys/devices/" + controller + "/class"] = "0x01018f\n";
  page.replace(60 + 152, 2, "\x0e\x81");
  host.files["/sys/devices/" + folder + "/block/sda/device/vpd_pg89"] = page;
  CHECK(told_sda() == Lines{"- | KINGSTON SH103S3240G | 580ABBF0 | sata"});
}

TEST_CASE("disks: IDE by controller, by disk and by its neighbour", "[disks]") {
  MapHost host;
  const std::string controller = "pci0000:00/0000:00:01.1";
  add_block_device(host, "sda", controller + "/ata1/host0/target0:0:0/0:0:0:0",
                   {{"size", "8"}, {"dev", "8:0"}, {"device/vendor", "ATA"}});
  add_block_device(host, "sr0", controller + "/ata2/host1/target1:0:0/1:0:0:0", {{"size", "8"}});
  add_block_device(host, "sdb", "pci0000:00/0000:00:02.0/host2/target2:0:0/2:0:0:0",
                   {{"size", "8"}});
  CHECK(told_disks(host, {"name", "transport"}) == Lines{"sda | sata", "sdb | scsi", "sr0 | sata"});
  host.files["/run/udev/data/b8:0"] = "E:ID_ATA=1\nE:ID_ATA_WRITE_CACHE=1\n";
  CHECK(told_disks(host, {"name", "transport"}) == Lines{"sda | ide", "sdb | scsi", "sr0 | ide"});
  host.files.erase("/run/udev/data/b8:0");
  host.files["/sys/devices/" + controller + "/class"] = "0x010180\n";
  // Before Linux 3.0 the link of an ATA disk does not say so; the controller does.
  host.files["/sys/devices/pci0000:00/0000:00:02.0/class"] = "0x010601\n";
  CHECK(told_disks(host, {"name", "transport"}) == Lines{"sda | ide", "sdb | sata", "sr0 | ide"});
}

TEST_CASE("disks: old kernels have folders in /sys/block", "[disks]") {
  MapHost host;
  host.files["/sys/block/sda/size"] = "8\n";
  host.links["/sys/block/sda/device"] =
      "../../devices/pci0000:00/0000:00:1f.2/host0/target0:0:0/0:0:0:0";
  host.files["/sys/devices/pci0000:00/0000:00:1f.2/class"] = "0x010601\n";
  CHECK(told_disks(host, {"path", "transport"}) == Lines{"pci-0000:00:1f.2-scsi-0:0:0:0 | sata"});
}

TEST_CASE("disks: two captured machines have ports and places as udev has them", "[disks]") {
  const auto many = captured_machine("debian12-many-disks");
  CHECK(told_disks(*many, {"name", "transport", "path"}) ==
        Lines{"sda | virtio | pci-0000:00:0a.0-scsi-0:0:0:0",
              "sdb | virtio | pci-0000:00:0a.0-scsi-0:0:1:0", "sdc | ide | pci-0000:00:01.1-ata-1",
              "sr0 | ide | pci-0000:00:01.1-ata-2", "vda | virtio | pci-0000:00:08.0",
              "vdb | virtio | pci-0000:00:09.0"});
  const auto two = captured_machine("debian12-two-sockets");
  CHECK(told_disks(*two, {"name", "transport", "path"}) ==
        Lines{"nvme0n1 | nvme | pci-0000:00:02.0-nvme-1",
              "sda | scsi | pci-0000:00:03.0-scsi-0:2:4:0", "sdb | sata | pci-0000:00:1f.2-ata-3",
              "sr0 | sata | pci-0000:00:1f.2-ata-4"});
}

TEST_CASE("case 30: a LUN behind four paths", "[disks][shared_data]") {
  CHECK(told_disk_case("30-multipath-lun",
                       {"identifier", "instance", "name", "size_bytes", "path"}) ==
        Lines{"wwn:600a098038303053453f463045727646 | 1 | dm-0 | 1073741824 | -"});
}

TEST_CASE("case 31: only what is a disk", "[disks][shared_data]") {
  CHECK(told_disk_case("31-disk-mixture", {"name", "path", "media"}) ==
        Lines{"mmcblk0 | platform-fe340000.mmc | ssd", "nvme0n1 | pci-0000:3d:00.0-nvme-1 | ssd",
              "sr0 | pci-0000:00:17.0-ata-2 | optical"});
}

TEST_CASE("case 32: two drives of one EUI, of which the first is pulled", "[disks][shared_data]") {
  const std::string second = "serial:CHEAP SSD 512GB:BB002 | 1 | BB002 | pci-0000:3e:00.0-nvme-1";
  CHECK(told_disk_case("32a-nvme-same-eui-both",
                       {"identifier", "instance", "serial_number", "path"}) ==
        Lines{"serial:CHEAP SSD 512GB:AA001 | 1 | AA001 | pci-0000:3d:00.0-nvme-1", second});
  CHECK(told_disk_case("32b-nvme-same-eui-second-only",
                       {"identifier", "instance", "serial_number", "path"}) == Lines{second});
}

TEST_CASE("cases 33 to 37: sizes, odd disks, ports of a SoC, names", "[disks][shared_data]") {
  CHECK(told_disk_case("33-4k-native", {"name", "size_bytes"}) == Lines{"sda | 4000787030016"});
  CHECK(told_disk_case("34-other-disks", {"name", "path"}) ==
        Lines{"cciss/c0d0 | pci-0000:06:00.0-cciss-disk0", "dasda | ccw-0.0.0200",
              "nvme10n12 | pci-0000:3d:00.0-nvme-12", "pmem0 | -", "vda | pci-0000:00:05.0",
              "xvda | xen-vbd-51712"});
  CHECK(told_disk_case("35-soc-usb-disks", {"identifier"}) ==
        Lines{"path:platform-fe980000.usb-usb-0:1:1.0-scsi-0:0:0:0",
              "path:platform-fe9c0000.usb-usb-0:1:1.0-scsi-0:0:0:0"});
  CHECK(told_disk_case("36-usb-comes-and-goes", {"identifier"}) == Lines{"serial:Ultra:4C530001"});
  CHECK(told_disk_case("37-hp-raid-full-wwn", {"identifier"}) ==
        Lines{"wwn:600508b1001c57fe14cf3e577b87be3f"});
}

TEST_CASE("cases of real disks: firmware and places", "[disks][shared_data]") {
  CHECK(told_disk_case("disk-ata-firmware", {"name", "model", "firmware_revision", "transport"}) ==
        Lines{"sda | KINGSTON SH103S3240G | 580ABBF0 | sata",
              "sdb | WDC WD800JD-00MSA1 | 10.01E01 | sata"});
  CHECK(told_disk_case("disk-path-vmd", {"name", "path"}) ==
        Lines{"nvme0n1 | pci-0000:b2:05.5-pci-10000:01:00.0-nvme-1",
              "nvme1n1 | pci-0000:b2:05.5-pci-10000:02:00.0-nvme-1"});
  CHECK(told_disk_case("path-platform-arm", {"name", "path"}) ==
        Lines{"mmcblk0 | platform-4f80000.sdhci", "mmcblk1 | platform-4fb0000.sdhci"});
  // The tree has no phy: there is no place to tell, and the kernel's counter is none.
  CHECK(told_disk_case("disk-path-sas", {"name", "path", "transport"}) ==
        Lines{"sdd | - | sas", "sde | - | sas"});
}

}  // namespace muster::agent
