// SPDX-License-Identifier: Apache-2.0
#include "agent/host/redact_binary.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "agent/host/netlink_bytes.h"

namespace muster::agent::host {
namespace {

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// One structure of the SMBIOS table (DSP0134, 6.1): the formatted part, then its strings.
struct Structure {
  std::size_t begin = 0;
  std::size_t length = 0;  // of the formatted part
  unsigned type = 0;
  struct Text {
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  std::vector<Text> texts;  // string number 1 is the first
};

// Walks until the end or the first damage; returns where that is. It must see the same texts as the
// parser (agent/collect/firmware/smbios.cpp), or a serial number would stay: the first two zeros
// behind the formatted part end the structure, also when its first text is empty.
template <class Visit>
std::size_t for_each_structure(std::string_view table, Visit&& visit) {
  constexpr unsigned kEndOfTable = 127;
  std::size_t at = 0;
  while (table.size() - at >= 4) {
    Structure structure{
        .begin = at, .length = byte_at(table, at + 1), .type = byte_at(table, at), .texts = {}};
    if (structure.length < 4 || structure.length > table.size() - at) return at;
    const std::size_t begin = at + structure.length;
    const std::size_t end = table.find(std::string_view("\0\0", 2), begin);
    // The end mark may stand without texts; what follows it is not of the table.
    if (end == std::string_view::npos) return structure.type == kEndOfTable ? begin : at;
    for (std::size_t text = begin; text < end;) {
      const std::size_t stop = std::min(table.find('\0', text), end);
      structure.texts.push_back({text, stop - text});
      text = stop + 1;
    }
    visit(structure);
    at = end + 2;
    if (structure.type == kEndOfTable) break;
  }
  return at;
}

// Offsets of the string numbers that are serial numbers or asset tags.
std::span<const std::size_t> secret_fields(unsigned type) {
  static constexpr std::size_t kSystem[] = {0x07};
  static constexpr std::size_t kBoard[] = {0x07, 0x08};
  static constexpr std::size_t kChassis[] = {0x07, 0x08};
  static constexpr std::size_t kProcessor[] = {0x20, 0x21};
  static constexpr std::size_t kMemory[] = {0x18, 0x19};
  static constexpr std::size_t kBattery[] = {0x07};
  static constexpr std::size_t kPower[] = {0x08, 0x09};
  switch (type) {
    case 1:
      return kSystem;
    case 2:
      return kBoard;
    case 3:
      return kChassis;
    case 4:
      return kProcessor;
    case 17:
      return kMemory;
    case 22:
      return kBattery;
    case 39:
      return kPower;
    default:
      return {};
  }
}

std::vector<Structure::Text> secret_texts(std::string_view table, const Structure& structure) {
  // OEM strings and configuration options: service tags, and credentials of virtual machines.
  if (structure.type == 11 || structure.type == 12) return structure.texts;
  std::vector<Structure::Text> out;
  for (const std::size_t field : secret_fields(structure.type)) {
    if (field >= structure.length) continue;
    const unsigned number = byte_at(table, structure.begin + field);
    if (number > 0 && number <= structure.texts.size()) out.push_back(structure.texts[number - 1]);
  }
  return out;
}

void replace(std::string& bytes, std::size_t at, std::string_view substitute) {
  bytes.replace(at, substitute.size(), substitute);
}

// Calls visit(numbers, type, begin and end of the payload) for each message; returns where the walk
// ended.
template <class Visit>
std::size_t for_each_message(std::string_view messages, Visit&& visit) {
  const NetlinkNumbers numbers(messages);
  std::size_t at = 0;
  while (messages.size() - at >= sizeof(nlmsghdr)) {
    const std::size_t size =
        numbers.at<std::uint32_t>(messages, at + offsetof(nlmsghdr, nlmsg_len));
    const unsigned type = numbers.at<std::uint16_t>(messages, at + offsetof(nlmsghdr, nlmsg_type));
    if (size < sizeof(nlmsghdr) || size > messages.size() - at) break;
    visit(numbers, type, at + sizeof(nlmsghdr), at + size);
    at += std::min<std::size_t>(NLMSG_ALIGN(size), messages.size() - at);
  }
  return at;
}

// Attributes of a message, aligned to 4 (netlink(7)): visits type, offset and size of each payload.
template <class Visit>
void for_each_attribute(const NetlinkNumbers& numbers, std::string_view bytes, std::size_t at,
                        std::size_t end, Visit&& visit) {
  while (end - at >= sizeof(rtattr)) {
    const std::size_t size = numbers.at<std::uint16_t>(bytes, at + offsetof(rtattr, rta_len));
    const unsigned type = numbers.at<std::uint16_t>(bytes, at + offsetof(rtattr, rta_type));
    if (size < sizeof(rtattr) || size > end - at) return;
    visit(type & static_cast<unsigned>(NLA_TYPE_MASK), at + sizeof(rtattr), size - sizeof(rtattr));
    at += std::min<std::size_t>(RTA_ALIGN(size), end - at);
  }
}

void redact_name(std::string& out, std::size_t at, std::size_t size, const RedactText& text) {
  const std::string name = text(std::string_view(out).substr(at, size));
  if (name.size() == size) replace(out, at, name);
}

void redact_link(const NetlinkNumbers& numbers, std::string& out, std::size_t at, std::size_t end,
                 const Substitutes& substitutes, const RedactText& text) {
  for_each_attribute(
      numbers, out, at, end, [&](unsigned type, std::size_t begin, std::size_t size) {
        const std::string_view payload = std::string_view(out).substr(begin, size);
        switch (type) {
          case IFLA_ADDRESS:
          case IFLA_BROADCAST:
          case IFLA_PERM_ADDRESS:
            replace(out, begin, substitutes.hardware_address(payload));
            break;
          case IFLA_IFNAME:
            redact_name(out, begin, size, text);
            break;
          case IFLA_PROP_LIST:
            for_each_attribute(numbers, out, begin, begin + size,
                               [&](unsigned, std::size_t inner, std::size_t inner_size) {
                                 redact_name(out, inner, inner_size, text);
                               });
            break;
          case IFLA_IFALIAS:
            replace(out, begin, substitutes.text(payload));
            break;
          case IFLA_PHYS_PORT_ID:
          case IFLA_PHYS_SWITCH_ID:
            replace(out, begin, std::string(size, '\0'));
            break;
          case IFLA_LINKINFO:
            for_each_attribute(numbers, out, begin, begin + size,
                               [&](unsigned inner_type, std::size_t inner, std::size_t inner_size) {
                                 if (inner_type != IFLA_INFO_KIND) {
                                   replace(out, inner, std::string(inner_size, '\0'));
                                 }
                               });
            break;
          default:
            break;
        }
      });
}

void redact_address(const NetlinkNumbers& numbers, std::string& out, std::size_t at,
                    std::size_t end, const Substitutes& substitutes, const RedactText& text) {
  for_each_attribute(numbers, out, at, end,
                     [&](unsigned type, std::size_t begin, std::size_t size) {
                       const std::string_view payload = std::string_view(out).substr(begin, size);
                       if (type == IFA_LABEL) redact_name(out, begin, size, text);
                       if (type != IFA_ADDRESS && type != IFA_LOCAL && type != IFA_BROADCAST &&
                           type != IFA_ANYCAST) {
                         return;
                       }
                       if (size == 4) replace(out, begin, substitutes.ipv4(payload));
                       if (size == 16) replace(out, begin, substitutes.ipv6(payload));
                     });
}

constexpr std::size_t kEdidBlock = 128;

// The bytes of each block add up to 0 modulo 256 (VESA E-EDID, 3.11).
void mend_checksum(std::string& edid, std::size_t block) {
  unsigned sum = 0;
  for (std::size_t i = 0; i + 1 < kEdidBlock; ++i)
    sum += byte_at(edid, block + i);
  edid[block + kEdidBlock - 1] = static_cast<char>((256 - sum % 256) % 256);
}

}  // namespace

std::string redact_smbios(std::string_view table, const Substitutes& substitutes) {
  constexpr std::size_t kUuid = 0x08;
  std::string out(table);
  const std::size_t understood = for_each_structure(table, [&](const Structure& structure) {
    for (const Structure::Text& text : secret_texts(table, structure))
      replace(out, text.begin, substitutes.text(table.substr(text.begin, text.size)));
    if (structure.type == 1 && structure.length >= kUuid + 16) {
      replace(out, structure.begin + kUuid,
              substitutes.uuid_bytes(table.substr(structure.begin + kUuid, 16)));
    }
  });
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(understood), out.end(), '\0');
  return out;
}

std::vector<std::string> smbios_serials(std::string_view table) {
  std::vector<std::string> out;
  for_each_structure(table, [&](const Structure& structure) {
    for (const Structure::Text& text : secret_texts(table, structure))
      out.emplace_back(table.substr(text.begin, text.size));
  });
  return out;
}

std::string redact_edid(std::string_view edid, const Substitutes& substitutes) {
  constexpr std::size_t kSerial = 12;
  std::string out(edid);
  if (edid.size() < kEdidBlock) return std::string(edid.size(), '\0');
  const std::string_view serial = edid.substr(kSerial, 4);
  if (serial != std::string_view("\0\0\0\0", 4) && serial != std::string_view("\1\1\1\1", 4)) {
    // mac() replaces the last three of six bytes by random ones, which is what a number needs too.
    const std::string mixed = substitutes.mac(std::string(2, '\1') + std::string(serial));
    replace(out, kSerial + 1, mixed.substr(3, 3));
  }
  for (const std::size_t descriptor : {54U, 72U, 90U, 108U}) {
    const bool is_serial = edid.substr(descriptor, 5) == std::string_view("\0\0\0\xff\0", 5);
    if (!is_serial) continue;
    const std::string_view text = edid.substr(descriptor + 5, 13);
    replace(out, descriptor + 5, substitutes.text(text.substr(0, text.find('\n'))));
  }
  mend_checksum(out, 0);
  // DisplayID extensions (tag 70h) hold serial numbers in places of their own.
  for (std::size_t block = kEdidBlock; out.size() - block >= kEdidBlock; block += kEdidBlock) {
    if (byte_at(out, block) != 0x70) continue;
    replace(out, block + 1, std::string(kEdidBlock - 2, '\0'));
    mend_checksum(out, block);
  }
  return out;
}

std::string redact_ata_identity(std::string_view page) {
  constexpr std::size_t kWords = 60;  // SAT-4, 12.4.2
  std::string out(page.size(), '\0');
  const auto keep = [&](std::size_t begin, std::size_t end) {
    if (begin < page.size()) replace(out, begin, page.substr(begin, end - begin));
  };
  keep(0, 4);
  keep(kWords + 2 * 23, kWords + 2 * 47);  // ACS-4, 7.13.6
  keep(kWords + 2 * 76, kWords + 2 * 77);
  return out;
}

std::vector<std::pair<std::string, unsigned>> netlink_networks(std::string_view messages) {
  constexpr std::size_t kIpv4Bytes = 4;
  std::vector<std::pair<std::string, unsigned>> out;
  for_each_message(messages, [&](const NetlinkNumbers& numbers, unsigned type, std::size_t body,
                                 std::size_t end) {
    if (type != RTM_NEWADDR || end - body < sizeof(ifaddrmsg)) return;
    const unsigned prefix_length = byte_at(messages, body + offsetof(ifaddrmsg, ifa_prefixlen));
    for_each_attribute(numbers, messages, body + sizeof(ifaddrmsg), end,
                       [&](unsigned kind, std::size_t begin, std::size_t size) {
                         if ((kind == IFA_ADDRESS || kind == IFA_LOCAL) && size == kIpv4Bytes)
                           out.emplace_back(messages.substr(begin, size), prefix_length);
                       });
  });
  return out;
}

std::string redact_netlink(std::string_view messages, const Substitutes& substitutes,
                           const RedactText& text) {
  std::string out(messages);
  const std::size_t understood = for_each_message(
      messages,
      [&](const NetlinkNumbers& numbers, unsigned type, std::size_t body, std::size_t end) {
        if (type == RTM_NEWLINK && end - body >= sizeof(ifinfomsg)) {
          redact_link(numbers, out, body + sizeof(ifinfomsg), end, substitutes, text);
        } else if (type == RTM_NEWADDR && end - body >= sizeof(ifaddrmsg)) {
          redact_address(numbers, out, body + sizeof(ifaddrmsg), end, substitutes, text);
        }
      });
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(understood), out.end(), '\0');
  return out;
}

}  // namespace muster::agent::host
