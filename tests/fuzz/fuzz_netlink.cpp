// SPDX-License-Identifier: Apache-2.0
// rtnetlink answers come from the kernel, or from a capture that anyone may have written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/collect/linux/network/addresses.h"
#include "agent/collect/linux/network/rtnetlink.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto links = muster::agent::collect::parse_link_dump(bytes);
  const auto addresses = muster::agent::collect::parse_address_dump(bytes);
  if (links && addresses) {
    for (const auto& row : muster::agent::collect::make_addresses(*addresses, *links)) {
      if (row.interface.empty() || row.address.empty() || row.prefix_length > 128) std::abort();
    }
  }
  muster::agent::collect::parse_if_inet6(bytes);
  muster::agent::collect::parse_fib_trie(bytes, bytes);
  return 0;
}
