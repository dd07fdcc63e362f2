// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/storage/mountinfo.h"

#include <catch2/catch.hpp>

namespace muster::agent {
namespace {

constexpr std::string_view kMachine =
    "22 28 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw\n"
    "28 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw,errors=remount-ro\n"
    "29 28 0:25 / /run rw,nosuid shared:5 - tmpfs tmpfs rw,size=1k\n"
    "90 28 8:1 / /boot/efi ro,relatime shared:2 master:3 - vfat /dev/sda1 rw\n"
    "91 28 8:2 /srv/data /mnt/bind rw,relatime shared:1 - ext4 /dev/sda2 rw\n"
    "92 28 0:50 / /home/a\\040b\\134c rw - nfs4 nas:/ex\\040port rw,vers=4.2\n"
    "93 28 8:17 / /media/usb rw - fuseblk /dev/sdb1 rw\n"
    "94 28 0:52 / /remote rw - fuse.sshfs host:/ rw\n";

// The chosen mount points; one that must not be touched has " untouched" behind it. `file` is the
// mount point of a single file.
std::vector<std::string> local_points(std::string_view mountinfo, std::string_view file = "") {
  std::vector<std::string> points;
  const auto shows_file = [&](const collect::Mount& mount) { return mount.mount_point == file; };
  const collect::Mountinfo info = collect::parse_mountinfo(mountinfo);
  for (const auto& [mount, may_be_touched] : collect::local_data_mounts(info.mounts, shows_file))
    points.push_back(mount.mount_point + (may_be_touched ? "" : " untouched"));
  return points;
}

TEST_CASE("mountinfo gives each mount with its options and decoded paths", "[collect]") {
  const collect::Mountinfo info = collect::parse_mountinfo(kMachine);
  REQUIRE(info.unreadable_lines == 0);
  REQUIRE(info.mounts.size() == 8);
  const collect::Mount& root = info.mounts[1];
  CHECK(root.id == 28);
  CHECK(root.parent_id == 1);
  CHECK(root.device_major == 8);
  CHECK(root.device_minor == 2);
  CHECK(root.mount_point == "/");
  CHECK(root.type == "ext4");
  CHECK(root.source == "/dev/sda2");
  CHECK(root.mount_options == std::vector<std::string>{"rw", "relatime"});
  CHECK(root.super_options == std::vector<std::string>{"rw", "errors=remount-ro"});
  CHECK_FALSE(root.read_only());
  CHECK(info.mounts[3].read_only());
  CHECK(info.mounts[4].root == "/srv/data");
  CHECK(info.mounts[5].mount_point == "/home/a b\\c");
  CHECK(info.mounts[5].source == "nas:/ex port");
}

TEST_CASE("mountinfo escapes that are not octal stay as they are", "[collect]") {
  CHECK(collect::decode_mount_escapes("a\\040b") == "a b");
  CHECK(collect::decode_mount_escapes("\\134040") == "\\040");
  CHECK(collect::decode_mount_escapes("\\04") == "\\04");
  CHECK(collect::decode_mount_escapes("\\") == "\\");
  CHECK(collect::decode_mount_escapes("\\089") == "\\089");
  CHECK(collect::decode_mount_escapes("\\777") == "\\777");
  CHECK(collect::decode_mount_escapes("\\377") == "\xff");
}

TEST_CASE("lines that are not mounts are counted, not guessed", "[collect]") {
  const char* line =
      GENERATE("x 1 8:2 / / rw - ext4 a rw", "1 2 82 / / rw - ext4 a rw",
               "1 2 8:2 / / rw shared:1 ext4 a rw", "1 2 8:2 / / rw -", "-",
               "1 2 8:2 / relative rw - ext4 a rw", "1 2 a:2 / / rw - ext4 a rw",
               "1 2 8:2 / / rw -  a rw", "99999999999999999999 2 8:2 / / rw - e a r");
  const collect::Mountinfo info = collect::parse_mountinfo(line);
  CAPTURE(line);
  CHECK(info.mounts.empty());
  CHECK(info.unreadable_lines == 1);
}

TEST_CASE("a mount without super options is a mount", "[collect]") {
  const collect::Mountinfo info = collect::parse_mountinfo("1 2 8:2 / / rw - ext4 /dev/sda2 \n");
  REQUIRE(info.mounts.size() == 1);
  CHECK(info.mounts[0].super_options.empty());
}

TEST_CASE("file systems on other machines are known by their type", "[collect]") {
  for (const char* type :
       {"nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "fuse.sshfs", "autofs", "fuse.glusterfs",
        "fuse.rclone", "fuse", "lustre", "glusterfs", "virtiofs", "fuse.vmhgfs-fuse"}) {
    CAPTURE(type);
    CHECK(collect::is_network_filesystem(type));
    CHECK_FALSE(collect::is_pseudo_filesystem(type));
  }
  for (const char* type : {"ext4", "xfs", "btrfs", "zfs", "vfat", "fuseblk", "f2fs", "ntfs3",
                           "fuse.ntfs-3g", "fuse.mergerfs", "iso9660", "bcachefs", "fuse.cryfs",
                           "fuse.exfat-fuse", "fuse.lowntfs-3g"}) {
    CAPTURE(type);
    CHECK_FALSE(collect::is_network_filesystem(type));
    CHECK_FALSE(collect::is_pseudo_filesystem(type));
  }
  for (const char* type : {"proc", "sysfs", "tmpfs", "cgroup2", "overlay", "squashfs", "devtmpfs",
                           "fuse.portal", "fuse.gvfsd-fuse", "fuse.lxcfs", "nsfs", "rpc_pipefs",
                           "fuse.gvfs-fuse-daemon", "fuse.kio-fuse", "fuse.vmware-vmblock",
                           "fuse.fuse-overlayfs", "fuse.AppImageLauncherFS", "fuse.fuseiso"}) {
    CAPTURE(type);
    CHECK(collect::is_pseudo_filesystem(type));
    CHECK_FALSE(collect::is_network_filesystem(type));
  }
}

TEST_CASE("of each local file system one mount counts, its root before a bind mount", "[collect]") {
  CHECK(local_points(kMachine) == std::vector<std::string>{"/", "/boot/efi", "/media/usb"});
}

TEST_CASE("a local mount that a network mount covers is not touched", "[collect]") {
  CHECK(local_points("1 0 8:2 / /srv rw - ext4 /dev/sda2 rw\n"
                     "2 1 0:50 / /srv rw - nfs4 nas:/srv rw\n")
            .empty());
}

TEST_CASE("a local mount that lies below a network mount is told and not touched", "[collect]") {
  constexpr std::string_view kText =
      "1 0 8:2 / / rw - ext4 /dev/sda2 rw\n"
      "2 1 0:50 / /srv rw - nfs4 nas:/srv rw\n"
      "3 2 8:3 / /srv/local rw - ext4 /dev/sda3 rw\n"
      "4 1 8:4 / /srv2 rw - ext4 /dev/sda4 rw\n";
  const collect::Mountinfo info = collect::parse_mountinfo(kText);
  const collect::NetworkMounts network(collect::visible_mounts(info.mounts));
  CHECK(network.lead_to("/srv/local"));
  CHECK(network.lead_to("/srv/local/deeper"));
  for (const char* const point : {"/", "/srv", "/srv2", "/sr/v"})
    CHECK_FALSE(network.lead_to(point));
  CHECK(local_points(kText) == std::vector<std::string>{"/", "/srv/local untouched", "/srv2"});
  // The mount of the same file system that may be touched is the better one.
  CHECK(local_points(std::string(kText) + "5 1 8:3 /a/b /data/long rw - ext4 /dev/sda3 rw\n") ==
        std::vector<std::string>{"/", "/srv2", "/data/long"});
}

TEST_CASE("a network root leads to everything, a covered automount to nothing", "[collect]") {
  CHECK(local_points("1 0 0:30 / / rw - nfs nas:/root rw\n"
                     "2 1 8:1 / /scratch rw - xfs /dev/sda1 rw\n") ==
        std::vector<std::string>{"/scratch untouched"});
  // systemd.automount(5) covers itself with what it mounts; the one of /home is a map of folders.
  CHECK(local_points("1 0 8:2 / / rw - ext4 /dev/sda2 rw\n"
                     "2 1 0:31 / /boot rw - autofs systemd-1 rw,direct\n"
                     "3 2 8:1 / /boot rw - ext4 /dev/sda1 rw\n"
                     "4 3 0:32 / /boot/efi rw - autofs systemd-1 rw,direct\n"
                     "5 4 8:3 / /boot/efi rw - vfat /dev/sda3 rw\n"
                     "6 1 0:40 / /home rw - autofs /etc/auto.home rw,indirect\n"
                     "7 6 8:17 / /home/ana rw - xfs /dev/sdb1 rw\n") ==
        std::vector<std::string>{"/", "/boot", "/boot/efi", "/home/ana untouched"});
}

TEST_CASE("the mount of a single file hides no volume", "[collect]") {
  constexpr std::string_view kPod =
      "500 400 0:50 / / rw - overlay overlay rw\n"
      "501 500 8:2 /pods/1/etc-hosts /etc/hosts rw - ext4 /dev/sda2 rw\n"
      "502 500 8:2 /pods/1/volumes/empty-dir/data /data rw - ext4 /dev/sda2 rw\n";
  CHECK(local_points(kPod, "/etc/hosts") == std::vector<std::string>{"/data"});
  CHECK(local_points(kPod.substr(0, kPod.find("502")), "/etc/hosts").empty());
}

}  // namespace
}  // namespace muster::agent
