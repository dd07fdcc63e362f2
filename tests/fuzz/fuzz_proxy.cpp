// SPDX-License-Identifier: Apache-2.0
// The PROXY header before a connection's first byte, received bit by bit; and the addresses that
// limits, logs and lists of trusted proxies are made of.
#include <stdexcept>

#include "common/support/text.h"
#include "server/http/address.h"
#include "server/http/proxy_protocol.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using namespace muster::server;
using muster::fuzz::require;

namespace {

void check_header(std::string_view text) {
  using State = http::ProxyHeader::State;
  http::ProxyHeader last;
  for (std::size_t end = 0; end <= text.size() && end <= http::kMaxProxyHeaderBytes + 8; ++end) {
    last = http::parse_proxy_header(text.substr(0, end));
    require(last.length_bytes <= http::kMaxProxyHeaderBytes);
    if (last.state != State::kNeedsMore) break;
    require(end < http::kMaxProxyHeaderBytes);  // it is never waited for without end
  }
  if (last.state != State::kComplete) return;
  require(last.length_bytes >= 16 && last.length_bytes <= text.size());
  // What comes behind it changes nothing.
  const http::ProxyHeader whole = http::parse_proxy_header(text);
  require(whole.state == State::kComplete && whole.length_bytes == last.length_bytes);
  require(whole.address == last.address);
  if (whole.address) require(http::parse_address(*whole.address).has_value());
}

void check_addresses(std::string_view text) {
  if (const auto address = http::parse_address(text)) {
    require(text.find('\0') == std::string_view::npos);
    require(http::parse_address(http::to_text(*address)) == address);
    require(http::limit_key(text) == http::limit_key(http::to_text(*address)));
    const http::AddressList alone({http::to_text(*address)});
    require(alone.contains(text) && !alone.empty());
  }
  std::string_view rest = text;
  const std::string_view networks = fuzz::take_part(rest, "\n");
  const std::string_view peer = fuzz::take_part(rest, "\n");
  std::vector<std::string> texts;
  for (const std::string_view each : split(networks, ','))
    texts.emplace_back(each);
  try {
    const http::AddressList list(texts);
    const std::string client = http::forwarded_client(list, peer, rest);
    if (!list.contains(peer)) require(client == peer);
    if (client != peer) require(http::parse_address(client).has_value());
  } catch (const std::invalid_argument&) {
    // a network that is none: the configuration is refused
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  check_header(text);
  check_addresses(text);
  return 0;
}
