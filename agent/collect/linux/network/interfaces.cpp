// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/network/interfaces.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "agent/collect/linux/network/rtnetlink.h"
#include "agent/collect/linux/read/read_text.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

// <linux/if_arp.h>
constexpr std::int64_t kEthernet = 1, kFirewire = 24, kInfiniband = 32, kPpp = 512, kIpip = 768,
                       kIp6Tunnel = 769, kLoopback = 772, kSit = 776, kGre = 778, kIeee802154 = 804,
                       kIp6Gre = 823, kLowpan = 825, kNone = 65534;
// <linux/netdevice.h>: NET_ADDR_PERM (the device's own) and NET_ADDR_RANDOM
constexpr std::int64_t kAssignedByDevice = 0, kAssignedRandomly = 1;
constexpr std::int64_t kUp = 1;  // IFF_UP
constexpr std::string_view kNetFolder = "/sys/class/net/";

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& choices) {
  return std::find(choices.begin(), choices.end(), text) != choices.end();
}

std::string_view last_part(std::string_view path) {
  while (path.ends_with('/'))
    path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// "DEVTYPE=wlan" of an uevent file.
std::string_view device_type(std::string_view uevent) {
  for (const std::string_view line : lines(uevent)) {
    if (line.starts_with("DEVTYPE=")) return line.substr(8);
  }
  return {};
}

constexpr std::size_t kMacBytes = 6, kGuidBytes = 8;

// Interfaces whose address holds an identifier of 64 bits (EUI-64), and where. InfiniBand: 4 bytes
// of flags and queue pair, then the port's GID, which ends with its GUID (RFC 4391, 9.1.1).
// FireWire: the GUID, since Linux 3.10 followed by what the node can do (RFC 2734). The rest
// changes when the driver is loaded.
struct LongAddress {
  std::int64_t type;
  std::size_t bytes;
  std::size_t guid;
};
constexpr LongAddress kLongAddresses[] = {{kInfiniband, 20, 12},
                                          {kFirewire, 8, 0},
                                          {kFirewire, 16, 0},
                                          {kIeee802154, 8, 0},
                                          {kLowpan, 8, 0}};

// The bytes of "00:1b:21:aa:bb:cc"; nullopt for any other form.
std::optional<std::string> address_bytes(std::string_view text) {
  std::string digits(trim(text));
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if ((digits[i] == ':') != (i % 3 == 2)) return std::nullopt;
  }
  std::erase(digits, ':');
  auto bytes = from_hex(digits);
  return bytes && !bytes->empty() ? bytes : std::nullopt;
}

std::string address_text(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    out += (i > 0 ? ":" : "") + to_hex(bytes.substr(i, 1));
  return out;
}

// Neither all zeros nor, as the first bit sent says, an address of many; that is also all ones.
bool is_of_one_station(std::string_view bytes) {
  return bytes.find_first_not_of('\0') != std::string_view::npos &&
         (static_cast<unsigned char>(bytes.front()) & 1) == 0;
}

// Six bytes that are an address of one station; as text in lower case.
std::optional<std::string> valid_mac(std::string_view text) {
  const auto bytes = address_bytes(text);
  if (!bytes || bytes->size() != kMacBytes || !is_of_one_station(*bytes)) return std::nullopt;
  return address_text(*bytes);
}

// The identifier of 64 bits in a long address; nullopt for other kinds of interface.
std::optional<std::string> guid_of(std::int64_t type, std::string_view text) {
  const auto bytes = address_bytes(text);
  if (!bytes) return std::nullopt;
  for (const LongAddress& form : kLongAddresses) {
    if (form.type != type || form.bytes != bytes->size()) continue;
    const std::string_view guid = std::string_view(*bytes).substr(form.guid, kGuidBytes);
    // A virtual function's GUID may be any that an administrator gave it.
    const bool any = type == kInfiniband && guid.find_first_not_of('\0') != std::string_view::npos;
    if (any || is_of_one_station(guid)) return address_text(guid);
  }
  return std::nullopt;
}

bool is_locally_administered(std::string_view mac) {
  const auto first = from_hex(mac.substr(0, 2));
  return !first || (static_cast<unsigned char>(first->front()) & 2) != 0;
}

// The address that the device itself came with, whoever gave it.
std::optional<std::string> own_mac(const InterfaceFacts& facts) {
  if (!facts.has_device || facts.type.value_or(kEthernet) != kEthernet) return std::nullopt;
  if (facts.address_assign_type == kAssignedRandomly) return std::nullopt;
  if (auto mac = valid_mac(facts.permanent_address)) return mac;
  if (facts.address_assign_type == kAssignedByDevice) return valid_mac(facts.address);
  return std::nullopt;
}

// The like of interfaces with long addresses. Those of partitions (ib0.8001) have their port's.
// Radios without an address of their own draw one, which is then locally administered.
std::optional<std::string> own_guid(const InterfaceFacts& facts) {
  if (!facts.has_device || facts.is_child || !facts.type) return std::nullopt;
  if (facts.address_assign_type == kAssignedRandomly) return std::nullopt;
  auto guid = guid_of(*facts.type, facts.permanent_address);
  if (!guid && facts.address_assign_type == kAssignedByDevice)
    guid = guid_of(*facts.type, facts.address);
  const bool drawn = guid && *facts.type == kIeee802154 && is_locally_administered(*guid);
  return drawn ? std::nullopt : guid;
}

bool is_on_usb(std::string_view link) {
  return !sysfs_folder_of(link, PathPart::kUsbDevice).empty();
}

std::optional<std::string> current_mac(const InterfaceFacts& facts, std::string_view kind) {
  // Random: by the kernel at each start, by a Wi-Fi client for each scan or network.
  if (facts.address_assign_type == kAssignedRandomly && !facts.has_device) return std::nullopt;
  if (kind == "wifi" && facts.address_assign_type != kAssignedByDevice) return std::nullopt;
  if (guid_of(facts.type.value_or(kEthernet), facts.address))
    return lower_ascii(trim(facts.address));
  return valid_mac(facts.address);  // tunnels have an IP address there
}

std::optional<std::int64_t> read_number(host::Host& host, const std::string& path) {
  return parse_integer(read_text(host, path));
}

std::optional<std::int64_t> read_hexadecimal(host::Host& host, const std::string& path) {
  const std::string text = read_text(host, path);
  return text.starts_with("0x") ? parse_integer(std::string_view(text).substr(2), 16)
                                : std::nullopt;
}

std::string read_link_end(host::Host& host, const std::string& path) {
  const auto target = host.read_link(path);
  return target ? std::string(last_part(*target)) : std::string();
}

void read_device(host::Host& host, const std::string& folder, InterfaceFacts& facts) {
  facts.has_device = host.status(folder + "/device").ok();
  if (!facts.has_device) return;
  facts.place = read_place_facts(host, facts.link);
  facts.driver = read_link_end(host, folder + "/device/driver");
  facts.removable = read_text(host, folder + "/device/removable") == "removable";
  // Other buses (virtio, USB) have files of the same name with numbers of their own.
  if (read_link_end(host, folder + "/device/subsystem") != "pci") return;
  const std::string vendor = read_text(host, folder + "/device/vendor");
  const std::string device = read_text(host, folder + "/device/device");
  if (vendor.starts_with("0x") && device.starts_with("0x"))
    facts.pci_id = lower_ascii(vendor.substr(2) + ":" + device.substr(2));
}

InterfaceFacts read_facts(host::Host& host, const std::string& name, const NetlinkLink* link) {
  const std::string folder = std::string(kNetFolder) + name;
  InterfaceFacts facts;
  facts.name = name;
  if (auto target = host.read_link(folder)) facts.link = std::move(*target);
  facts.type = read_number(host, folder + "/type");
  facts.flags = read_hexadecimal(host, folder + "/flags");
  facts.mtu_bytes = read_number(host, folder + "/mtu");
  facts.address = read_text(host, folder + "/address");
  facts.address_assign_type = read_number(host, folder + "/addr_assign_type");
  facts.uevent = read_text(host, folder + "/uevent");
  facts.master = read_link_end(host, folder + "/master");
  read_device(host, folder, facts);
  if (facts.has_device) {
    facts.has_wireless =
        host.status(folder + "/phy80211").ok() || host.status(folder + "/wireless").ok();
    // Without a link reading the speed is an error.
    facts.carrier = read_number(host, folder + "/carrier");
    if (facts.carrier == 1) facts.speed_mbps = read_number(host, folder + "/speed");
  } else {
    facts.has_tun_flags = host.status(folder + "/tun_flags").ok();
  }
  if (facts.type == kInfiniband) facts.is_child = host.status(folder + "/parent").ok();
  if (link) {
    facts.link_kind = link->kind;
    facts.permanent_address = link->permanent_address;
  }
  if (facts.permanent_address.empty())
    facts.permanent_address = read_text(host, folder + "/bonding_slave/perm_hwaddr");
  return facts;
}

void number_twins(std::vector<inventory::Interface>& rows) {
  std::sort(
      rows.begin(), rows.end(), [](const inventory::Interface& a, const inventory::Interface& b) {
        return std::tie(a.identifier, a.path, a.name) < std::tie(b.identifier, b.path, b.name);
      });
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].identifier == rows[i - 1].identifier) rows[i].instance = rows[i - 1].instance + 1;
  }
}

}  // namespace

bool is_noise_interface(std::string_view name, std::string_view kind, bool up) {
  if (kind == "veth") return !name.starts_with("eth") && name != "host0";
  if (kind == "ifb") return true;
  if (kind == "dummy") return !up || name == "kube-ipvs0" || name == "nodelocaldns";
  return kind.empty() && name.starts_with("veth");
}

std::string_view interface_kind(const InterfaceFacts& facts) {
  static constexpr std::array<std::string_view, 21> kTunnels = {
      "tun",    "tap",    "wireguard", "gre",     "gretap", "ipip",    "sit",
      "ip6tnl", "ip6gre", "vti",       "vti6",    "vxlan",  "geneve",  "xfrm",
      "ppp",    "erspan", "ip6gretap", "l2tpeth", "amt",    "bareudp", "ip6erspan"};
  static constexpr std::array<std::string_view, 9> kVirtual = {
      "veth", "dummy", "ifb", "macvlan", "macvtap", "ipvlan", "ipvtap", "vrf", "nlmon"};
  static constexpr std::array<std::int64_t, 7> kTunnelTypes = {kPpp, kIpip,   kIp6Tunnel, kSit,
                                                               kGre, kIp6Gre, kNone};
  if (facts.type == kLoopback) return "loopback";
  const std::string_view device = device_type(facts.uevent);
  for (const std::string_view kind : {std::string_view(facts.link_kind), device}) {
    if (kind == "bridge" || kind == "openvswitch") return "bridge";
    if (kind == "bond" || kind == "team") return "bond";
    if (kind == "vlan") return "vlan";
    if (kind == "wwan") return "wwan";
    if (is_one_of(kind, kTunnels)) return "tunnel";
    if (is_one_of(kind, kVirtual)) return "virtual";
  }
  if (facts.type == kInfiniband) return "infiniband";
  if (device == "wlan" || facts.has_wireless) return "wifi";
  if (facts.has_tun_flags) return "tunnel";
  if (facts.type == kEthernet) return facts.has_device ? "ethernet" : "virtual";
  if (facts.type &&
      std::find(kTunnelTypes.begin(), kTunnelTypes.end(), *facts.type) != kTunnelTypes.end())
    return "tunnel";
  return "other";
}

std::optional<std::string> permanent_mac(const InterfaceFacts& facts) {
  if (facts.removable || is_on_usb(facts.link)) return std::nullopt;
  auto mac = own_mac(facts);
  if (mac && is_locally_administered(*mac)) return std::nullopt;
  return mac;
}

inventory::Interface make_interface(const InterfaceFacts& facts) {
  constexpr std::int64_t kMostMbps = 10'000'000;  // (unsigned)-1 means unknown
  inventory::Interface row;
  const std::string_view kind = interface_kind(facts);
  const auto own = own_mac(facts);
  const auto guid = own_guid(facts);
  row.identifier = own ? "mac:" + *own : guid ? "guid:" + *guid : "name:" + facts.name;
  row.name = facts.name;
  row.kind = std::string(kind);
  row.mac_address = current_mac(facts, kind);
  row.permanent_mac_address = permanent_mac(facts);
  row.physical = facts.has_device;
  if (facts.flags) row.enabled = (*facts.flags & kUp) != 0;
  row.mtu_bytes = facts.mtu_bytes;
  if (facts.has_device && facts.carrier == 1 && facts.speed_mbps.value_or(0) > 0 &&
      *facts.speed_mbps < kMostMbps)
    row.max_speed_mbps = facts.speed_mbps;
  row.driver = text_or_nothing(facts.driver);
  row.pci_id = text_or_nothing(facts.pci_id);
  if (facts.has_device) row.path = text_or_nothing(parse_device_path(facts.link, facts.place).path);
  row.master = text_or_nothing(facts.master);
  return row;
}

CollectedSection collect_interfaces(host::Host& host) {
  const auto names = host.list(kNetFolder.substr(0, kNetFolder.size() - 1));
  if (!names) return not_collected<inventory::Interface>(status_of(names.failure()));
  // A copied tree has no kernel to ask; any other failure would make rows differ from those before.
  auto dump = host.netlink(host::NetlinkDump::kLinks);
  if (!dump && dump.failure().kind != FailureKind::kNotFound)
    return not_collected<inventory::Interface>(status_of(dump.failure()));
  const auto links = parse_link_dump(dump ? std::string_view(*dump) : std::string_view());
  if (!links) return not_collected<inventory::Interface>(status_of(links.failure()));
  // Even a network namespace of its own has a loopback interface from the start.
  if (dump && links->empty())
    return not_collected<inventory::Interface>(
        {inventory::Status::kFailed,
         "The kernel's answer over rtnetlink has no interface at all."});
  std::map<std::string_view, const NetlinkLink*> by_name;
  for (const NetlinkLink& link : *links)
    by_name[link.name] = &link;

  std::vector<inventory::Interface> rows;
  for (const std::string& name : *names) {
    const auto found = by_name.find(name);
    const NetlinkLink* const link = found == by_name.end() ? nullptr : found->second;
    if (is_noise_interface(name, link ? std::string_view(link->kind) : "", link && link->up))
      continue;
    const InterfaceFacts facts = read_facts(host, name, link);
    // bonding_masters is a file among the interfaces, and an interface may be gone by now.
    if (facts.type) rows.push_back(make_interface(facts));
  }
  if (rows.empty())
    return not_collected<inventory::Interface>(
        {inventory::Status::kFailed,
         "/sys/class/net has no interface, not even the loopback interface that every Linux has: "
         "it was not copied, or is not the kernel's."});
  number_twins(rows);
  return collected(rows);
}

}  // namespace muster::agent::collect
