// SPDX-License-Identifier: Apache-2.0
#include "agent/host/redact.h"

#include <catch2/catch.hpp>

#include "agent/host/redact_binary.h"
#include "common/support/text.h"

using namespace muster::agent;

namespace {

constexpr const char* kSecret = "a secret of this test";

host::CaptureEntry file(std::string path, std::string content) {
  return {.question = host::Question::kRead,
          .subject = std::move(path),
          .failure = {},
          .answer = std::move(content)};
}

std::vector<host::CaptureEntry> redacted(std::vector<host::CaptureEntry> entries) {
  return host::redact(std::move(entries), kSecret);
}

std::string redacted_content(std::string path, std::string content) {
  return redacted({file(std::move(path), std::move(content))})[0].answer;
}

// A type 1 structure with UUID and two strings, a memory module, and the end of the table.
std::string smbios_table() {
  std::string system("\x01\x1b\x01\x00\x01\x00\x00\x02", 8);
  system += std::string("\x78\x56\x34\x12\x34\x12\x78\x56\x90\xab\xcd\xef\x01\x23\x45\x67", 16);
  system += std::string("\x06\x00\x00", 3);
  system += std::string("Vendor\0PF2ABC9X\0\0", 17);
  std::string module("\x11\x1b\x02\x00", 4);
  module += std::string(0x17 - 3, '\0') + std::string("\x01\x00\x00", 3);
  module[0x18] = 1;
  module.resize(0x1b, '\0');
  module += std::string("8A77F012\0\0", 10);
  return system + module + std::string("\x7f\x04\x03\x00\0\0", 6);
}

}  // namespace

TEST_CASE("redaction keeps the length of everything", "[redact]") {
  const std::vector<host::CaptureEntry> entries = {
      file("/etc/passwd",
           "root:x:0:0:root:/root:/bin/sh\n"
           "jnovak:x:1000:1000:Janez Novak,,+386 1 234:/home/jnovak:/bin/bash\n"),
      file("/etc/hostname", "web-17.corp.example.com\n"),
      file("/proc/net/fib_trie", " |-- 10.20.30.40\n    /32 host LOCAL\n"),
      file("/sys/class/net/eth0/address", "52:54:00:ab:cd:ef\n"),
      file("/etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
      file("/sys/firmware/dmi/tables/DMI", smbios_table()),
      file("/run/udev/data/b8:0", "E:ID_SERIAL=Disk_S4EWNX0N1\nE:ID_SERIAL_SHORT=S4EWNX0N1\n"),
  };
  const auto out = redacted(entries);
  REQUIRE(out.size() == entries.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    CAPTURE(entries[i].subject);
    CHECK(out[i].answer.size() == entries[i].answer.size());
    CHECK(out[i].answer != entries[i].answer);
    CHECK(out[i].subject.size() == entries[i].subject.size());
  }
}

TEST_CASE("a value has one substitute in a whole capture, and another in the next", "[redact]") {
  const std::vector<host::CaptureEntry> entries = {
      file("/sys/class/dmi/id/product_serial", "PF2ABC9X\n"),
      file("/sys/firmware/dmi/tables/DMI", smbios_table()),
      file("/sys/class/dmi/id/product_uuid", "12345678-1234-5678-90ab-cdef01234567\n"),
      file("/run/udev/data/+x", "E:OTHER=about PF2ABC9X and pf2abc9x\n"),
      {.question = host::Question::kReadLink,
       .subject = "/dev/disk/by-id/x",
       .failure = {},
       .answer = "../../disk-PF2ABC9X"},
  };
  const auto out = redacted(entries);
  const std::string serial(muster::trim(out[0].answer));
  CHECK(serial != "PF2ABC9X");
  CHECK(out[1].answer.find(serial) != std::string::npos);
  CHECK(out[3].answer.find("about " + serial + " and " + muster::lower_ascii(serial)) !=
        std::string::npos);
  CHECK(out[4].answer == "../../disk-" + serial);
  // The UUID is little-endian in the table (SMBIOS 7.2.1) and must still be the same one.
  const std::string uuid(muster::trim(out[2].answer));
  CHECK(uuid != "12345678-1234-5678-90ab-cdef01234567");
  const auto first = muster::from_hex(uuid.substr(6, 2) + uuid.substr(4, 2) + uuid.substr(2, 2) +
                                      uuid.substr(0, 2));
  CHECK(out[1].answer.substr(8, 4) == first.value());
  CHECK(host::redact(entries, "another secret")[0].answer != out[0].answer);
  CHECK(redacted(entries) == out);
}

TEST_CASE("an SMBIOS table stays valid except for its secrets", "[redact]") {
  const std::string table = smbios_table();
  const std::string out = redacted_content("/sys/firmware/dmi/tables/DMI", table);
  CHECK(out.find("Vendor") == table.find("Vendor"));
  CHECK(out.find("PF2ABC9X") == std::string::npos);
  CHECK(out.find("8A77F012") == std::string::npos);
  CHECK(out.substr(out.size() - 6) == table.substr(table.size() - 6));
  CHECK(out.substr(0, 8) == table.substr(0, 8));
}

TEST_CASE("a cut SMBIOS table is blanked from where it is damaged", "[redact]") {
  const std::string table = smbios_table();
  for (std::size_t size = 0; size < table.size(); ++size) {
    const std::string out = redacted_content("/sys/firmware/dmi/tables/DMI", table.substr(0, size));
    CAPTURE(size);
    CHECK(out.size() == size);
    CHECK(out.find("PF2ABC9X") == std::string::npos);
    CHECK(out.find("8A77F012") == std::string::npos);
  }
}

TEST_CASE("a serial number behind an empty text of SMBIOS is hidden too", "[redact]") {
  // The first text is empty, so that a reader who stops at the first NUL sees no texts at all.
  std::string table("\x01\x08\x01\x00\x00\x00\x00\x02", 8);
  table += std::string("\0PF2ABC9X\0\0", 11) + std::string("\x7f\x04\x03\x00\0\0", 6);
  CHECK(host::smbios_serials(table) == std::vector<std::string>{"PF2ABC9X"});
  const std::string out = redacted_content("/sys/firmware/dmi/tables/DMI", table);
  CHECK(out.size() == table.size());
  CHECK(out.find("PF2ABC9X") == std::string::npos);
  CHECK(out.substr(0, 9) == table.substr(0, 9));
  CHECK(out.substr(17) == table.substr(17));
}

TEST_CASE("addresses keep their kind", "[redact]") {
  struct Case {
    std::string text;
    std::string kept;  // beginning that stays
    bool changes;
  };
  const Case cases[] = {
      {"127.0.0.1", "127.0.0.1", false},
      {"0.0.0.0", "0.0.0.0", false},
      {"255.255.255.0", "255.255.255.0", false},
      {"224.0.0.251", "224.0.0.251", false},
      {"10.20.30.40", "10.", true},
      {"192.168.1.77", "192.168.", true},
      {"172.20.44.9", "172.20.", true},
      {"169.254.17.2", "169.254.", true},
      {"203.0.113.77", "", true},
      {"::1", "::1", false},
      {"::", "::", false},
      {"fe80::5054:ff:feab:cdef", "fe80::", true},
      {"fd12:3456:789a::1", "fd", true},
      {"2001:db8::8a2e:370:7334", "2", true},
      {"52:54:00:ab:cd:ef", "52:54:00:", true},
      {"52-54-00-AB-CD-EF", "52-54-00-", true},
      {"00:00:00:00:00:00", "00:00:00:00:00:00", false},
      {"ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff", false},
      {"enx525400abcdef", "enx525400", true},
      {"8be4df61-93ca-11d2-aa0d-00e098032b8c", "8be4df61-93ca-11d2-aa0d-00e098032b8c", false},
      {"3d1219c7-c4c5-404a-aa1f-6d2a48adfda4", "", true},
      {"12:34:56", "12:34:56", false},
      {"0000:00:1f.2", "0000:00:1f.2", false},
      {"1.2.3.4.5", "1.2.3.4.5", false},
      {"300.1.1.1", "300.1.1.1", false},
      {"6.1.0-13", "6.1.0-13", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const std::string out = redacted_content("/etc/some", "x " + c.text + " y\n");
    CHECK(out.size() == c.text.size() + 5);
    const std::string value = out.substr(2, c.text.size());
    CHECK((value != c.text) == c.changes);
    CHECK(value.substr(0, c.kept.size()) == c.kept);
  }
}

TEST_CASE("addresses of one network stay in one network", "[redact]") {
  const std::string out = redacted_content("/etc/some", "10.11.12.13 10.11.12.99 10.11.44.13\n");
  const auto words = muster::split(muster::trim(out), ' ');
  REQUIRE(words.size() == 3);
  const auto network = [](std::string_view address, std::size_t parts) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < parts; ++i)
      at = address.find('.', at) + 1;
    return address.substr(0, at);
  };
  CHECK(network(words[0], 3) == network(words[1], 3));
  CHECK(network(words[0], 2) == network(words[2], 2));
  CHECK(network(words[0], 3) != network(words[2], 3));
  CHECK(words[0] != words[1]);
}

TEST_CASE("the same address in hexadecimal and in a dump has the same substitute", "[redact]") {
  const auto out = redacted({file("/etc/some", "10.20.30.40\n"),
                             file("/proc/net/tcp", "  0: 281E140A:0016 00000000:0000 0A\n")});
  const auto parts = muster::split(muster::trim(out[0].answer), '.');
  std::string reversed;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const char byte = static_cast<char>(muster::parse_integer(*part).value());
    for (const char c : muster::to_hex({&byte, 1}))
      reversed += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  CHECK(out[1].answer == "  0: " + reversed + ":0016 00000000:0000 0A\n");
}

TEST_CASE("whoever the C library takes for an account is hidden", "[redact]") {
  const auto out = redacted({
      file("/etc/passwd",
           "root:x:0:0:root:/root:/bin/sh\n  jnovak:x:1000:1000:Janez Novak::\n"
           "\tpkovac:x: 1001:1001\n"),
      file("/etc/group", "sudo:x:27:jnovak,pkovac\n"),
  });
  for (const host::CaptureEntry& entry : out) {
    CHECK(entry.answer.find("jnovak") == std::string::npos);
    CHECK(entry.answer.find("pkovac") == std::string::npos);
  }
  CHECK(out[0].answer.find("Novak") == std::string::npos);
}

TEST_CASE("people and hosts are hidden, system accounts and common names are not", "[redact]") {
  const std::string passwd =
      "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
      "jnovak:x:1000:1000:Janez Novak,Room 7:/home/jnovak:/bin/bash\n"
      "debian:x:1001:1001::/home/debian:/bin/bash\n";
  const auto out = redacted({
      file("/etc/passwd", passwd),
      file("/etc/group", "sudo:x:27:jnovak,debian\n"),
      file("/etc/hostname", "web-17.corp.example.com\n"),
      file("/etc/hosts", "127.0.0.1 localhost web-17 web-17.corp.example.com\n"),
      {.question = host::Question::kList,
       .subject = "/home",
       .failure = {},
       .answer = host::encode_names({"debian", "jnovak"})},
      file("/home/jnovak/.profile", "x\n"),
      file("/var/lib/dpkg/status", "Package: jnovak\nMaintainer: web-17 10.1.2.3\n"),
  });
  CHECK(out[0].answer.find("daemon:x:1:1:daemon:/usr/sbin") == 0);
  CHECK(out[0].answer.find("debian:x:1001:1001::/home/debian:") != std::string::npos);
  for (const host::CaptureEntry& entry : {out[0], out[1], out[4]})
    CHECK(entry.answer.find("jnovak") == std::string::npos);
  CHECK(out[0].answer.find("Novak") == std::string::npos);
  CHECK(out[0].answer.find("Room 7") == std::string::npos);
  const std::string login = out[1].answer.substr(10, 6);
  CHECK(out[0].answer.find(login + ":x:1000:1000:") != std::string::npos);
  CHECK(out[0].answer.find(":/home/" + login + ":") != std::string::npos);
  CHECK(host::decode_names(out[4].answer).value().size() == 2);
  CHECK(out[4].answer.find(login + "/\n") != std::string::npos);
  CHECK(out[5].subject == "/home/" + login + "/.profile");
  CHECK(out[2].answer.find("web-17") == std::string::npos);
  CHECK(out[2].answer.find("example") == std::string::npos);
  CHECK(out[3].answer.find("localhost") != std::string::npos);
  CHECK(out[3].answer.find("web-17") == std::string::npos);
  CHECK(out[6].answer == "Package: jnovak\nMaintainer: web-17 10.1.2.3\n");
}

TEST_CASE("placeholders of firmware stay, since dealing with them is what captures are for",
          "[redact]") {
  for (const char* value : {"To Be Filled By O.E.M.", "Default string", "None", "0", "00000000",
                            "Not Specified", "System Serial Number", "..............", ""}) {
    CAPTURE(value);
    CHECK(redacted_content("/sys/class/dmi/id/product_serial", value) == value);
  }
}

TEST_CASE("what the table of placeholders has is nobody's, but may be somebody's name",
          "[redact]") {
  CHECK(redacted_content("/sys/class/dmi/id/product_serial", "SystemSerialNumb\n") ==
        "SystemSerialNumb\n");
  CHECK(redacted_content("/sys/class/dmi/id/product_uuid",
                         "6ab5b300-538d-1014-9fb5-b0684d007b53\n") ==
        "6ab5b300-538d-1014-9fb5-b0684d007b53\n");
  CHECK(redacted_content("/sys/class/net/wwan0/address", "00:a0:c6:00:00:00\n") ==
        "00:a0:c6:00:00:00\n");
  const auto out = redacted({file("/etc/passwd", "eval:x:1000:1000::/home/eval:/bin/sh\n"),
                             file("/sys/class/dmi/id/product_serial", "EVAL\n")});
  CHECK(out[0].answer.find("eval") == std::string::npos);
}

TEST_CASE("of the environment of process 1 only the container stays", "[redact]") {
  using namespace std::string_literals;
  CHECK(redacted_content("/proc/1/environ", "HOME=/root\0container=lxc\0KEY=s3cr3t\0"s) ==
        "xxxxxxxxxx\0container=lxc\0xxxxxxxxxx\0"s);
  CHECK(redacted_content("/proc/1/environ", "\0A=b"s) == "\0xxx"s);
}

TEST_CASE("values of passwords are blanked", "[redact]") {
  CHECK(redacted_content("/proc/cmdline", "quiet password=hunter2 root=/dev/sda1\n") ==
        "quiet password=xxxxxxx root=/dev/sda1\n");
  CHECK(redacted_content("/etc/fstab", "//a/b /c cifs user=u,pass=p:w,ro 0 0\n") ==
        "//a/b /c cifs user=u,pass=xxx,ro 0 0\n");
}

TEST_CASE("a world wide name is the same one in text and in binary", "[redact]") {
  std::string page("\x00\x83\x00\x0c\x01\x03\x00\x08", 8);
  page += muster::from_hex("5000c500a1b2c3d4").value();
  const auto out = redacted({file("/sys/block/sda/device/wwid", "naa.5000c500a1b2c3d4\n"),
                             file("/sys/block/sda/device/vpd_pg83", page),
                             file("/run/udev/data/b8:0", "E:ID_WWN=0x5000c500a1b2c3d4\n")});
  const std::string wwn = out[0].answer.substr(4, 16);
  CHECK(wwn != "5000c500a1b2c3d4");
  CHECK(wwn[0] == '5');
  CHECK(out[1].answer.substr(8) == muster::from_hex(wwn).value());
  CHECK(out[2].answer == "E:ID_WWN=0x" + wwn + "\n");
}

TEST_CASE("what IDENTIFY says of the model stays, its serial number does not", "[redact]") {
  std::string page("\x00\x89\x02\x38", 4);
  page.resize(572, '\x7f');
  const auto words = [&](std::size_t first, std::string_view text) {
    page.replace(60 + 2 * first, text.size(), text);
  };
  words(10, "DWW-ACTW0123456789  ");  // with the bytes of each word turned round
  words(23, "3MRC230 ");
  words(76, std::string_view("\x0e\x81", 2));
  const std::string out = redacted_content("/sys/block/sda/device/vpd_pg89", page);
  CHECK(out.size() == page.size());
  CHECK(out.find("0123456789") == std::string::npos);
  CHECK(out.substr(60 + 46, 8) == "3MRC230 ");
  CHECK(out.substr(60 + 152, 2) == "\x0e\x81");
}

TEST_CASE("names of ports and targets are hidden in the path as in their files", "[redact]") {
  const auto out = redacted(
      {file("/sys/class/sas_device/expander-0:0/sas_address", "0x500304801f3a2bff\n"),
       file("/sys/class/iscsi_connection/connection1:0/persistent_address", "192.0.2.77\n"),
       file("/sys/class/iscsi_session/session1/targetname", "iqn.2003-01.org.example:box4711\n"),
       file("/run/udev/data/b8:0",
            "E:ID_PATH=pci-0000:51:00.0-sas-exp0x500304801f3a2bff-phy4-lun-0\n")});
  CHECK(out[0].answer != "0x500304801f3a2bff\n");
  CHECK(out[1].answer != "192.0.2.77\n");
  CHECK(out[2].answer.find("box4711") == std::string::npos);
  CHECK(out[3].answer.find("exp" + out[0].answer.substr(0, 18)) != std::string::npos);
}

TEST_CASE("a multipath device stays one", "[redact]") {
  const auto out =
      redacted({file("/sys/block/dm-0/dm/uuid", "mpath-3600a098038303053453f463045727646\n"),
                file("/sys/block/dm-1/dm/uuid", "\n"), file("/sys/block/dm-2/dm/uuid", "")});
  CHECK(out[0].answer.starts_with("mpath-"));
  CHECK(out[0].answer.find("600a098038303053453f463045727646") == std::string::npos);
  CHECK(out[2].answer.empty());
}

TEST_CASE("an EDID keeps a right checksum", "[redact]") {
  std::string edid("\x00\xff\xff\xff\xff\xff\xff\x00", 8);
  edid.resize(128, '\0');
  edid.replace(12, 4, "\x12\x34\x56\x78");
  edid.replace(54, 18, std::string("\0\0\0\xff\0ABC1234567\n  ", 18));
  const std::string out = redacted_content("/sys/class/drm/card0-DP-1/edid", edid);
  unsigned sum = 0;
  for (const char c : out)
    sum += static_cast<unsigned char>(c);
  CHECK(sum % 256 == 0);
  CHECK(out.size() == 128);
  CHECK(out.find("ABC1234567") == std::string::npos);
  CHECK(out.substr(12, 4) != edid.substr(12, 4));
  for (const std::size_t size : {0U, 1U, 100U, 127U})
    CHECK(redacted_content("/x/edid", edid.substr(0, size)) == std::string(size, '\0'));
}

TEST_CASE("any bytes can be redacted in any place and keep their length", "[redact]") {
  std::string bytes;
  unsigned state = 1;
  for (int i = 0; i < 4000; ++i) {
    state = state * 1103515245U + 12345U;
    bytes += static_cast<char>(state >> 16);
  }
  for (const char* path : {"/sys/firmware/dmi/tables/DMI", "/x/edid", "/x/vpd_pg83", "/x/vpd_pg80",
                           "/x/vpd_pg89", "/proc/net/if_inet6", "/proc/net/tcp", "/etc/passwd",
                           "/etc/hosts", "/run/udev/data/b8:0", "/x/serial", "/etc/some"}) {
    for (std::size_t begin = 0; begin < 300; begin += 7) {
      CAPTURE(path, begin);
      CHECK(redacted_content(path, bytes.substr(begin, 500)).size() == 500);
    }
  }
  const auto out = redacted(
      {{.question = host::Question::kNetlink, .subject = "links", .failure = {}, .answer = bytes}});
  CHECK(out[0].answer.size() == bytes.size());
}
