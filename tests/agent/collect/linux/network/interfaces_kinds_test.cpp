// SPDX-License-Identifier: Apache-2.0
// Interfaces that are not Ethernet: what their addresses are, and what identifies them.
#include <catch2/catch.hpp>

#include "agent/collect/linux/network/interfaces.h"
#include "tests/agent/collect/linux/network/interface_machines.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
TEST_CASE("interfaces: an address longer than six bytes is told as it is", "[interfaces]") {
  struct Case {
    std::string what;
    std::int64_t type;
    std::string address;
    void (*change)(collect::InterfaceFacts&);
    std::optional<std::string> mac;
    std::string identifier;
  };
  const std::string ib = "80:00:02:08:fe:80:00:00:00:00:00:00:50:6b:4b:03:00:12:34:56";
  const std::string guid = "guid:50:6b:4b:03:00:12:34:56";
  const auto same = [](collect::InterfaceFacts&) {};
  const std::vector<Case> cases = {
      {"InfiniBand", 32, ib, same, ib, guid},
      {"upper case", 32, "80:00:02:08:FE:80:00:00:00:00:00:00:50:6B:4B:03:00:12:34:56\n", same, ib,
       guid},
      {"another queue pair after a restart", 32,
       "80:00:11:29:fe:80:00:00:00:00:00:00:50:6b:4b:03:00:12:34:56", same,
       "80:00:11:29:fe:80:00:00:00:00:00:00:50:6b:4b:03:00:12:34:56", guid},
      {"a GUID that somebody made up", 32,
       "00:00:02:08:fe:80:00:00:00:00:00:00:11:22:33:44:77:66:77:90", same,
       "00:00:02:08:fe:80:00:00:00:00:00:00:11:22:33:44:77:66:77:90",
       "guid:11:22:33:44:77:66:77:90"},
      {"set by software, device asked", 32,
       "80:00:02:08:fe:80:00:00:00:00:00:00:00:00:00:00:00:00:00:01",
       [](collect::InterfaceFacts& f) {
         f.address_assign_type = 3;
         f.permanent_address = "80:00:02:08:fe:80:00:00:00:00:00:00:50:6b:4b:03:00:12:34:56";
       },
       "80:00:02:08:fe:80:00:00:00:00:00:00:00:00:00:00:00:00:00:01", guid},
      {"a partition has the GUID of its port", 32, ib,
       [](collect::InterfaceFacts& f) { f.is_child = true; }, ib, "name:eth0"},
      {"a bond", 32, ib,
       [](collect::InterfaceFacts& f) {
         f.has_device = false;
         f.link_kind = "bond";
       },
       ib, "name:eth0"},
      {"no GUID", 32, "80:00:02:08:fe:80:00:00:00:00:00:00:00:00:00:00:00:00:00:00", same,
       std::nullopt, "name:eth0"},
      {"cut", 32, "80:00:02:08:fe:80:00:00", same, std::nullopt, "name:eth0"},
      {"FireWire", 24, "00:11:06:66:45:00:63:5a", same, "00:11:06:66:45:00:63:5a",
       "guid:00:11:06:66:45:00:63:5a"},
      {"FireWire since 3.10", 24, "00:11:06:66:45:00:63:5a:0a:02:ff:ff:e0:00:00:00", same,
       "00:11:06:66:45:00:63:5a:0a:02:ff:ff:e0:00:00:00", "guid:00:11:06:66:45:00:63:5a"},
      {"a radio of 802.15.4", 804, "00:12:4b:00:14:b5:da:49", same, "00:12:4b:00:14:b5:da:49",
       "guid:00:12:4b:00:14:b5:da:49"},
      {"one that draws its address", 804, "9e:12:4b:00:14:b5:da:49", same,
       "9e:12:4b:00:14:b5:da:49", "name:eth0"},
      {"an IP address of a tunnel", 776, "c0:00:02:01", same, std::nullopt, "name:eth0"},
      {"one of IPv6", 769, "20:01:0d:b8:00:00:00:00:00:00:00:00:00:00:00:01", same, std::nullopt,
       "name:eth0"},
      {"eight bytes on Ethernet", 1, "00:11:06:66:45:00:63:5a", same, std::nullopt, "name:eth0"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.what);
    collect::InterfaceFacts facts = built_in(test.address);
    facts.type = test.type;
    test.change(facts);
    const inventory::Interface row = collect::make_interface(facts);
    CHECK(row.mac_address == test.mac);
    CHECK(row.identifier == test.identifier);
    CHECK_FALSE(row.permanent_mac_address);
    CHECK((test.what != "a bond" || row.kind == "bond"));
  }
}

TEST_CASE("interfaces: a partition of InfiniBand is told by its link to the port", "[interfaces]") {
  MapHost host;
  for (const char* const name : {"ib0", "ib0.8001"}) {
    add_interface(host, name, std::string("pci0000:00/0000:41:00.0/net/") + name,
                  {{"type", "32\n"},
                   {"addr_assign_type", "0\n"},
                   {"address", "80:00:02:08:fe:80:00:00:00:00:00:00:50:6b:4b:03:00:12:34:56\n"}});
    host.directories.insert(std::string("/sys/devices/pci0000:00/0000:41:00.0/net/") + name +
                            "/device");
  }
  host.files["/sys/devices/pci0000:00/0000:41:00.0/net/ib0.8001/parent"] = "ib0\n";
  CHECK(told("interfaces", collect::collect_interfaces(host),
             {"name", "kind", "identifier", "instance"}) ==
        std::vector<std::string>{"ib0 | infiniband | guid:50:6b:4b:03:00:12:34:56 | 1",
                                 "ib0.8001 | infiniband | name:ib0.8001 | 1"});
}

TEST_CASE("case 50: InfiniBand's 20 bytes", "[interfaces][shared_data]") {
  CaseMachine machine("50-infiniband");
  CHECK(
      told("interfaces", collect::collect_interfaces(machine.host()),
           {"name", "kind", "identifier", "mac_address", "permanent_mac_address"}) ==
      std::vector<std::string>{"ib0 | infiniband | guid:50:6b:4b:03:00:12:34:56 | "
                               "00:00:10:29:fe:80:00:00:00:00:00:00:50:6b:4b:03:00:12:34:56 | -",
                               "ibp65s0 | infiniband | guid:50:6b:4b:03:00:12:34:57 | "
                               "00:00:11:29:fe:80:00:00:00:00:00:00:50:6b:4b:03:00:12:34:57 | -"});
}

TEST_CASE("case 51: a mixture of interfaces", "[interfaces][shared_data]") {
  CaseMachine machine("51-mixture");
  CHECK(told("interfaces", collect::collect_interfaces(machine.host()),
             {"name", "kind", "identifier", "mac_address", "permanent_mac_address", "master"}) ==
        std::vector<std::string>{
            "bond0 | bond | name:bond0 | 00:1b:21:00:00:01 | - | -",
            "bond0.100 | vlan | name:bond0.100 | 00:1b:21:00:00:01 | - | -",
            "br0 | bridge | name:br0 | 00:1b:21:00:00:01 | - | -",
            "can0 | other | name:can0 | - | - | -",
            "eno1 | ethernet | mac:00:1b:21:00:00:01 | 00:1b:21:00:00:01 | 00:1b:21:00:00:01 | "
            "bond0",
            "eno2 | ethernet | mac:00:1b:21:00:00:02 | 00:1b:21:00:00:01 | 00:1b:21:00:00:02 | "
            "bond0",
            "lo | loopback | name:lo | - | - | -", "ppp0 | tunnel | name:ppp0 | - | - | -",
            "tun0 | tunnel | name:tun0 | - | - | -", "wg0 | tunnel | name:wg0 | - | - | -",
            "wlp2s0 | wifi | name:wlp2s0 | - | - | -", "wwan0 | wwan | name:wwan0 | - | - | -"});
}

}  // namespace muster::agent
