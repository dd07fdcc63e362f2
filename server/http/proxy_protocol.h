// SPDX-License-Identifier: Apache-2.0
// The header that a layer-4 balancer sends before the client's first byte: PROXY protocol version 2
// (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt, section 2.2). Only where the
// options ask for it, and only from a trusted proxy: anyone can write such a header. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace muster::server::http {

struct ProxyHeader {
  enum class State { kComplete, kNeedsMore, kRefused };
  State state = State::kRefused;
  std::size_t length_bytes = 0;  // where complete: what follows is the client's
  std::optional<std::string>
      address;  // of the client; none for LOCAL (the proxy's own check) and non-IP
};

// `received` are the connection's first bytes.
ProxyHeader parse_proxy_header(std::string_view received);

// No header is longer; ours to read byte by byte up to here before TLS begins.
inline constexpr std::size_t kMaxProxyHeaderBytes = 16 + 1024;

}  // namespace muster::server::http
