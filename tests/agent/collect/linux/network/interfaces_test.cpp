// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/network/interfaces.h"

#include <catch2/catch.hpp>

#include "agent/host/live_host.h"
#include "common/inventory/canonical.h"
#include "common/support/text.h"
#include "tests/agent/collect/linux/network/interface_machines.h"
#include "tests/support/agent/captured_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/netlink_dump.h"

namespace muster::agent {
namespace {

std::vector<std::string> interface_rows(const collect::CollectedSection& collected) {
  std::vector<std::string> out;
  for (const inventory::Row& row : collected.rows)
    out.push_back(inventory::canonical_json(*inventory::find_section("interfaces"), row));
  return out;
}

}  // namespace

TEST_CASE("interfaces: what containers and modules make is left out", "[interfaces]") {
  struct Case {
    std::string name, kind;
    bool up, noise;
  };
  const std::vector<Case> cases = {
      {"eth0", "", true, false},           {"lo", "", true, false},
      {"docker0", "bridge", true, false},  {"bond0", "bond", false, false},
      {"eth0.5", "vlan", true, false},     {"tun0", "tun", true, false},
      {"veth1a2b", "veth", true, true},    {"cali12ab", "veth", true, true},
      {"veth1a2b", "", false, true},       {"eth0", "veth", true, false},
      {"host0", "veth", true, false},      {"ifb0", "ifb", true, true},
      {"dummy0", "dummy", false, true},    {"anycast0", "dummy", true, false},
      {"kube-ipvs0", "dummy", true, true}, {"wg0", "wireguard", true, false},
  };
  for (const Case& test : cases) {
    CAPTURE(test.name, test.kind, test.up);
    CHECK(collect::is_noise_interface(test.name, test.kind, test.up) == test.noise);
  }
}

TEST_CASE("interfaces: the permanent address is only that of a built-in device", "[interfaces]") {
  struct Case {
    std::string what;
    void (*change)(collect::InterfaceFacts&);
    std::optional<std::string> mac;
  };
  const std::string own = "00:1b:21:aa:bb:cc";
  const std::vector<Case> cases = {
      {"built in", [](collect::InterfaceFacts&) {}, own},
      {"upper case", [](collect::InterfaceFacts& f) { f.address = "00:1B:21:AA:BB:CC\n"; }, own},
      {"set by software, device asked",
       [](collect::InterfaceFacts& f) {
         f.address_assign_type = 3;
         f.address = "00:aa:aa:aa:aa:aa";
         f.permanent_address = "00:1b:21:aa:bb:cc";
       },
       own},
      {"set by software", [](collect::InterfaceFacts& f) { f.address_assign_type = 3; },
       std::nullopt},
      {"not known who set it", [](collect::InterfaceFacts& f) { f.address_assign_type.reset(); },
       std::nullopt},
      {"random",
       [](collect::InterfaceFacts& f) {
         f.address_assign_type = 1;
         f.permanent_address = "00:1b:21:aa:bb:cc";
       },
       std::nullopt},
      {"no device", [](collect::InterfaceFacts& f) { f.has_device = false; }, std::nullopt},
      {"USB dock",
       [](collect::InterfaceFacts& f) {
         f.link = "../../devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0/net/eth0";
       },
       std::nullopt},
      {"Thunderbolt dock", [](collect::InterfaceFacts& f) { f.removable = true; }, std::nullopt},
      {"locally administered", [](collect::InterfaceFacts& f) { f.address = "52:54:00:12:34:56"; },
       std::nullopt},
      {"multicast", [](collect::InterfaceFacts& f) { f.address = "01:00:5e:00:00:01"; },
       std::nullopt},
      {"zero", [](collect::InterfaceFacts& f) { f.address = "00:00:00:00:00:00"; }, std::nullopt},
      {"all ones", [](collect::InterfaceFacts& f) { f.address = "ff:ff:ff:ff:ff:ff"; },
       std::nullopt},
      {"cut", [](collect::InterfaceFacts& f) { f.address = "00:1b:21"; }, std::nullopt},
      {"without colons", [](collect::InterfaceFacts& f) { f.address = "001b21aabbcc"; },
       std::nullopt},
      {"InfiniBand", [](collect::InterfaceFacts& f) { f.type = 32; }, std::nullopt},
  };
  for (const Case& test : cases) {
    CAPTURE(test.what);
    collect::InterfaceFacts facts = built_in();
    test.change(facts);
    CHECK(collect::permanent_mac(facts) == test.mac);
  }
}

TEST_CASE("interfaces: the kind follows from the kernel's words", "[interfaces]") {
  struct Case {
    std::string link_kind, uevent;
    std::int64_t type;
    bool device, wireless, tun;
    std::string kind;
  };
  const std::vector<Case> cases = {
      {"", "", 1, true, false, false, "ethernet"},
      {"", "INTERFACE=x\nDEVTYPE=wlan\n", 1, true, false, false, "wifi"},
      {"", "", 1, true, true, false, "wifi"},
      {"", "DEVTYPE=wwan\n", 65534, true, false, false, "wwan"},
      {"", "", 772, false, false, false, "loopback"},
      {"", "", 32, true, false, false, "infiniband"},
      {"bridge", "", 1, false, false, false, "bridge"},
      {"", "DEVTYPE=bridge\n", 1, false, false, false, "bridge"},
      {"bond", "", 1, false, false, false, "bond"},
      {"team", "", 1, false, false, false, "bond"},
      {"vlan", "DEVTYPE=vlan\n", 1, false, false, false, "vlan"},
      {"wireguard", "", 65534, false, false, false, "tunnel"},
      {"vxlan", "", 1, false, false, false, "tunnel"},
      {"", "", 1, false, false, true, "tunnel"},
      {"", "", 776, false, false, false, "tunnel"},
      {"", "", 65534, false, false, false, "tunnel"},
      {"macvlan", "", 1, false, false, false, "virtual"},
      {"", "", 1, false, false, false, "virtual"},
      {"can", "", 280, true, false, false, "other"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.link_kind, test.uevent, test.type);
    collect::InterfaceFacts facts;
    facts.link_kind = test.link_kind;
    facts.uevent = test.uevent;
    facts.type = test.type;
    facts.has_device = test.device;
    facts.has_wireless = test.wireless;
    facts.has_tun_flags = test.tun;
    CHECK(collect::interface_kind(facts) == test.kind);
  }
}

TEST_CASE("interfaces: values that flap or mean nothing are left out", "[interfaces]") {
  collect::InterfaceFacts facts = built_in();
  facts.speed_mbps = 1000;
  CHECK_FALSE(collect::make_interface(facts).max_speed_mbps);  // no link
  facts.carrier = 1;
  CHECK(collect::make_interface(facts).max_speed_mbps == 1000);
  for (const std::int64_t speed : {-1LL, 0LL, 4294967295LL}) {
    facts.speed_mbps = speed;
    CHECK_FALSE(collect::make_interface(facts).max_speed_mbps);
  }
  // A Wi-Fi client with an address of its own for each network.
  facts.has_wireless = true;
  facts.address_assign_type = 3;
  facts.address = "da:a1:19:01:02:03";
  facts.permanent_address = "00:1b:21:aa:bb:cc";
  CHECK_FALSE(collect::make_interface(facts).mac_address);
  CHECK(collect::make_interface(facts).permanent_mac_address == "00:1b:21:aa:bb:cc");
  CHECK(collect::make_interface(facts).identifier == "mac:00:1b:21:aa:bb:cc");
  collect::InterfaceFacts bridge;
  bridge.name = "br0";
  bridge.type = 1;
  bridge.address = "3a:00:00:00:00:01";
  bridge.address_assign_type = 1;
  CHECK_FALSE(collect::make_interface(bridge).mac_address);
  bridge.address_assign_type = 3;
  CHECK(collect::make_interface(bridge).mac_address == "3a:00:00:00:00:01");
  CHECK(collect::make_interface(bridge).identifier == "name:br0");
  // A virtual machine's address is not proof of identity, but does tell its interfaces apart.
  CHECK(collect::make_interface(built_in("52:54:00:12:34:56")).identifier ==
        "mac:52:54:00:12:34:56");
  CHECK_FALSE(collect::make_interface(built_in("52:54:00:12:34:56")).permanent_mac_address);
}

TEST_CASE("interfaces: a server with a bond, a bridge and containers", "[interfaces]") {
  MapHost host;
  for (const char* const name : {"eth0", "eth1"}) {
    const std::string folder = std::string("pci0000:00/0000:02:00.") + name[3] + "/net/" + name;
    const std::string device = std::string("/sys/devices/pci0000:00/0000:02:00.") + name[3];
    add_interface(host, name, folder,
                  {{"type", "1\n"},
                   {"flags", "0x1843\n"},
                   {"mtu", "9000\n"},
                   {"address", "00:1b:21:00:00:10\n"},
                   {"addr_assign_type", "3\n"},
                   {"carrier", "1\n"},
                   {"speed", "25000\n"}});
    host.links["/sys/devices/" + folder + "/device"] =
        "../../../0000:02:00." + std::string(1, name[3]);
    host.links["/sys/devices/" + folder + "/master"] = "../../../../virtual/net/bond0";
    host.links[device + "/driver"] = "../../../bus/pci/drivers/ice";
    host.links[device + "/subsystem"] = "../../../bus/pci";
    host.files[device + "/vendor"] = "0x8086\n";
    host.files[device + "/device"] = "0x159B\n";
  }
  add_interface(host, "bond0", "virtual/net/bond0",
                {{"type", "1\n"},
                 {"flags", "0x1443\n"},
                 {"mtu", "9000\n"},
                 {"speed", "50000\n"},
                 {"address", "00:1b:21:00:00:10\n"},
                 {"addr_assign_type", "3\n"}});
  add_interface(host, "veth01", "virtual/net/veth01", {{"type", "1\n"}});
  add_interface(host, "lo", "virtual/net/lo",
                {{"type", "772\n"},
                 {"flags", "0x9\n"},
                 {"mtu", "65536\n"},
                 {"address", "00:00:00:00:00:00\n"},
                 {"addr_assign_type", "0\n"}});
  host.files["/sys/class/net/bonding_masters"] = "bond0\n";
  host.link_dump = test_netlink::link(1, "lo") +
                   test_netlink::link(2, "eth0", "", from_hex("001b21000010").value()) +
                   test_netlink::link(3, "eth1", "", from_hex("001b21000011").value()) +
                   test_netlink::link(4, "bond0", "bond") + test_netlink::link(5, "veth01", "veth");
  const std::vector<std::string> expected = {
      R"({"driver":"ice","enabled":true,"identifier":"mac:00:1b:21:00:00:10","instance":1,)"
      R"("kind":"ethernet","mac_address":"00:1b:21:00:00:10","master":"bond0",)"
      R"("max_speed_mbps":25000,"mtu_bytes":9000,"name":"eth0","path":"pci-0000:02:00.0",)"
      R"("pci_id":"8086:159b","permanent_mac_address":"00:1b:21:00:00:10","physical":true})",
      R"({"driver":"ice","enabled":true,"identifier":"mac:00:1b:21:00:00:11","instance":1,)"
      R"("kind":"ethernet","mac_address":"00:1b:21:00:00:10","master":"bond0",)"
      R"("max_speed_mbps":25000,"mtu_bytes":9000,"name":"eth1","path":"pci-0000:02:00.1",)"
      R"("pci_id":"8086:159b","permanent_mac_address":"00:1b:21:00:00:11","physical":true})",
      R"({"enabled":true,"identifier":"name:bond0","instance":1,"kind":"bond",)"
      R"("mac_address":"00:1b:21:00:00:10","mtu_bytes":9000,"name":"bond0","physical":false})",
      R"({"enabled":true,"identifier":"name:lo","instance":1,"kind":"loopback",)"
      R"("mtu_bytes":65536,"name":"lo","physical":false})"};
  CHECK(interface_rows(collect::collect_interfaces(host)) == expected);
  // A copied tree: without the kernel's answer the bond's driver still knows.
  host.link_dump.reset();
  host.files["/sys/devices/pci0000:00/0000:02:00.1/net/eth1/bonding_slave/perm_hwaddr"] =
      "00:1b:21:00:00:11\n";
  CHECK(interface_rows(collect::collect_interfaces(host))[0].find("mac:00:1b:21:00:00:11") !=
        std::string::npos);
}

TEST_CASE("interfaces: two with one address are told apart by number", "[interfaces]") {
  MapHost host;  // a virtual function behind a synthetic interface has its address
  for (const char* const name : {"eth0", "enP1s1"}) {
    const std::string folder = std::string("vmbus/") + name + "/net/" + name;
    add_interface(host, name, folder,
                  {{"type", "1"}, {"address", "00:0d:3a:01:02:03"}, {"addr_assign_type", "0"}});
    host.directories.insert("/sys/devices/" + folder + "/device");
  }
  const std::vector<std::string> rows = interface_rows(collect::collect_interfaces(host));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].find("\"instance\":1,\"kind\":\"ethernet\"") != std::string::npos);
  CHECK(rows[1].find("\"instance\":2,\"kind\":\"ethernet\"") != std::string::npos);
}

TEST_CASE("interfaces: what cannot be read is said", "[interfaces]") {
  MapHost host;
  CHECK(collect::collect_interfaces(host).providers.at("interfaces").status ==
        inventory::Status::kNotApplicable);
  // The loopback interface is there from the start in each network namespace.
  host.directories.insert("/sys/class/net");
  CHECK(collect::collect_interfaces(host).providers.at("interfaces").status ==
        inventory::Status::kFailed);
  add_interface(host, "vethab", "virtual/net/vethab", {{"type", "1\n"}});
  CHECK(collect::collect_interfaces(host).providers.at("interfaces").status ==
        inventory::Status::kFailed);
  add_interface(host, "lo", "virtual/net/lo", {{"type", "772\n"}});
  CHECK(collect::collect_interfaces(host).providers.at("interfaces").status ==
        inventory::Status::kOk);
  host.link_dump = "";
  CHECK(collect::collect_interfaces(host).providers.at("interfaces").status ==
        inventory::Status::kFailed);
  host.link_dump = "not netlink";
  CHECK(collect::collect_interfaces(host).providers.at("interfaces").status ==
        inventory::Status::kFailed);
}

TEST_CASE("interfaces: our own server with a bond, a VLAN and a bridge", "[interfaces]") {
  const auto host = captured_machine("debian12-two-sockets");
  const collect::CollectedSection found = collect::collect_interfaces(*host);
  CHECK(found.providers.at("interfaces") == inventory::ProviderStatus{});
  std::string all;
  for (const std::string& row : interface_rows(found))
    all += row + "\n";
  for (const char* const part :
       {R"("kind":"bond")", R"("kind":"vlan")", R"("kind":"bridge")", R"("master":"bond0")",
        R"("master":"br-guests")", R"("max_speed_mbps":1000,"mtu_bytes":9000,"name":"enp0s4")",
        R"("path":"pci-0000:00:05.0","pci_id":"8086:10d3")"}) {
    CAPTURE(all, part);
    CHECK(all.find(part) != std::string::npos);
  }
}

TEST_CASE("interfaces: an address of software's choice, and a multicast one, are no evidence",
          "[interfaces]") {
  MapHost host;
  host.files["/sys/class/net/eth0/address"] = "01:01:01:01:01:01\n";
  host.files["/sys/class/net/eth0/addr_assign_type"] = "3\n";
  host.files["/sys/class/net/eth0/type"] = "1\n";
  const std::vector<std::string> rows = interface_rows(collect::collect_interfaces(host));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].find("\"name\":\"eth0\"") != std::string::npos);
  CHECK(rows[0].find("mac") == std::string::npos);
}

TEST_CASE("interfaces: the archive of a large machine", "[interfaces][shared_data]") {
  MapHost archive;
  load_ttar(archive, read_test_file(shared_data("procfs/fixtures.ttar")));
  const std::vector<std::string> rows = interface_rows(collect::collect_interfaces(archive));
  REQUIRE_FALSE(rows.empty());
  CHECK(rows[0].find("\"name\":\"eth0\"") != std::string::npos);
  // Its address was set by software and is a multicast one: no evidence of anything.
  CHECK(rows[0].find("mac") == std::string::npos);
}

TEST_CASE("interfaces: this machine is the same twenty times", "[interfaces]") {
  host::LiveHost host;
  const collect::CollectedSection first = collect::collect_interfaces(host);
  CHECK(first.providers.at("interfaces") == inventory::ProviderStatus{});
  for (int i = 0; i < 20; ++i)
    CHECK(interface_rows(collect::collect_interfaces(host)) == interface_rows(first));
}

}  // namespace muster::agent
