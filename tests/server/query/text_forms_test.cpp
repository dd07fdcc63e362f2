// SPDX-License-Identifier: Apache-2.0
// Addresses and UUIDs, however they are typed.
#include "server/query/text_forms.h"

#include "common/support/text.h"
#include "tests/server/query/fleet.h"

namespace muster::server {
namespace {

constexpr const char* kInfiniBand = "80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:21:77:71";

struct Ports : Fleet {
  Ports() {
    machine("web", {{"machine_id", "0123456789abcdef0123456789abcdef"}},
            {{"uuid", "4c4c4544-0031-3510-8052-b4c04f4e3732"}});
    machine("lap", {}, {{"uuid", "03000200-0400-0500-0006-000700080009"}});
    for (const char* name : {"web", "lap"}) {
      for (const char* section : {"addresses", "interfaces", "filesystems"})
        set_status(agents[name], section, "ok", kSemanticsStart);
    }
    port("web", "eth0", "00:1b:21:a1:00:01");
    port("web", "ib0", kInfiniBand);
    port("lap", "wlan0", "a4:bb:6d:55:22:6a");
    for (const char* address : {"10.168.0.7", "2001:db8::1"})
      add_address("web", address);
    for (const char* address : {"10.168.1.7", "2001:db8:0:1::1", "fe80::a6bb:6dff:fe55:226a"})
      add_address("lap", address);
    volume("web", "/boot/efi", "7C2A-1B3F");
    volume("web", "/", "b1f7c3de-7d3d-4c8e-9a2e-0c4d3f5a6b7c");
  }
  void port(const std::string& machine, const std::string& name, const std::string& mac) {
    add_row(agents[machine], "interfaces",
            {{"identifier", "mac:" + mac}, {"name", name}, {"mac_address", mac}}, kSemanticsStart);
  }
  void add_address(const std::string& machine, const std::string& address) {
    add_row(agents[machine], "addresses",
            {{"interface", "eth0"}, {"address", address}, {"prefix_length", 24}}, kSemanticsStart);
  }
  void volume(const std::string& machine, const std::string& where, const std::string& uuid) {
    add_row(agents[machine], "filesystems", {{"mount_point", where}, {"uuid", uuid}},
            kSemanticsStart);
  }
};

TEST_CASE("hardware addresses are found in every notation", "[query]") {
  Ports f;
  const Names web = {"web"};
  for (const char* typed :
       {"00:1b:21:a1:00:01", "00:1B:21:A1:00:01", "00-1b-21-a1-00-01", "00-1B-21-A1-00-01",
        "001b.21a1.0001", "001B.21A1.0001", "001b21a10001", "001B21A10001", "0:1b:21:a1:0:1",
        "001b21-a10001", "001b-21a1-0001", "\"00 1b 21 a1 00 01\"", "00.1b.21.a1.00.01"}) {
    CAPTURE(typed);
    for (const char* before : {"mac:", "mac=", "interfaces.mac_address:", ""})
      CHECK(f.ask(before + std::string(typed)).names == web);
    CHECK(f.ask("NOT mac:" + std::string(typed)).names == Names{"lap"});
    CHECK(f.ask("mac!=" + std::string(typed)).names == Names{"lap", "web"});
  }
  check(f, {{"mac:00:1b:21:*", web},
            {"mac:00-1B-21-*", web},
            {"mac:0:1b:*", web},
            {"mac:001b21*", web},
            {"mac:001B.21*", web},
            {"mac:001b2*", web},
            {"mac:*:a1:00:01", web},
            {"mac:*a10001", web},
            {"mac:*:1b:21:*", web},
            {"mac:*:b2:1a:*", {}},  // not from the middle of a byte
            {"mac~1b:21", web},
            {"mac~1B-21", web},
            {"mac:*", {"lap", "web"}},
            {"00:1b:21:*", web},
            {"001b21*", web},
            {"a4bb6d55226a", {"lap"}},
            {"a4-bb-6d-55-22-6a", {"lap"}},
            {"mac:a4bb.6d55.226b", {}},
            {std::string("mac:") + kInfiniBand, web},
            {"mac:80000208fe800000000000000002c90300217771", web},
            {"mac:00:02:c9:03:00:21:77:71", web},  // the port GUID alone
            {"mac:0002:c903:0021:7771", web},
            {"mac:0002c90300217771", web}});
}

TEST_CASE("IP addresses are found in every spelling, and by their network", "[query]") {
  Ports f;
  const Names web = {"web"};
  const Names lap = {"lap"};
  const Names both = {"lap", "web"};
  check(f, {{"ip:2001:0db8::1", web},
            {"ip:2001:DB8:0:0:0:0:0:1", web},
            {"address:2001:db8:0000:0000:0000:0000:0000:0001", web},
            {"address=2001:DB8::1", web},
            {"addresses.address:[2001:db8::1]", web},
            {"ip:::ffff:10.168.0.7", web},
            {"ip:fe80::a6bb:6dff:fe55:226a%wlan0", lap},
            {"2001:0db8::1", web},
            {"2001:db8:0:0:0:0:0:1", web},
            {"::ffff:10.168.0.7", web},
            {"fe80::a6bb:6dff:fe55:226a%wlan0", lap},
            {"NOT ip:2001:0DB8::1", lap},
            {"ip:10.168.0.0/24", web},
            {"ip:10.168.0.9/24", web},
            {"ip:10.168.0.0/255.255.254.0", both},
            {"ip:10.168.0.0/23", both},
            {"ip:10.168.1.4/30", lap},
            {"ip:10.0.0.0/8", both},
            {"ip:11.0.0.0/8", {}},
            {"ip:0.0.0.0/0", both},
            {"ip:2001:db8::/32", both},
            {"ip:2001:db8::/64", web},
            {"ip:2001:DB8:0:1::/64", lap},
            {"ip:fe80::/10", lap},
            {"ip:::/0", both},
            {"NOT ip:10.168.0.0/24", lap},
            {"ip:10.168.0.0/16 ip:10.168.1.0/24", lap},
            {"10.168.0.0/24", web},
            {"fe80::/10", lap},
            {"ip:10.168.*", both},
            {"ip:10.168.1.*", lap},
            {"ip:*.7", both},
            {"ip~168.1", lap},
            {"10.168.1.*", lap},
            {"ip:2001:db8:*", both},
            {"ip:2001:0DB8:0:0:*", web},
            {"ip:2001:db8:0:1:*", lap},
            {"2001:0db8:0:1:*", lap},
            {"ip:*::1", both},
            {"ip:*:1", both}});
}

TEST_CASE("UUIDs are found with dashes, braces and capitals, in both byte orders", "[query]") {
  Ports f;
  const Names web = {"web"};
  check(f, {{"uuid:4c4c4544-0031-3510-8052-b4c04f4e3732", web},
            {"uuid:4C4C4544-0031-3510-8052-B4C04F4E3732", web},
            {"uuid:{4C4C4544-0031-3510-8052-B4C04F4E3732}", web},
            {"uuid:4c4c4544003135108052b4c04f4e3732", web},
            {"uuid:urn:uuid:4c4c4544-0031-3510-8052-b4c04f4e3732", web},
            {"uuid:44454c4c-3100-1035-8052-b4c04f4e3732", web},
            {"uuid=4C4C4544-0031-3510-8052-B4C04F4E3732", web},
            {"uuid=44454c4c-3100-1035-8052-b4c04f4e3732", {}},
            {"uuid:4C4C4544-*", web},
            {"uuid:4c4c45440031*", web},
            {"uuid:*4f4e3732", web},
            {"uuid~0031-3510", web},
            {"4C4C4544003135108052B4C04F4E3732", web},
            {"{4C4C4544-0031-3510-8052-B4C04F4E3732}", web},
            {"NOT uuid:4c4c4544003135108052b4c04f4e3732", {"lap"}},
            {"os.machine_id:01234567-89AB-cdef-0123-456789abcdef", web},
            {"os.machine_id:0123456789ABCDEF*", web},
            {"filesystems.uuid:7c2a-1b3f", web},
            {"filesystems.uuid:7C2A1B3F", web},
            {"filesystems.uuid:B1F7C3DE7D3D4C8E9A2E0C4D3F5A6B7C", web},
            {"filesystems.uuid:B1F7*", web},
            {"filesystems.uuid:other", {}}});
}

TEST_CASE("what cannot be an address is an error at its place", "[query]") {
  Ports f;
  struct Case {
    std::string query;
    std::int64_t column, length;
    std::string says;
  };
  const std::vector<Case> cases = {
      {"mac:00:1b:21:a1:00", 5, 14, "cannot be a hardware address"},
      {"mac:00:1b:21:a1:00:0g", 5, 17, "001b.21a1.0001"},
      {"mac:00:1b-21:a1:00:01", 5, 17, "cannot be a hardware address"},
      {"mac:eth0*", 5, 5, "cannot be a hardware address"},
      {"mac~eth", 5, 3, "cannot be a hardware address"},
      {"web mac:10.168.0.7", 9, 10, "cannot be a hardware address"},
      {"ip:10.168.0", 4, 8, "cannot be an IP address"},
      {"ip:010.168.0.7", 4, 11, "cannot be an IP address"},
      {"ip:10.168.0.0/33", 4, 13, "10.168.0.0/24"},
      {"ip!=10.168.0.0/24", 5, 13, "cannot be an IP address"},
      {"ip:10.168.0.0/2*", 4, 13, "cannot be an IP address"},
      {"ip:2001:db8::1::2", 4, 14, "cannot be an IP address"},
      {"address:2001:db8::1/129", 9, 15, "cannot be an IP address"},
      {"ip:web-1", 4, 5, "cannot be an IP address"},
      {"uuid:4c4c4544", 6, 8, "cannot be a UUID"},
      {"uuid:4c4c4544-0031-3510-8052b-4c04f4e3732", 6, 36, "cannot be a UUID"},
      {"uuid:zz*", 6, 3, "cannot be a UUID"},
      {"os.machine_id:abc", 15, 3, "cannot be a machine id"},
      {"ip<10.0.0.1", 1, 11, "without an order"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.query);
    const Refusal refused = refusal_of(f, c.query);
    CHECK(refused.column == c.column);
    CHECK(refused.length == c.length);
    INFO(refused.text);
    CHECK(refused.text.find(c.says) != std::string::npos);
  }
}

TEST_CASE("words are no addresses by chance", "[query]") {
  const auto reads = [](std::string text) {
    query::Literal word;
    word.text = text;
    for (const std::string_view piece : split(text, '*'))
      word.pieces.emplace_back(piece);
    using inventory::TextKind;
    return query::reads_as(TextKind::kMacAddress, word) ||
           query::reads_as(TextKind::kIpAddress, word) || query::reads_as(TextKind::kUuid, word);
  };
  for (const char* word : {"db*", "*", "web-*", "decade*", "1.*", "cafe", "10", "12.5", "a/b"}) {
    CAPTURE(word);
    CHECK_FALSE(reads(word));
  }
  for (const char* word : {"00:1b:21:*", "001b21*", "10.0.*.*", "::1", "10.0.0.0/8"}) {
    CAPTURE(word);
    CHECK(reads(word));
  }
}

}  // namespace
}  // namespace muster::server
