// SPDX-License-Identifier: Apache-2.0
// Names of people and hosts in every place where a capture may have them, and networks that stay
// networks: what a replay shows must hold together, and nobody must be found in it.
#include <algorithm>
#include <catch2/catch.hpp>

#include "agent/collect/linux/network/addresses.h"
#include "agent/collect/linux/storage/filesystems.h"
#include "agent/host/captured_host.h"
#include "agent/host/recording_host.h"
#include "agent/host/redact.h"
#include "common/support/text.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/netlink_dump.h"
#include "tests/support/agent/told.h"

using namespace muster::agent;
namespace netlink = muster::agent::test_netlink;

namespace {

constexpr const char* kSecret = "a secret of this test";

host::CaptureEntry private_file(std::string path, std::string content) {
  return {.question = host::Question::kRead,
          .subject = std::move(path),
          .failure = {},
          .answer = std::move(content)};
}

host::CaptureEntry question(host::Question question, std::string subject, std::string answer) {
  return {.question = question,
          .subject = std::move(subject),
          .failure = {},
          .answer = std::move(answer)};
}

std::vector<host::CaptureEntry> hidden(std::vector<host::CaptureEntry> entries) {
  return host::redact(std::move(entries), kSecret);
}

bool holds(const host::CaptureEntry& entry, std::string_view text) {
  const std::string lower = muster::lower_ascii(entry.subject + "\n" + entry.answer);
  return lower.find(muster::lower_ascii(text)) != std::string::npos;
}

}  // namespace

TEST_CASE("a host's name is the same one with and without its domain", "[redact]") {
  const auto out = hidden({
      private_file("/etc/hostname", "web-17\n"),
      private_file("/etc/hosts",
                   "127.0.0.1 localhost\n127.0.1.1 web-17.corp.example.com web-17\n"
                   "10.1.1.1 db-3.corp.example.com debian.corp.example.com\n"),
      private_file("/etc/resolv.conf", "search corp.example.com example.com\n"),
      private_file("/etc/some", "WEB-17 web-17.example.com web-17.local\n"),
      private_file("/proc/self/mountinfo",
                   "22 1 254:0 / / rw - ext4 /dev/mapper/web--17--vg-root rw\n"),
      private_file("/sys/class/block/web--17--vg-root/dev", "254:0\n"),
  });
  const std::string host(muster::trim(out[0].answer));
  CHECK(host != "web-17");
  CHECK(host.size() == 6);
  const auto words = muster::split(muster::trim(out[2].answer), ' ');
  REQUIRE(words.size() == 3);
  const std::string corp(words[1]);
  const std::string example(words[2]);
  CHECK(corp.ends_with("." + example));
  CHECK(corp.find("corp") == std::string::npos);
  CHECK(example.find("example") == std::string::npos);
  CHECK(out[1].answer.find(" " + host + "." + corp + " " + host + "\n") != std::string::npos);
  CHECK(out[1].answer.find("." + corp + " debian." + corp + "\n") != std::string::npos);
  CHECK(out[1].answer.find("db-3") == std::string::npos);
  const auto some = muster::split(muster::trim(out[3].answer), ' ');
  CHECK(muster::lower_ascii(some[0]) == host);
  CHECK(some[1] == host + "." + example);
  CHECK(some[2] == host + ".local");
  CHECK(out[5].subject == "/sys/class/block/" +
                              out[4].answer.substr(out[4].answer.find("/mapper/") + 8, 16) +
                              "/dev");
  // LVM doubles dashes in the names of its volumes.
  std::string doubled = host;
  doubled.replace(doubled.find('-'), 1, "--");
  CHECK(out[4].answer.find("/dev/mapper/" + doubled + "--vg-root") != std::string::npos);
}

TEST_CASE("a replay of a redacted capture measures the same file systems", "[redact]") {
  MapHost machine;
  machine.files["/etc/passwd"] = "root:x:0:0::/root:/bin/sh\nana:x:1000:1000::/home/ana:/bin/sh\n";
  machine.files["/etc/hostname"] = "falcon\n";
  machine.files["/proc/self/mountinfo"] =
      "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
      "23 22 8:2 / /home/ana rw - ext4 /dev/sda2 rw\n"
      "24 22 8:3 / /media/ana/HOLIDAY\\0402024 rw - ext4 /dev/sda3 rw\n"
      "25 22 8:4 / /srv/falcon/ana-data rw - ext4 /dev/sda4 rw\n"
      "26 22 8:5 / /home/bor rw - ext4 /dev/sda5 rw\n"
      "27 22 8:6 / /srv/the\\040falcon rw - ext4 /dev/sda6 rw\n";
  machine.files["/proc/1/mountinfo"] = machine.files["/proc/self/mountinfo"];
  for (const char* const path : {"/home/ana", "/media/ana/HOLIDAY 2024", "/srv/falcon/ana-data",
                                 "/home/bor", "/srv/the falcon"})
    machine.directories.insert(path);
  host::RecordingHost recording(std::make_shared<MapHost>(machine));
  static_cast<void>(recording.read("/etc/passwd"));
  static_cast<void>(recording.read("/etc/hostname"));
  const auto live =
      told("filesystems", collect::collect_filesystems(recording), {"device", "size_bytes"});
  const auto out = hidden(recording.entries());
  std::size_t measured = 0;
  for (const host::CaptureEntry& entry : out) {
    CAPTURE(entry.subject, entry.answer);
    for (const char* const name : {"/ana", "ana-data", "falcon", "/bor", "ana:"})
      CHECK_FALSE(holds(entry, name));
    measured += entry.question == host::Question::kSpace ? 1U : 0U;
  }
  CHECK(measured == 6);
  host::CapturedHost replay(out);
  CHECK(told("filesystems", collect::collect_filesystems(replay), {"device", "size_bytes"}) ==
        live);
}

TEST_CASE("people whose account is on another machine are hidden too", "[redact]") {
  const auto out = hidden({
      private_file("/etc/passwd", "root:x:0:0::/root:/bin/sh\nsyslog:x:104:104::/nonexistent:\n"),
      private_file("/etc/group", "sudo:x:27:majda,syslog,root\nadm:x:4:syslog,majda\n"),
      private_file("/proc/self/mountinfo",
                   "30 1 0:50 / /home/majda rw - nfs4 nas:/export/home/majda rw,addr=10.1.2.3\n"
                   "31 1 0:51 / /home/corp.example.com/zoran rw - ext4 /dev/sdb1 rw\n"
                   "32 1 0:52 / /mnt/x rw - cifs //nas/petra rw,username=petra,domain=SKALA,uid=5\n"
                   "33 1 0:53 / /run/media/luka/STICK rw - vfat /dev/sdc1 rw\n"
                   "34 1 0:54 / /home/lost+found rw - ext4 /dev/sdd1 rw\n"
                   "35 1 0:55 / /home/students/neza/.cache rw - ext4 /dev/sde1 rw\n"
                   "36 1 0:56 / /mnt/y rw - fuse.sshfs tilen@nas:/data rw,user_id=1000\n"
                   "37 1 0:57 /@home /srv/z rw - btrfs /dev/sdf1 rw,subvol=/@home\n"
                   "38 1 0:58 / /nfs/users/irena rw - nfs nas:/users rw\n"
                   "39 1 0:59 / /l rw - lustre 10.1.2.3@tcp:10.1.2.4@tcp:/l rw,addr=10.1.2.3\n"),
      {.question = host::Question::kStatus,
       .subject = "/home/vesna/mail",
       .failure = muster::FailureKind::kDenied,
       .answer = "cannot look at /home/vesna/mail: Permission denied"},
      {.question = host::Question::kSpace,
       .subject = "/run/media/luka/STICK",
       .failure = muster::FailureKind::kIo,
       .answer = "cannot measure /run/media/luka/STICK: Input/output error"},
      question(host::Question::kStatus, "/home/vesna", "directory 0 0 1 2 448\n"),
      question(host::Question::kList, "/home", host::encode_names({"vesna", "debian"})),
  });
  for (const host::CaptureEntry& entry : out) {
    CAPTURE(entry.subject, entry.answer);
    for (const char* const name : {"majda", "zoran", "petra", "skala", "luka", "vesna", "example",
                                   "students", "neza", "tilen", "irena"})
      CHECK_FALSE(holds(entry, name));
  }
  CHECK(out[1].answer.find("syslog,root\n") != std::string::npos);
  CHECK(out[2].answer.find("/home/lost+found ") != std::string::npos);
  CHECK(out[2].answer.find("/STICK ") != std::string::npos);
  CHECK(out[2].answer.find(",uid=5\n") != std::string::npos);
  CHECK(out[2].answer.find("/.cache rw ") != std::string::npos);
  const std::string lustre = out[2].answer.substr(out[2].answer.find("lustre ") + 7, 8);
  CHECK(lustre.starts_with("10."));
  CHECK(out[2].answer.ends_with("rw,addr=" + lustre + "\n"));
  CHECK(out[2].answer.find("@nas:/data rw,user_id=1000\n") != std::string::npos);
  CHECK(out[2].answer.find(" /@home /srv/z rw - btrfs /dev/sdf1 rw,subvol=/@home\n") !=
        std::string::npos);
  CHECK(out[3].answer == "cannot look at " + out[3].subject + ": Permission denied");
  CHECK(out[4].answer == "cannot measure " + out[4].subject + ": Input/output error");
  CHECK(out[3].subject.starts_with(out[5].subject + "/"));
  CHECK(out[6].answer.find("debian/") != std::string::npos);
  // One name, one substitute.
  const std::string majda = out[1].answer.substr(10, 5);
  CHECK(out[2].answer.find("/home/" + majda + " rw - nfs4 nas:/export/home/" + majda + " ") !=
        std::string::npos);
}

TEST_CASE("partitions and virtual machines of a z system are not named", "[redact]") {
  const auto out = hidden({
      private_file("/proc/sysinfo",
                   "Manufacturer:         IBM\nType:                 2964\n"
                   "LPAR Name:            PRODA\nVM00 Name:            LEDGER\n"),
      private_file("/proc/cpuinfo", "processor : 0\nmodel name : Some Model 7\n"),
      private_file("/etc/some", "ledger on proda\n"),
  });
  CHECK_FALSE(holds(out[0], "PRODA"));
  CHECK_FALSE(holds(out[0], "LEDGER"));
  CHECK(out[0].answer.starts_with("Manufacturer:         IBM\nType:                 2964\n"));
  CHECK(holds(out[1], "Some Model 7"));
  CHECK_FALSE(holds(out[2], "ledger"));
  CHECK_FALSE(holds(out[2], "proda"));
}

TEST_CASE("identifiers in the names of links are hidden, however short", "[redact]") {
  const auto out = hidden({
      private_file("/sys/block/sda/device/wwid", "naa.5000c500a1b2c3d4\n"),
      private_file("/run/udev/data/b8:16", "E:ID_SERIAL_SHORT=QM00001\n"),
      private_file("/sys/block/dm-0/dm/uuid", "mpath-35000c500a1b2c3d4\n"),
      private_file("/sys/block/dm-1/dm/uuid", "LVM-gq0Yk2PtXv7cW1aZbN8dRsM3\n"),
      question(host::Question::kList, "/dev/disk/by-id",
               host::encode_names({"wwn-0x5000c500a1b2c3d4", "scsi-35000c500a1b2c3d4",
                                   "ata-QEMU_HARDDISK_QM00001"})),
      private_file("/sys/block/vda/serial", "disk1\n"),
      question(host::Question::kReadLink, "/sys/block/disk1", "../devices/disk1"),
  });
  const std::string wwn = out[0].answer.substr(4, 16);
  CHECK(wwn != "5000c500a1b2c3d4");
  CHECK(out[2].answer == "mpath-3" + wwn + "\n");
  CHECK(out[3].answer.starts_with("LVM-"));
  CHECK_FALSE(holds(out[3], "gq0Yk2"));
  CHECK(out[4].answer.find("wwn-0x" + wwn + "/") != std::string::npos);
  CHECK(out[4].answer.find("scsi-3" + wwn + "/") != std::string::npos);
  CHECK_FALSE(holds(out[4], "QM00001"));
  CHECK(out[4].answer.find("ata-QEMU_HARDDISK_") != std::string::npos);
  CHECK_FALSE(holds(out[5], "disk1"));
  CHECK(out[6].subject == "/sys/block/disk1");  // what a kernel may call a device stays in paths
}

TEST_CASE("long hardware addresses and those of tunnels are hidden", "[redact]") {
  const std::string ib = "80:00:02:08:fe:80:00:00:00:00:00:00:50:6b:4b:03:00:12:34:56";
  const auto bytes = [](std::string text) {
    std::erase(text, ':');
    return muster::from_hex(text).value();
  };
  const auto out = hidden({
      private_file("/sys/class/net/ib0/address", ib + "\n"),
      private_file("/sys/class/net/fw0/address", "00:11:06:66:45:00:63:5a\n"),
      private_file("/sys/class/net/sit1/address", "cb:00:71:05\n"),
      private_file("/sys/class/net/ip6tnl1/address",
                   "20:01:0d:b8:00:11:00:00:00:00:00:00:0a:0b:0c:0d\n"),
      question(host::Question::kNetlink, "links", netlink::link(2, "ib0", "", bytes(ib))),
      private_file("/etc/some", "203.0.113.5\n"),
  });
  for (const auto& [index, secret] :
       {std::pair(0, "03:00:12:34:56"), std::pair(1, "66:45:00:63:5a"), std::pair(2, "cb:00:71:05"),
        std::pair(3, "0a:0b:0c:0d")}) {
    CAPTURE(secret);
    CHECK_FALSE(holds(out[static_cast<std::size_t>(index)], secret));
  }
  CHECK(out[0].answer.starts_with("80:00:02:08:fe:80:00:00:00:00:00:00:50:6b:4b:"));
  CHECK(out[1].answer.starts_with("00:11:06:"));
  const std::string address(muster::trim(out[0].answer));
  CHECK(out[4].answer.find(bytes(address)) != std::string::npos);
  std::string tunnel;
  for (const char c : bytes(std::string(muster::trim(out[2].answer))))
    tunnel += (tunnel.empty() ? "" : ".") + std::to_string(static_cast<unsigned char>(c));
  CHECK(out[5].answer == tunnel + "\n");
}

TEST_CASE("networks of any prefix stay networks, in either byte order", "[redact]") {
  const bool big = GENERATE(false, true);
  CAPTURE(big);
  MapHost machine;
  machine.files["/proc/net/if_inet6"] = "";
  machine.files["/proc/net/fib_trie"] =
      "Main:\n |-- 10.20.17.5\n    /32 host LOCAL\n |-- 192.0.2.77\n    /32 host LOCAL\n"
      " |-- 172.30.9.8\n    /32 host LOCAL\n |-- 11.130.0.9\n    /32 host LOCAL\n";
  machine.files["/proc/net/route"] = big ? "eth0\t0A141000\t00000000\t1\t0\t0\t0\tFFFFF000\n"
                                           "eth1\tC0000240\t00000000\t1\t0\t0\t0\tFFFFFFC0\n"
                                           "eth2\tAC1E0800\t00000000\t1\t0\t0\t0\tFFFFFC00\n"
                                           "eth3\t0B800000\t00000000\t1\t0\t0\t0\tFF800000\n"
                                         : "eth0\t0010140A\t00000000\t1\t0\t0\t0\t00F0FFFF\n"
                                           "eth1\t400200C0\t00000000\t1\t0\t0\t0\tC0FFFFFF\n"
                                           "eth2\t00081EAC\t00000000\t1\t0\t0\t0\t00FCFFFF\n"
                                           "eth3\t0000800B\t00000000\t1\t0\t0\t0\t000080FF\n";
  const std::vector<std::string> networks = {"eth0 | 20", "eth1 | 26", "eth2 | 22", "eth3 | 9"};
  const auto of = [](host::Host& host) {
    return told("addresses", collect::collect_addresses(host), {"interface", "prefix_length"});
  };
  REQUIRE(of(machine) == networks);
  for (int i = 0; i < 40; ++i) {
    host::RecordingHost recording(std::make_shared<MapHost>(machine));
    static_cast<void>(collect::collect_addresses(recording));
    host::CapturedHost replay(host::redact(recording.entries(), "secret " + std::to_string(i)));
    CHECK(of(replay) == networks);
    CHECK(told("addresses", collect::collect_addresses(replay), {"address"}) !=
          told("addresses", collect::collect_addresses(machine), {"address"}));
  }
}

TEST_CASE("two addresses of one network stay in one, as the kernel tells it", "[redact]") {
  const auto address = [](std::string_view hex) {
    return netlink::address(
        {2, 22, 0x80, 0, 2, netlink::attribute(2, muster::from_hex(hex).value())});
  };
  for (int i = 0; i < 40; ++i) {
    const auto out = host::redact({question(host::Question::kNetlink, "addresses",
                                            address("0a1e0c05") + address("0a1e0f09"))},
                                  "secret " + std::to_string(i));
    const auto rows = collect::parse_address_dump(out[0].answer).value();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].address != muster::from_hex("0a1e0c05").value());
    CHECK(rows[0].address.substr(0, 2) == rows[1].address.substr(0, 2));
    CHECK((static_cast<unsigned char>(rows[0].address[2]) & 0xFC) ==
          (static_cast<unsigned char>(rows[1].address[2]) & 0xFC));
  }
}

TEST_CASE("a mask is a mask and stays one", "[redact]") {
  for (const char* const mask : {"255.255.240.0", "128.0.0.0", "192.0.0.0", "255.255.255.252"}) {
    CAPTURE(mask);
    CHECK(hidden({private_file("/etc/some", std::string(mask) + "\n")})[0].answer ==
          std::string(mask) + "\n");
  }
}
