// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/network/addresses.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "agent/collect/linux/network/interfaces.h"
#include "agent/host/line_words.h"
#include "agent/host/machine_architecture.h"
#include "agent/host/proc_route.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

constexpr std::string_view kIfInet6 = "/proc/net/if_inet6", kFibTrie = "/proc/net/fib_trie",
                           kRoute = "/proc/net/route";

bool is_loopback(std::string_view bytes) {
  if (bytes.size() == 4) return static_cast<unsigned char>(bytes[0]) == 127;
  return bytes.size() == 16 && bytes.back() == 1 &&
         bytes.find_first_not_of('\0') == bytes.size() - 1;
}

// RT_SCOPE_* of <linux/rtnetlink.h>; an administrator may use other numbers, which have no name.
std::optional<std::string> scope_name(unsigned scope) {
  switch (scope) {
    case 0:
      return "global";
    case 200:
      return "site";
    case 253:
      return "link";
    case 254:
      return "host";
    default:
      return std::nullopt;
  }
}

bool is_wanted(std::string_view bytes, std::uint32_t flags) {
  if (is_loopback(bytes) || (flags & NetlinkAddress::kTentative) != 0) return false;
  return bytes.size() == 4 || (flags & NetlinkAddress::kTemporary) == 0;
}

void put_in_order(std::vector<inventory::Address>& rows) {
  const auto key = [](const inventory::Address& row) {
    return std::tie(row.interface, row.family, row.address, row.prefix_length);
  };
  std::sort(rows.begin(), rows.end(),
            [&](const auto& a, const auto& b) { return key(a) < key(b); });
  rows.erase(std::unique(rows.begin(), rows.end(),
                         [&](const auto& a, const auto& b) { return key(a) == key(b); }),
             rows.end());
}

CollectedSection from_proc(host::Host& host) {
  const auto inet6 = host.read(kIfInet6);
  const auto trie = host.read(kFibTrie, 16 * host::Host::kReadBytes);
  const auto route = host.read(kRoute, 16 * host::Host::kReadBytes);
  if (!inet6 && !(trie && route))
    return not_collected<inventory::Address>(
        {inventory::Status::kFailed,
         "There is no kernel to ask over rtnetlink here, and /proc/net/if_inet6, fib_trie and "
         "route were not copied."});
  std::vector<inventory::Address> rows;
  if (inet6) rows = parse_if_inet6(*inet6);
  if (trie && route) {
    const auto machine = host.uname();
    const auto order = machine ? host::byte_order_of(machine->architecture) : std::nullopt;
    for (inventory::Address& row :
         parse_fib_trie(*trie, *route, order.value_or(std::endian::native)))
      rows.push_back(std::move(row));
  }
  put_in_order(rows);
  return collected(rows, {inventory::Status::kPartial,
                          "Read from /proc/net, which does not tell the interface of every "
                          "address, because there is no kernel to ask over rtnetlink here."});
}

}  // namespace

std::string ip_text(std::string_view bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return {};
  char text[INET6_ADDRSTRLEN] = {};
  // glibc and musl write IPv6 as RFC 5952 demands.
  if (!inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text))
    return {};
  return text;
}

std::vector<inventory::Address> make_addresses(const std::vector<NetlinkAddress>& addresses,
                                               const std::vector<NetlinkLink>& links) {
  std::map<std::int64_t, const NetlinkLink*> by_index;
  for (const NetlinkLink& link : links)
    by_index[link.index] = &link;
  std::vector<inventory::Address> rows;
  for (const NetlinkAddress& address : addresses) {
    if (!is_wanted(address.address, address.flags)) continue;
    const auto found = by_index.find(address.link_index);
    inventory::Address row;
    row.interface = found != by_index.end() ? found->second->name
                                            : address.label.substr(0, address.label.find(':'));
    if (row.interface.empty()) continue;  // the interface came or went between the two dumps
    if (found != by_index.end() &&
        is_noise_interface(row.interface, found->second->kind, found->second->up))
      continue;
    row.family = address.address.size() == 4 ? "ipv4" : "ipv6";
    row.address = ip_text(address.address);
    row.prefix_length = address.prefix_length;
    row.scope = scope_name(address.scope);
    row.dynamic = (address.flags & NetlinkAddress::kPermanent) == 0;
    rows.push_back(std::move(row));
  }
  put_in_order(rows);
  return rows;
}

std::vector<inventory::Address> parse_if_inet6(std::string_view text) {
  std::vector<inventory::Address> rows;
  for (const std::string_view line : lines(text)) {
    const std::vector<std::string_view> fields = host::line_words(line);
    if (fields.size() != 6) continue;
    const auto bytes = from_hex(fields[0]);
    const auto prefix = parse_integer(fields[2], 16);
    const auto scope = parse_integer(fields[3], 16);
    const auto flags = parse_integer(fields[4], 16);
    if (!bytes || bytes->size() != 16 || !prefix || *prefix < 0 || *prefix > 128 || !scope ||
        !flags || !is_wanted(*bytes, static_cast<std::uint32_t>(*flags)))
      continue;
    if (is_noise_interface(fields[5], "", true)) continue;
    inventory::Address row;
    row.interface = fields[5];
    row.family = "ipv6";
    row.address = ip_text(*bytes);
    row.prefix_length = *prefix;
    // include/net/ipv6.h: IPV6_ADDR_LINKLOCAL, IPV6_ADDR_SITELOCAL, else global.
    row.scope = *scope == 0x20 ? "link" : *scope == 0x40 ? "site" : "global";
    row.dynamic = (*flags & NetlinkAddress::kPermanent) == 0;
    rows.push_back(std::move(row));
  }
  put_in_order(rows);
  return rows;
}

std::vector<inventory::Address> parse_fib_trie(std::string_view fib_trie, std::string_view route,
                                               std::endian otherwise) {
  std::vector<host::ProcRoute> networks = host::parse_proc_route(route, otherwise);
  std::erase_if(networks, [](const host::ProcRoute& network) {
    return network.gateway != 0 || network.mask == 0;  // not on an interface itself
  });
  std::vector<inventory::Address> rows;
  std::string_view leaf;  // "|-- 192.0.2.2", the address that the lines below are about
  for (const std::string_view line : lines(fib_trie)) {
    const std::string_view text = trim(line);
    if (text.starts_with("|-- ")) leaf = text.substr(4);
    if (text != "/32 host LOCAL") continue;
    in_addr parsed{};
    if (inet_pton(AF_INET, std::string(leaf).c_str(), &parsed) != 1) continue;
    const std::uint32_t address = ntohl(parsed.s_addr);
    const host::ProcRoute* best = nullptr;
    for (const host::ProcRoute& network : networks) {
      if ((address & network.mask) == network.destination && (!best || network.mask > best->mask))
        best = &network;
    }
    if (!best || address >> 24 == 127) continue;
    inventory::Address row;
    row.interface = best->interface;
    row.family = "ipv4";
    // Not the text of the leaf: inet_pton looks no further than to a NUL in it.
    row.address = ip_text({reinterpret_cast<const char*>(&parsed.s_addr), sizeof parsed.s_addr});
    row.prefix_length = std::popcount(best->mask);
    rows.push_back(std::move(row));
  }
  put_in_order(rows);
  return rows;
}

CollectedSection collect_addresses(host::Host& host) {
  const auto address_dump = host.netlink(host::NetlinkDump::kAddresses);
  if (!address_dump) {
    return address_dump.failure().kind == FailureKind::kNotFound
               ? from_proc(host)
               : not_collected<inventory::Address>(status_of(address_dump.failure()));
  }
  const auto link_dump = host.netlink(host::NetlinkDump::kLinks);
  if (!link_dump) return not_collected<inventory::Address>(status_of(link_dump.failure()));
  const auto addresses = parse_address_dump(*address_dump);
  if (!addresses) return not_collected<inventory::Address>(status_of(addresses.failure()));
  const auto links = parse_link_dump(*link_dump);
  if (!links) return not_collected<inventory::Address>(status_of(links.failure()));
  if (links->empty() && !addresses->empty())
    return not_collected<inventory::Address>(
        {inventory::Status::kFailed,
         "The kernel's answer over rtnetlink has addresses, but no interface at all."});
  return collected(make_addresses(*addresses, *links));
}

}  // namespace muster::agent::collect
