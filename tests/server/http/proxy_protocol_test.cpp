// SPDX-License-Identifier: Apache-2.0
#include "server/http/proxy_protocol.h"

#include <catch2/catch.hpp>

namespace muster::server {
namespace {

using State = http::ProxyHeader::State;

std::string header(char command, char family, const std::string& block) {
  std::string bytes("\r\n\r\n\0\r\nQUIT\n", 12);
  bytes += command;
  bytes += family;
  bytes += static_cast<char>(block.size() / 256);
  bytes += static_cast<char>(block.size() % 256);
  return bytes + block;
}

const std::string kIpv4Block("\xc6\x33\x64\x07\x7f\x00\x00\x01\x10\x00\x20\xfc", 12);

TEST_CASE("a PROXY header gives the client's address", "[http]") {
  std::string ipv6(36, '\0');
  ipv6[0] = '\x20';
  ipv6[1] = '\x01';
  ipv6[15] = '\x07';
  struct Case {
    const char* name;
    std::string bytes;
    std::optional<std::string> address;
  };
  const std::vector<Case> cases = {
      {"IPv4", header('\x21', '\x11', kIpv4Block), "198.51.100.7"},
      {"IPv4 with options", header('\x21', '\x11', kIpv4Block + "\x03\x00\x04zzzz"),
       "198.51.100.7"},
      {"IPv6", header('\x21', '\x21', ipv6), "2001::7"},
      {"the proxy's own check", header('\x20', '\x00', ""), std::nullopt},
      {"LOCAL with addresses", header('\x20', '\x11', kIpv4Block), std::nullopt},
      {"unspecified family", header('\x21', '\x00', "abc"), std::nullopt},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const auto parsed = http::parse_proxy_header(c.bytes + "GET /");
    CHECK(parsed.state == State::kComplete);
    CHECK(parsed.length_bytes == c.bytes.size());
    CHECK(parsed.address == c.address);
    for (std::size_t length = 0; length < c.bytes.size(); ++length) {
      CHECK(http::parse_proxy_header(c.bytes.substr(0, length)).state == State::kNeedsMore);
    }
  }
}

TEST_CASE("what is no PROXY header of version 2 is refused at its first wrong byte", "[http]") {
  for (const std::string& bytes :
       {std::string("G"), std::string("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"),
        std::string("\r\n\r\nGET"), header('\x11', '\x11', kIpv4Block),
        header('\x22', '\x11', kIpv4Block), header('\x21', '\x11', kIpv4Block.substr(1)),
        header('\x21', '\x21', kIpv4Block), header('\x21', '\x11', std::string(1025, '\0'))}) {
    CHECK(http::parse_proxy_header(bytes).state == State::kRefused);
  }
}

}  // namespace
}  // namespace muster::server
