// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/storage/disks.h"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "agent/collect/linux/read/udev_data.h"
#include "agent/collect/linux/storage/disk_reader.h"
#include "agent/host/live_host.h"
#include "common/inventory/canonical.h"
#include "tests/support/agent/captured_machine.h"
#include "tests/support/agent/map_host.h"

namespace muster::agent {
namespace {

std::vector<std::string> disk_rows(const collect::CollectedSection& collected) {
  std::vector<std::string> out;
  for (const inventory::Row& row : collected.rows)
    out.push_back(inventory::canonical_json(*inventory::find_section("disks"), row));
  return out;
}

// A captured tree of the shared data, unpacked for as long as this lives.
class UnpackedTree {
 public:
  explicit UnpackedTree(const std::string& name) {
    char folder[] = "/tmp/muster-disks-XXXXXX";
    REQUIRE(mkdtemp(folder) != nullptr);
    folder_ = folder;
    const std::string archive = shared_data("lsblk/" + name + ".tar.xz");
    REQUIRE(std::system(("tar -xJf '" + archive + "' -C " + folder_).c_str()) == 0);
    root = folder_ + "/" + name;
  }
  ~UnpackedTree() { std::filesystem::remove_all(folder_); }
  UnpackedTree(const UnpackedTree&) = delete;
  UnpackedTree& operator=(const UnpackedTree&) = delete;
  std::string root;

 private:
  std::string folder_;
};

void add_disk(MapHost& host, const std::string& name, const std::string& folder,
              const std::map<std::string, std::string>& files) {
  host.links["/sys/block/" + name] = "../devices/" + folder;
  for (const auto& [file, content] : files)
    host.files["/sys/devices/" + folder + "/" + file] = content;
}

}  // namespace

TEST_CASE("disks: only whole disks of their own are listed", "[disks]") {
  for (const char* const name : {"sda", "sdab", "nvme0n1", "nvme10n2", "vda", "xvda", "mmcblk0",
                                 "sr0", "hda", "dasda", "pmem0", "cciss!c0d0"}) {
    CAPTURE(name);
    CHECK(collect::is_disk_name(name));
  }
  for (const char* const name : {"loop0", "ram0", "zram0", "dm-0", "md127", "nbd0", "rbd1", "drbd0",
                                 "bcache0", "zd16", "fd0", "nvme0c0n1", "mmcblk0boot0",
                                 "mmcblk0rpmb", "mtdblock0", "ublkb0", "emcpowera", "nullb0"}) {
    CAPTURE(name);
    CHECK_FALSE(collect::is_disk_name(name));
  }
}

TEST_CASE("disks: our own machine with SATA, SAS and NVMe disks", "[disks]") {
  const auto host = captured_machine("debian12-two-sockets");
  const collect::CollectedSection found = collect::collect_disks(*host);
  CHECK(found.providers.at("disks") == inventory::ProviderStatus{});
  const std::vector<std::string> rows = disk_rows(found);
  const std::vector<std::vector<std::string>> expected = {
      {R"("media":"optical","model":"QEMU DVD-ROM","name":"sr0")", R"("transport":"sata")"},
      {R"("media":"hdd","model":"ACME ST4000-NM","name":"sdb","path":"pci-0000:00:1f.2-ata-3")",
       R"("size_bytes":2147483648,"transport":"sata","wwn":")", R"("identifier":"wwn:)"},
      {R"("media":"hdd","model":"AL15SEB060N","name":"sda","path":"pci-0000:00:03.0-scsi-0:2:4:0")",
       R"("size_bytes":629145600,"transport":"scsi","vendor":"EXAMPLE","wwn":")"},
      {R"("name":"nvme0n1")", R"("transport":"nvme","wwn":"nvme.)"}};
  REQUIRE(rows.size() == expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const std::string& part : expected[i]) {
      CAPTURE(rows[i], part);
      CHECK(rows[i].find(part) != std::string::npos);
    }
  }
}

TEST_CASE("disks: captured machines with SATA and NVMe disks", "[disks][shared_data]") {
  for (const char* const name : {"simple-lvm", "simple-nvme"}) {
    const UnpackedTree tree(name);
    host::LiveHost host(tree.root);
    const collect::CollectedSection found = collect::collect_disks(host);
    CHECK(found.providers.at("disks") == inventory::ProviderStatus{});
    const std::vector<std::string> expected = {
        R"({"firmware_revision":"1E01","identifier":"serial:WDC WD800JD-00MSA1:WD-WMAM9XE78956",)"
        R"("instance":1,"logical_block_bytes":512,"media":"hdd","model":"WDC WD800JD-00MSA1",)"
        R"("name":"sdb","path":"pci-0000:00:1f.2-ata-2","read_only":false,"removable":false,)"
        R"("serial_number":"WD-WMAM9XE78956","size_bytes":80026361856,"transport":"sata"})",
        R"({"firmware_revision":"BBF0","identifier":"wwn:50026b724b09a1ff","instance":1,)"
        R"("logical_block_bytes":512,"media":"ssd","model":"KINGSTON SH103S3240G","name":"sda",)"
        R"("path":"pci-0000:00:1f.2-ata-1","read_only":false,"removable":false,)"
        R"("serial_number":"50026B724B09A1FF","size_bytes":240057409536,"transport":"sata",)"
        R"("wwn":"50026b724b09a1ff"})",
        R"({"firmware_revision":"E7FT04.6","identifier":"wwn:nvme.1987-35303032364237323832303336)"
        R"(303144-4b494e4753544f4e20534b433130303032343047-00000001","instance":1,)"
        R"("logical_block_bytes":512,"media":"ssd","model":"KINGSTON SKC1000240G",)"
        R"("name":"nvme0n1","path":"pci-0000:01:00.0-nvme-1","read_only":false,"removable":false,)"
        R"("serial_number":"50026B728203601D","size_bytes":240057409536,"transport":"nvme",)"
        R"("wwn":"nvme.1987-35303032364237323832303336303144-4b494e4753544f4e20534b43313030303234)"
        R"(3047-00000001"})"};
    CHECK(disk_rows(found) == expected);
  }
}

TEST_CASE("disks: a virtual disk is known by where it is plugged in", "[disks]") {
  MapHost host;
  add_disk(host, "vda", "pci0000:00/0000:00:02.0/virtio1/block/vda",
           {{"size", "2048\n"},
            {"ro", "0\n"},
            {"device/vendor", "0x1af4\n"},
            {"serial", "\n"},
            {"queue/rotational", "1\n"},
            {"removable", "0\n"}});
  CHECK(disk_rows(collect::collect_disks(host)) ==
        std::vector<std::string>{
            R"({"identifier":"path:pci-0000:00:02.0","instance":1,"media":"virtual","name":"vda",)"
            R"("path":"pci-0000:00:02.0","read_only":false,"removable":false,)"
            R"("size_bytes":1048576,"transport":"virtio"})"});
  host.files["/sys/devices/pci0000:00/0000:00:02.0/virtio1/block/vda/serial"] = "vol-0a1b\n";
  CHECK(disk_rows(collect::collect_disks(host))[0].find("\"identifier\":\"serial::vol-0a1b\"") !=
        std::string::npos);
}

TEST_CASE("disks: udev and the USB device fill in what sysfs does not tell", "[disks]") {
  MapHost host;
  const std::string usb = "pci0000:00/0000:00:14.0/usb1/1-4";
  add_disk(host, "sdc", usb + "/1-4:1.0/host6/target6:0:0/6:0:0:0/block/sdc",
           {{"size", "100"},
            {"dev", "8:32\n"},
            {"device/model", "Ultra Fit      \n"},
            {"device/vendor", "SanDisk \n"},
            {"device/rev", "1.0\n"},
            {"queue/rotational", "1\n"},
            {"removable", "1\n"}});
  host.files["/sys/devices/" + usb + "/serial"] = "4C530001\n";
  const std::string before = disk_rows(collect::collect_disks(host))[0];
  CHECK(before.find("\"identifier\":\"serial:Ultra Fit:4C530001\"") != std::string::npos);
  CHECK(before.find("\"transport\":\"usb\"") != std::string::npos);
  CHECK(before.find("media") == std::string::npos);
  host.files["/run/udev/data/b8:32"] =
      "S:disk/by-id/x\nE:ID_MODEL_ENC=Ultra\\x20Fit\\x20\\x20\nE:ID_SERIAL_SHORT=4C530001\n"
      "E:ID_WWN=0x5000c500a1b2c3d4\nE:ID_WWN_WITH_EXTENSION=\nE:ID_REVISION=1.00\n";
  const std::string with = disk_rows(collect::collect_disks(host))[0];
  CHECK(with.find("\"identifier\":\"wwn:5000c500a1b2c3d4\"") != std::string::npos);
  CHECK(with.find("\"firmware_revision\":\"1.00\"") != std::string::npos);
}

TEST_CASE("disks: twins are numbered, and what is empty or hidden is no disk", "[disks]") {
  MapHost host;
  for (const char* const name : {"sdb", "sda"}) {
    const std::string port = name[2] == 'a' ? "1" : "2";
    add_disk(host, name,
             "pci0000:00/0000:00:14.0/usb1/1-" + port + "/1-" + port +
                 ":1.0/host6/target6:0:0/6:0:0:0/block/" + name,
             {{"size", "8"}, {"device/model", "Stick"}, {"serial", "AA04012700007582"}});
  }
  add_disk(host, "sdz", "virtual/block/sdz", {{"size", "0"}});
  add_disk(host, "sdy", "virtual/block/sdy", {{"size", "9"}, {"hidden", "1"}});
  add_disk(host, "sdx", "virtual/block/sdx", {{"size", "lots"}});
  add_disk(host, "nvme0c0n1", "virtual/nvme-subsystem/nvme-subsys0/nvme0c0n1", {{"size", "9"}});
  add_disk(host, "cciss!c0d0", "pci0000:00/0000:00:03.0/cciss0/c0d0/block/cciss!c0d0",
           {{"size", "8"}});
  add_disk(host, "sr0", "pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0/block/sr0",
           {{"size", "2097151"},
            {"ro", "1"},
            {"device/type", "5\n"},
            {"removable", "1"},
            {"serial", "0000000000"}});
  host.files["/sys/devices/pci0000:00/0000:00:1f.2/ata3/ata_port/ata3/port_no"] = "6\n";
  const std::vector<std::string> rows = disk_rows(collect::collect_disks(host));
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].find("\"name\":\"cciss/c0d0\"") != std::string::npos);
  CHECK(rows[1] ==
        R"({"identifier":"path:pci-0000:00:1f.2-ata-6","instance":1,"media":"optical",)"
        R"("name":"sr0","path":"pci-0000:00:1f.2-ata-6","removable":true,"transport":"sata"})");
  CHECK(rows[2].find("\"instance\":1,\"model\":\"Stick\",\"name\":\"sda\"") != std::string::npos);
  CHECK(rows[3].find("\"instance\":2,\"model\":\"Stick\",\"name\":\"sdb\"") != std::string::npos);
}

TEST_CASE("disks: what firmware says in place of a fact is no fact", "[disks]") {
  MapHost host;
  add_disk(host, "sda",
           "pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/host6/target6:0:0/6:0:0:0/block/sda",
           {{"size", "8"},
            {"serial", "0123456789ABCDEF"},
            {"device/vendor", "Unknown "},
            {"device/model", "To Be Filled By O"},
            {"device/rev", "n/a "}});
  CHECK(disk_rows(collect::collect_disks(host)) ==
        std::vector<std::string>{
            R"({"identifier":"path:pci-0000:00:14.0-usb-0:1:1.0-scsi-0:0:0:0","instance":1,)"
            R"("name":"sda","path":"pci-0000:00:14.0-usb-0:1:1.0-scsi-0:0:0:0","size_bytes":4096,)"
            R"("transport":"usb"})"});
}

TEST_CASE("disks: what may not be read makes the section partial, and no sysfs is said",
          "[disks]") {
  MapHost host;
  CHECK(collect::collect_disks(host).providers.at("disks").status ==
        inventory::Status::kNotApplicable);
  add_disk(host, "sda", "pci0000:00/0000:00:03.0/host0/target0:0:0/0:0:0:0/block/sda",
           {{"size", "8"}});
  CHECK(collect::collect_disks(host).providers.at("disks").status == inventory::Status::kOk);
  host.failures["/sys/block/sda/device/wwid"] = {FailureKind::kDenied, "wwid is not for you."};
  CHECK(collect::collect_disks(host).providers.at("disks") ==
        inventory::ProviderStatus{inventory::Status::kPartial, "wwid is not for you."});
  host.failures["/sys/block"] = {FailureKind::kDenied, "no"};
  CHECK(collect::collect_disks(host).providers.at("disks").status == inventory::Status::kDenied);

  MapHost old;  // without /sys/block, partitions stand beside the disks
  old.files["/sys/class/block/sda/size"] = "8";
  old.files["/sys/class/block/sda1/size"] = "4";
  old.files["/sys/class/block/sda1/partition"] = "1";
  CHECK(disk_rows(collect::collect_disks(old)) ==
        std::vector<std::string>{
            R"({"identifier":"name:sda","instance":1,"name":"sda","size_bytes":4096})"});
}

TEST_CASE("disks: the archive of a large machine is read without trouble", "[disks][shared_data]") {
  MapHost archive;
  load_ttar(archive, read_test_file(shared_data("procfs/fixtures.ttar")));
  const std::vector<std::string> rows = disk_rows(collect::collect_disks(archive));
  REQUIRE(rows.size() == 1);  // the others have no size
  CHECK(rows[0].find("\"name\":\"sda\"") != std::string::npos);
}

TEST_CASE("disks: this machine is the same twenty times", "[disks]") {
  host::LiveHost host;
  const collect::CollectedSection here = collect::collect_disks(host);
  for (int i = 0; i < 20; ++i)
    CHECK(disk_rows(collect::collect_disks(host)) == disk_rows(here));
}

TEST_CASE("udev's database is read by property", "[disks]") {
  const std::string text = "S:x\nE:ID_WWNX=1\nE:ID_WWN=0x5\nE:EMPTY=\nE:LAST=a=b";
  CHECK(collect::udev_property(text, "ID_WWN") == "0x5");
  CHECK(collect::udev_property(text, "LAST") == "a=b");
  CHECK_FALSE(collect::udev_property(text, "EMPTY"));
  CHECK_FALSE(collect::udev_property(text, "S"));
  CHECK_FALSE(collect::udev_property("", "ID_WWN"));
  CHECK(collect::decode_udev("a\\x20b\\x2fc\\x\\xzz\\") == "a b/c\\x\\xzz\\");
}

}  // namespace muster::agent
