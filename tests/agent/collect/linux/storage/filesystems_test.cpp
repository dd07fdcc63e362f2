// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/storage/filesystems.h"

#include <catch2/catch.hpp>

#include "agent/host/live_host.h"
#include "common/inventory/canonical.h"
#include "tests/support/agent/captured_machine.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

std::vector<std::string> filesystem_rows(const collect::CollectedSection& collected) {
  std::vector<std::string> out;
  for (const inventory::Row& row : collected.rows)
    out.push_back(inventory::canonical_json(*inventory::find_section("filesystems"), row));
  return out;
}

std::vector<std::string> selected(std::string_view mountinfo) {
  std::vector<std::string> out;
  const auto no_files = [](const collect::Mount&) { return false; };
  for (const auto& [mount, may_be_touched] :
       collect::select_filesystems(collect::parse_mountinfo(mountinfo).mounts, no_files))
    out.push_back(mount.mount_point + " " + mount.type + " " + mount.root +
                  (may_be_touched ? "" : " untouched"));
  return out;
}

constexpr std::string_view kServer =
    "22 1 8:4 / / rw,relatime shared:1 - ext4 /dev/sda4 rw,errors=remount-ro\n"
    "23 22 0:5 / /proc rw shared:2 - proc proc rw\n"
    "24 22 8:4 /var/lib/x /srv/bind rw,relatime shared:1 - ext4 /dev/sda4 rw\n"
    "25 22 253:0 / /home rw,nosuid shared:3 - xfs /dev/mapper/vg-home rw,attr2\n"
    "26 22 0:60 / /mnt/nas rw shared:4 - nfs4 nas:/export/a\\040b "
    "rw,vers=4.2,clientaddr=192.0.2.5,addr=192.0.2.9,port=0\n"
    "27 26 8:17 / /mnt/nas/local rw - ext4 /dev/sdb1 rw\n"
    "28 22 0:61 / /mnt/auto rw - autofs systemd-1 rw,fd=30,pgrp=1\n"
    "29 22 0:62 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw,lowerdir=/a\n"
    "30 22 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro\n"
    "31 22 0:63 / /mnt/ssh rw - fuse.sshfs me@far:/data rw,user_id=0\n"
    "32 22 0:60 /sub /mnt/nas-sub rw - nfs4 nas:/export/a\\040b rw,vers=4.2\n"
    "33 22 0:60 / /very/long/way/to/nas rw - nfs4 nas:/export/a\\040b rw,vers=4.2\n";

}  // namespace

TEST_CASE("filesystems: a local one is listed once, one of another machine at each mount point",
          "[filesystems]") {
  CHECK(selected(kServer) ==
        std::vector<std::string>{
            "/ ext4 /", "/home xfs /", "/mnt/nas nfs4 / untouched",
            "/mnt/nas-sub nfs4 /sub untouched", "/mnt/nas/local ext4 / untouched",
            "/mnt/ssh fuse.sshfs / untouched", "/very/long/way/to/nas nfs4 / untouched"});
  // Subvolumes of btrfs count, folders in them do not.
  CHECK(
      selected("22 1 0:30 /@ / rw - btrfs /dev/sda2 rw,subvolid=256,subvol=/@\n"
               "23 22 0:30 /@home /home rw - btrfs /dev/sda2 rw,subvolid=257,subvol=/@home\n"
               "24 22 0:30 /@home /srv/homes rw - btrfs /dev/sda2 rw,subvolid=257,subvol=/@home\n"
               "25 22 0:30 /@home/a /srv/a rw - btrfs /dev/sda2 rw,subvolid=257,subvol=/@home\n") ==
      std::vector<std::string>{"/ btrfs /@", "/home btrfs /@home"});
  // What another mount covers cannot be seen.
  CHECK(
      selected("22 1 0:60 / /mnt rw - nfs4 a:/x rw\n23 1 0:61 / /mnt rw - nfs4 b:/x rw\n").size() ==
      1);
  // A subvolume below another machine's file system is told, but not where it can be touched.
  CHECK(selected("22 1 0:60 / / rw - nfs a:/x rw\n"
                 "23 22 0:30 /@home /home rw - btrfs /dev/sda2 rw,subvol=/@home\n") ==
        std::vector<std::string>{"/ nfs / untouched", "/home btrfs /@home untouched"});
  // A container whose root is on another machine: what the engine puts there is no file system.
  CHECK(selected("22 1 0:60 /c / rw - nfs a:/x rw\n"
                 "23 22 0:60 /c/hosts /etc/hosts rw - nfs a:/x rw\n") ==
        std::vector<std::string>{"/ nfs /c untouched"});
  CHECK(selected("").empty());
  CHECK(selected("nonsense\n").empty());
}

TEST_CASE("filesystems: options that change by themselves or are secret are left out",
          "[filesystems]") {
  collect::Mount mount;
  mount.mount_options = {"rw", "nosuid", "relatime"};
  mount.super_options = {
      "rw",   "vers=4.2",   "clientaddr=192.0.2.5", "addr=192.0.2.9", "port=0", "mountport=4711",
      "fd=7", "password=x", "secret=<hidden>",      "relatime"};
  CHECK(collect::stable_mount_options(mount) ==
        std::vector<std::string>{"nosuid", "relatime", "vers=4.2"});
  CHECK(collect::without_password("https://me:pw@far/x") == "https://me@far/x");
  CHECK(collect::without_password("https://me@far:80/x") == "https://me@far:80/x");
  CHECK(collect::without_password("https://far/x:y@z") == "https://far/x:y@z");
  CHECK(collect::without_password("nas:/a") == "nas:/a");
  CHECK(collect::without_password("a://") == "a://");
}

TEST_CASE("filesystems: other machines are named and never touched", "[filesystems]") {
  MapHost host;
  host.files["/proc/self/mountinfo"] = kServer;
  host.directories = {"/home", "/mnt/nas", "/mnt/nas/local", "/mnt/ssh", "/mnt/auto"};
  host.links["/sys/dev/block/8:4"] = "../../devices/x/block/sda/sda4";
  host.links["/sys/dev/block/253:0"] = "../../devices/virtual/block/dm-0";
  host.files["/sys/class/block/sda4/dev"] = "8:4\n";
  host.files["/run/udev/data/b8:4"] = "E:ID_FS_UUID=1234-abcd\nE:ID_FS_LABEL_ENC=root\\x20disk\n";
  host.links["/dev/disk/by-uuid/5678-ef"] = "../../dm-0";
  host.links["/dev/disk/by-label/ho\\x2fme"] = "../../dm-0";
  const collect::CollectedSection found = collect::collect_filesystems(host);
  CHECK(found.providers.at("filesystems") == inventory::ProviderStatus{});
  CHECK(filesystem_rows(found) ==
        std::vector<std::string>{
            R"({"device":"/dev/sda4","instance":1,"label":"root disk","mount_point":"/",)"
            R"("network":false,"options":["errors=remount-ro","relatime"],"read_only":false,)"
            R"("size_bytes":1000000,"type":"ext4","uuid":"1234-abcd"})",
            R"({"device":"/dev/mapper/vg-home","instance":1,"label":"ho/me",)"
            R"("mount_point":"/home","network":false,"options":["attr2","nosuid"],)"
            R"("read_only":false,"size_bytes":1000000,"type":"xfs","uuid":"5678-ef"})",
            R"({"device":"nas:/export/a b","instance":1,"mount_point":"/mnt/nas","network":true,)"
            R"("options":["vers=4.2"],"read_only":false,"type":"nfs4"})",
            R"({"device":"nas:/export/a b","instance":1,"mount_point":"/mnt/nas-sub",)"
            R"("network":true,"options":["vers=4.2"],"read_only":false,"type":"nfs4"})",
            R"({"device":"/dev/sdb1","instance":1,"mount_point":"/mnt/nas/local","network":false,)"
            R"("read_only":false,"type":"ext4"})",
            R"({"device":"me@far:/data","instance":1,"mount_point":"/mnt/ssh","network":true,)"
            R"("options":["user_id=0"],"read_only":false,"type":"fuse.sshfs"})",
            R"({"device":"nas:/export/a b","instance":1,"mount_point":"/very/long/way/to/nas",)"
            R"("network":true,"options":["vers=4.2"],"read_only":false,"type":"nfs4"})"});
  CHECK(host.spaces_asked == std::set<std::string>{"/", "/home"});
  for (const std::string& path : host.asked) {
    CAPTURE(path);
    CHECK_FALSE(path.starts_with("/mnt"));
  }
}

TEST_CASE("filesystems: the first process knows the machine's mounts better than we",
          "[filesystems]") {
  MapHost host;
  host.files["/proc/1/mountinfo"] = "22 1 8:4 / / rw - ext4 /dev/sda4 rw\n";
  host.files["/proc/self/mountinfo"] = "22 1 8:4 / / ro - ext4 /dev/sda4 rw\n";
  CHECK(filesystem_rows(collect::collect_filesystems(host))[0].find("\"read_only\":false") !=
        std::string::npos);
  host.failures["/proc/1/mountinfo"] = {FailureKind::kDenied, "hidden"};
  CHECK(filesystem_rows(collect::collect_filesystems(host))[0].find("\"read_only\":true") !=
        std::string::npos);
}

TEST_CASE("filesystems: pools have no size of their own, single files are no file systems",
          "[filesystems]") {
  MapHost host;
  host.files["/etc/hosts"] = "127.0.0.1 localhost\n";
  host.directories = {"/tank"};
  host.files["/proc/self/mountinfo"] =
      "22 1 0:40 / /tank rw - zfs tank/data rw,xattr\n"
      "23 1 8:1 /var/lib/docker/containers/x/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n"
      "bad line\n";
  const collect::CollectedSection found = collect::collect_filesystems(host);
  CHECK(filesystem_rows(found) ==
        std::vector<std::string>{
            R"({"device":"tank/data","instance":1,"mount_point":"/tank","network":false,)"
            R"("options":["xattr"],"read_only":false,"type":"zfs"})"});
  CHECK(found.providers.at("filesystems").status == inventory::Status::kPartial);

  MapHost none;
  CHECK(collect::collect_filesystems(none).providers.at("filesystems").status ==
        inventory::Status::kNotApplicable);
}

TEST_CASE("filesystems: a list without a mount is a failure, not a machine without file systems",
          "[filesystems]") {
  for (const char* const text : {"", "\n", "bad line\n"}) {
    CAPTURE(text);
    MapHost host;
    host.files["/proc/1/mountinfo"] = text;
    host.files["/proc/self/mountinfo"] = text;
    CHECK(collect::collect_filesystems(host).providers.at("filesystems").status ==
          inventory::Status::kFailed);
  }
  MapHost host;  // the first process is hidden
  host.files["/proc/1/mountinfo"] = "";
  host.files["/proc/self/mountinfo"] = "22 1 8:4 / / rw - ext4 /dev/sda4 rw\n";
  CHECK(collect::collect_filesystems(host).providers.at("filesystems") ==
        inventory::ProviderStatus{});
}

TEST_CASE("filesystems: a pod's volume is told beside the files that it was given",
          "[filesystems]") {
  MapHost host;
  host.files["/etc/hosts"] = "127.0.0.1 localhost\n";
  host.directories = {"/data"};
  host.files["/proc/1/mountinfo"] =
      "500 400 0:50 / / rw - overlay overlay rw\n"
      "501 500 8:2 /pods/1/etc-hosts /etc/hosts rw - ext4 /dev/sda2 rw\n"
      "502 500 8:2 /pods/1/volumes/kubernetes.io~empty-dir/data /data rw - ext4 /dev/sda2 rw\n";
  CHECK(told("filesystems", collect::collect_filesystems(host), {"mount_point", "size_bytes"}) ==
        std::vector<std::string>{"/data | 1000000"});
}

namespace {

using Lines = std::vector<std::string>;

Lines told_filesystem_case(std::string_view name, std::initializer_list<std::string_view> fields) {
  CaseMachine machine(name);
  const collect::CollectedSection found = collect::collect_filesystems(machine.host());
  CHECK(found.providers.at("filesystems") == inventory::ProviderStatus{});
  return told("filesystems", found, fields);
}

}  // namespace

TEST_CASE("case 40: automounts above local file systems", "[filesystems][shared_data]") {
  CHECK(told_filesystem_case("40-automount-above-local", {"mount_point", "type", "network"}) ==
        Lines{"/ | ext4 | false", "/boot | ext4 | false", "/boot/efi | vfat | false",
              "/home/ana | xfs | false"});
}

TEST_CASE("case 42: odd mount points", "[filesystems][shared_data]") {
  CHECK(told_filesystem_case("42-mount-escapes", {"mount_point", "type"}) ==
        Lines{"/ | ext4", "/media/My Disk | vfat", "/mnt/- - | cifs", "/mnt/- | ext4",
              "/mnt/a\\b\tc\nd#e | ext4", "/mnt/üml | ext4"});
}

TEST_CASE("case 43: subvolumes, double mounts, pools", "[filesystems][shared_data]") {
  CHECK(told_filesystem_case("43-btrfs-nix", {"mount_point", "type", "read_only"}) ==
        Lines{"/ | btrfs | false", "/foo | ext4 | true", "/home | btrfs | false",
              "/mnt/top | btrfs | false", "/nix | btrfs | false", "/tank | zfs | false",
              "/tank/home | zfs | false"});
}

TEST_CASE("case 44: a root of layers", "[filesystems][shared_data]") {
  CHECK(told_filesystem_case("44-root-overlay", {"mount_point", "type"}) ==
        Lines{"/data | bcachefs", "/mnt/ntfs | fuseblk", "/run/initramfs/live | vfat",
              "/usr | erofs"});
}

TEST_CASE("cases 45: what a container has of its host", "[filesystems][shared_data]") {
  CHECK(told_filesystem_case("45-container-root", {"mount_point", "type"}) ==
        Lines{"/data | ext4"});
  CHECK(told_filesystem_case("45b-file-bind-hides-volume", {"mount_point", "type"}) ==
        Lines{"/data | ext4"});
}

TEST_CASE("case 46: one export mounted twice", "[filesystems][shared_data]") {
  CHECK(told_filesystem_case("46-nfs-twice", {"mount_point", "device"}) ==
        Lines{"/ | /dev/sda2", "/data | storage:/exports/data", "/home | storage:/exports/home",
              "/srv/home | storage:/exports/home"});
}

TEST_CASE("case of an old desktop: GVfs is no file system of another machine",
          "[filesystems][shared_data]") {
  CHECK(told_filesystem_case("filesystems-old-gvfs", {"mount_point", "type", "network"}) ==
        Lines{"/ | ext3 | false", "/boot | ext3 | false", "/home/user | ext4 | false",
              "/mnt/sounds | cifs | true"});
}

TEST_CASE("filesystems: the mounts of our own machine with many disks", "[filesystems]") {
  const auto host = captured_machine("debian12-many-disks");
  const collect::CollectedSection found = collect::collect_filesystems(*host);
  CHECK(found.providers.at("filesystems") == inventory::ProviderStatus{});
  std::string all;
  for (const std::string& row : filesystem_rows(found))
    all += row + "\n";
  for (const char* const type : {"ext4", "xfs", "btrfs", "vfat"}) {
    CAPTURE(all, type);
    CHECK(all.find(std::string("\"type\":\"") + type + "\"") != std::string::npos);
  }
  CHECK(all.find("overlay") == std::string::npos);
}

TEST_CASE("filesystems: captured mounts of another machine", "[filesystems][shared_data]") {
  MapHost archive;
  load_ttar(archive, read_test_file(shared_data("procfs/fixtures.ttar")));
  CHECK(selected(archive.files.at("/proc/26231/mountinfo")) ==
        std::vector<std::string>{
            "/ ext4 /", "/mnt/nfs/test nfs / untouched",
            "/var/lib/containers/storage/overlay xfs /var/lib/containers/storage/overlay"});
}

TEST_CASE("filesystems: this machine is the same twenty times", "[filesystems]") {
  host::LiveHost host;
  const collect::CollectedSection first = collect::collect_filesystems(host);
  CHECK(first.providers.at("filesystems") == inventory::ProviderStatus{});
  for (int i = 0; i < 20; ++i)
    CHECK(filesystem_rows(collect::collect_filesystems(host)) == filesystem_rows(first));
}

}  // namespace muster::agent
