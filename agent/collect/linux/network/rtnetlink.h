// SPDX-License-Identifier: Apache-2.0
// Answers of the kernel to rtnetlink dumps, from bytes to structs. Every length is checked against
// what is there; the bytes may come from a capture, also from one of a machine with the other byte
// order (netlink_bytes.h). Pure; any thread. Source: netlink(7), rtnetlink(7), <linux/if_link.h>,
// <linux/if_addr.h>.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/result.h"

namespace muster::agent::collect {

struct NetlinkLink {
  std::int64_t index = 0;
  std::string name;
  std::string kind;               // "bridge", "veth"; empty for a device
  std::string permanent_address;  // bytes as "52:54:00:12:34:56"; empty when it has none
  bool up = false;                // IFF_UP
};

struct NetlinkAddress {
  std::int64_t link_index = 0;
  std::string label;    // of IPv4: name of the interface, perhaps with ":1"
  std::string address;  // 4 or 16 bytes
  std::int64_t prefix_length = 0;
  unsigned scope = 0;  // RT_SCOPE_*
  std::uint32_t flags = 0;

  // IFA_F_*, <linux/if_addr.h>. The first means "secondary" for IPv4.
  static constexpr std::uint32_t kTemporary = 0x01, kTentative = 0x40, kPermanent = 0x80;
};

// Failure: kMalformed for a message that says it is longer than what is there, kIo for an error
// that the kernel put into the dump. Messages of other types are skipped, and so are attributes
// that do not fit into theirs.
Result<std::vector<NetlinkLink>> parse_link_dump(std::string_view dump);
Result<std::vector<NetlinkAddress>> parse_address_dump(std::string_view dump);

}  // namespace muster::agent::collect
