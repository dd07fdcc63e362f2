// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/network/addresses.h"

#include <catch2/catch.hpp>

#include "agent/host/live_host.h"
#include "common/inventory/canonical.h"
#include "common/support/text.h"
#include "tests/support/agent/captured_machine.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/netlink_dump.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

using test_netlink::attribute;

std::vector<std::string> lines_of(const std::vector<inventory::Address>& rows) {
  std::vector<std::string> out;
  for (const inventory::Address& row : rows) {
    out.push_back(row.interface + " " + row.family + " " + row.address + "/" +
                  std::to_string(row.prefix_length) + " " + row.scope.value_or("-") + " " +
                  (!row.dynamic   ? "-"
                   : *row.dynamic ? "dynamic"
                                  : "static"));
  }
  return out;
}

std::vector<std::string> json_rows(const collect::CollectedSection& collected) {
  std::vector<std::string> out;
  for (const inventory::Row& row : collected.rows)
    out.push_back(inventory::canonical_json(*inventory::find_section("addresses"), row));
  return out;
}

collect::NetlinkAddress address_of(std::string_view hex, std::int64_t prefix, std::uint32_t flags,
                                   unsigned scope = 0, std::int64_t index = 2) {
  return {index, "", from_hex(hex).value(), prefix, scope, flags};
}

}  // namespace

TEST_CASE("addresses are written as RFC 5952 demands", "[addresses]") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"c0000201", "192.0.2.1"},
      {"20010db8000000000000000000000001", "2001:db8::1"},
      {"20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"},  // 4.2.2: one group stays
      {"20010000000000010000000000000001", "2001:0:0:1::1"},         // 4.2.3: the longest run
      {"20010db8000000000001000000000001", "2001:db8::1:0:0:1"},     // 4.2.3: the first of two
      {"20010db80000000000000000aabbccdd", "2001:db8::aabb:ccdd"},   // 4.3: lower case
      {"00000000000000000000ffffc0000201", "::ffff:192.0.2.1"},      // 5
      {"fe80000000000000000000000000000a", "fe80::a"},
      {"", ""},
      {"c00002", ""},
  };
  for (const auto& [hex, text] : cases) {
    CAPTURE(hex);
    CHECK(collect::ip_text(from_hex(hex).value()) == text);
  }
}

TEST_CASE("addresses that everybody has or that come and go are left out", "[addresses]") {
  const std::vector<collect::NetlinkLink> links = {{1, "lo", "", "", true},
                                                   {2, "eth0", "", "", true},
                                                   {3, "veth12ab", "veth", "", true},
                                                   {4, "br0", "bridge", "", true},
                                                   {5, "kube-ipvs0", "dummy", "", true}};
  std::vector<collect::NetlinkAddress> addresses = {
      address_of("7f000001", 8, 0x80, 254, 1),
      address_of("00000000000000000000000000000001", 128, 0x80, 254, 1),
      address_of("0a000001", 32, 0x80, 0, 1),  // a service address on lo stays
      address_of("c0000202", 24, 0x80),
      address_of("c0000203", 24, 0x81),  // secondary, which is the same bit as temporary
      address_of("c0000204", 24, 0),
      address_of("c0000205", 24, 0x80, 77),
      address_of("20010db8000000000000000000000001", 64, 0x80),
      address_of("20010db8000000000000000000000002", 64, 0x01),  // temporary
      address_of("20010db8000000000000000000000003", 64, 0xC0),  // tentative
      address_of("20010db8000000000000000000000004", 64, 0xC8),  // found taken
      address_of("20010db8000000000000000000000005", 64, 0x300),
      address_of("fe800000000000000000000000000001", 64, 0x80, 253),
      address_of("fe800000000000000000000000000001", 64, 0x80, 253, 3),
      address_of("fe800000000000000000000000000001", 64, 0x80, 253, 4),
      address_of("0a600001", 32, 0x80, 0, 5),
      address_of("c0000206", 24, 0x80, 0, 99),
      address_of("c0000202", 24, 0x80),  // twice
  };
  collect::NetlinkAddress labelled = address_of("c6336401", 24, 0x80, 0, 98);
  labelled.label = "eth7:2";
  addresses.push_back(labelled);
  CHECK(lines_of(collect::make_addresses(addresses, links)) ==
        std::vector<std::string>{
            "br0 ipv6 fe80::1/64 link static", "eth0 ipv4 192.0.2.2/24 global static",
            "eth0 ipv4 192.0.2.3/24 global static", "eth0 ipv4 192.0.2.4/24 global dynamic",
            "eth0 ipv4 192.0.2.5/24 - static", "eth0 ipv6 2001:db8::1/64 global static",
            "eth0 ipv6 2001:db8::5/64 global dynamic", "eth0 ipv6 fe80::1/64 link static",
            "eth7 ipv4 198.51.100.1/24 global static", "lo ipv4 10.0.0.1/32 global static"});
}

TEST_CASE("addresses: a copied tree gives what /proc/net tells", "[addresses]") {
  CHECK(lines_of(collect::parse_if_inet6("00000000000000000000000000000001 01 80 10 80       lo\n"
                                         "fd000000000000000000000000000002 04 40 00 82     eth0\n"
                                         "fd000000000000000000000000000003 04 40 00 01     eth0\n"
                                         "fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n"
                                         "fe8000000000000000fc00fffe000009 05 40 20 80 vethab12\n"
                                         "fe80 04 40 20 80 eth0\nzz\n\n"
                                         "fec00000000000000000000000000001 04 ff 40 80 eth0\n")) ==
        std::vector<std::string>{"eth0 ipv6 fd00::2/64 global static",
                                 "eth0 ipv6 fe80::fc:ff:fe00:1/64 link static"});
  const std::string trie =
      "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n"
      "     |-- 127.0.0.1\n        /32 host LOCAL\n     |-- 192.0.2.2\n        /32 host LOCAL\n"
      "     |-- 192.0.2.255\n        /32 link BROADCAST\n     |-- 10.9.9.9\n"
      "        /32 host LOCAL\n     |-- 999.1.1.1\n        /32 host LOCAL\n"
      "Local:\n     |-- 192.0.2.2\n        /32 host LOCAL\n";
  const std::string route =
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
      "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
      "eth1\t00000000\t00000000\t0001\t0\t0\t0\t000000C0\t0\t0\t0\n"
      "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
  CHECK(lines_of(collect::parse_fib_trie(trie, route)) ==
        std::vector<std::string>{"eth0 ipv4 192.0.2.2/24 - -", "eth1 ipv4 10.9.9.9/2 - -"});
  CHECK(collect::parse_fib_trie(trie, "").empty());
  std::string with_nul = trie;
  const std::size_t end = with_nul.find('\n', with_nul.find("|-- 192.0.2.2\n"));
  REQUIRE(end != std::string::npos);
  with_nul.insert(end, 1, '\0');
  CHECK(lines_of(collect::parse_fib_trie(with_nul, route)) ==
        lines_of(collect::parse_fib_trie(trie, route)));

  MapHost host;
  CHECK(collect::collect_addresses(host).providers.at("addresses").status ==
        inventory::Status::kFailed);
  host.files["/proc/net/if_inet6"] = "fd000000000000000000000000000002 04 40 00 82     eth0\n";
  CHECK(collect::collect_addresses(host).providers.at("addresses").status ==
        inventory::Status::kPartial);
  CHECK(collect::collect_addresses(host).rows.size() == 1);
  host.files["/proc/net/fib_trie"] = trie;
  host.files["/proc/net/route"] = route;
  CHECK(collect::collect_addresses(host).rows.size() == 3);
}

TEST_CASE("addresses: a table of routes shows the byte order of its machine", "[addresses]") {
  const std::string trie =
      "Main:\n     |-- 192.0.2.2\n        /32 host LOCAL\n"
      "     |-- 10.20.17.5\n        /32 host LOCAL\n";
  const std::string little =
      "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"
      "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n"
      "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n"
      "eth1\t0010140A\t00000000\t0001\t0\t0\t0\t00F0FFFF\n";
  const std::string big =
      "eth0\t00000000\tC0000201\t0003\t0\t0\t0\t00000000\n"
      "eth0\tC0000200\t00000000\t0001\t0\t0\t0\tFFFFFF00\n"
      "eth1\t0A141000\t00000000\t0001\t0\t0\t0\tFFFFF000\n";
  const std::vector<std::string> rows = {"eth0 ipv4 192.0.2.2/24 - -",
                                         "eth1 ipv4 10.20.17.5/20 - -"};
  for (const std::endian otherwise : {std::endian::little, std::endian::big}) {
    CHECK(lines_of(collect::parse_fib_trie(trie, little, otherwise)) == rows);
    CHECK(lines_of(collect::parse_fib_trie(trie, big, otherwise)) == rows);
  }
  // Only routes to single addresses: the machine's architecture decides.
  const std::string alone = "Main:\n |-- 10.0.0.1\n   /32 host LOCAL\n";
  CHECK(lines_of(collect::parse_fib_trie(alone, "x\t0A000001\t00000000\t5\t0\t0\t0\tFFFFFFFF\n",
                                         std::endian::big)) ==
        std::vector<std::string>{"x ipv4 10.0.0.1/32 - -"});
  CHECK(lines_of(collect::parse_fib_trie(alone, "x\t0100000A\t00000000\t5\t0\t0\t0\tFFFFFFFF\n",
                                         std::endian::little)) ==
        std::vector<std::string>{"x ipv4 10.0.0.1/32 - -"});
  for (const char* bad : {"x\t0A00001\t0\t5\t0\t0\t0\tFFFFFFFF\n", "x\t0A000001\n", "\t\n",
                          "x\t-A000001\t00000000\t5\t0\t0\t0\tFFFFFFFF\n"}) {
    CAPTURE(bad);
    CHECK(collect::parse_fib_trie(alone, bad, std::endian::big).empty());
  }
}

TEST_CASE("addresses: a machine with the other byte order, in a capture", "[addresses]") {
  const auto host = captured_machine("debian12-s390x");
  CHECK(told("addresses", collect::collect_addresses(*host),
             {"interface", "family", "prefix_length"}) ==
        std::vector<std::string>{"eth0 | ipv4 | 24", "eth0 | ipv6 | 64", "eth0 | ipv6 | 64"});
}

TEST_CASE("case 53: temporary, tentative and point-to-point addresses",
          "[addresses][shared_data]") {
  CaseMachine machine("53-addresses");
  CHECK(told("addresses", collect::collect_addresses(machine.host()),
             {"interface", "address", "prefix_length", "scope", "dynamic"}) ==
        std::vector<std::string>{
            "eth0 | 10.168.0.5 | 24 | - | -",
            "eth0 | 2001:db8::21b:21ff:fe00:1 | 64 | global | true",
            "eth0 | 2001:db8::4464:0:0:aa | 64 | global | true",
            "eth0 | fd00::1 | 64 | global | false", "eth0 | fe80::1 | 64 | link | false",
            "eth0 | fec0::1 | 64 | site | false", "tun0 | 2001:db8:0:1::2 | 128 | global | false"});
}

TEST_CASE("addresses: the kernel's answer becomes rows, a bad one a status", "[addresses]") {
  MapHost host;
  host.link_dump = test_netlink::link(2, "eth0");
  host.address_dump =
      test_netlink::address({2, 24, 0x80, 0, 2, attribute(2, from_hex("c0000202").value())});
  CHECK(json_rows(collect::collect_addresses(host)) ==
        std::vector<std::string>{
            R"({"address":"192.0.2.2","dynamic":false,"family":"ipv4","interface":"eth0",)"
            R"("prefix_length":24,"scope":"global"})"});
  host.address_dump->pop_back();
  CHECK(collect::collect_addresses(host).providers.at("addresses").status ==
        inventory::Status::kFailed);
  host.address_dump = "";
  CHECK(collect::collect_addresses(host).providers.at("addresses").status ==
        inventory::Status::kOk);
  // Without the interface that it is on, no address would be told, and none would seem to be there.
  host.address_dump =
      test_netlink::address({2, 24, 0x80, 0, 2, attribute(2, from_hex("c0000202").value())});
  host.link_dump = "";
  CHECK(collect::collect_addresses(host).providers.at("addresses").status ==
        inventory::Status::kFailed);
  host.link_dump = "x";
  CHECK(collect::collect_addresses(host).providers.at("addresses").status ==
        inventory::Status::kFailed);
}

TEST_CASE("addresses: this machine's are the same twenty times", "[addresses]") {
  host::LiveHost host;
  const collect::CollectedSection first = collect::collect_addresses(host);
  CHECK(first.providers.at("addresses") == inventory::ProviderStatus{});
  for (int i = 0; i < 20; ++i)
    CHECK(json_rows(collect::collect_addresses(host)) == json_rows(first));
}

}  // namespace muster::agent
