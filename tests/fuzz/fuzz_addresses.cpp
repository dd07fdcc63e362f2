// SPDX-License-Identifier: Apache-2.0
// Addresses of a copied tree: /proc/net/if_inet6, and fib_trie with route. Whatever they say, each
// row names an interface and an address that reads back as itself.
#include <arpa/inet.h>

#include "agent/collect/linux/network/addresses.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::as_text(data, size);
  const std::string_view first = fuzz::take_part(rest, "\x1e");
  auto rows = agent::collect::parse_if_inet6(first);
  for (auto& row : agent::collect::parse_fib_trie(first, rest))
    rows.push_back(std::move(row));
  for (const auto& row : rows) {
    require(!row.interface.empty() && !row.address.empty());
    const bool is_v6 = row.address.find(':') != std::string::npos;
    require(row.prefix_length >= 0 && row.prefix_length <= (is_v6 ? 128 : 32));
    char bytes[16];
    require(::inet_pton(is_v6 ? AF_INET6 : AF_INET, row.address.c_str(), bytes) == 1);
    require(agent::collect::ip_text({bytes, is_v6 ? 16U : 4U}) == row.address);
  }
  return 0;
}
