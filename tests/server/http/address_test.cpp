// SPDX-License-Identifier: Apache-2.0
#include "server/http/address.h"

#include <catch2/catch.hpp>
#include <stdexcept>

namespace muster::server {
namespace {

TEST_CASE("addresses have one text", "[http]") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"192.0.2.1", "192.0.2.1"},
      {"::ffff:192.0.2.1", "192.0.2.1"},
      {"2001:DB8:0:0::1", "2001:db8::1"},
  };
  for (const auto& [text, canonical] : cases) {
    INFO(text);
    const auto address = http::parse_address(text);
    REQUIRE(address);
    CHECK(http::to_text(*address) == canonical);
  }
  for (const char* text :
       {"", "1.2.3", "1.2.3.4:80", "01.2.3.4", "[::1]", "fe80::1%eth0", "localhost", "1.2.3.4 "}) {
    INFO(text);
    CHECK_FALSE(http::parse_address(text));
  }
  CHECK_FALSE(http::parse_address(std::string_view("1.2.3.4\0, 10.0.0.1", 17)));
}

TEST_CASE("clients are counted by address, in IPv6 by /64", "[http]") {
  CHECK(http::limit_key("192.0.2.1") != http::limit_key("192.0.2.2"));
  CHECK(http::limit_key("2001:db8::1") == http::limit_key("2001:db8::ffff:2"));
  CHECK(http::limit_key("2001:db8::1") != http::limit_key("2001:db8:0:1::1"));
}

TEST_CASE("a list holds addresses and networks of both kinds", "[http]") {
  const http::AddressList list(
      {"192.0.2.1", "10.0.0.0/8", "172.16.0.0/12", "2001:db8::/33", "::1"});
  for (const char* address :
       {"192.0.2.1", "::ffff:10.9.8.7", "172.31.255.255", "2001:db8:7fff::", "::1"}) {
    INFO(address);
    CHECK(list.contains(address));
  }
  for (const char* address :
       {"192.0.2.2", "11.0.0.0", "172.32.0.0", "2001:db8:8000::", "::2", "", "x"}) {
    INFO(address);
    CHECK_FALSE(list.contains(address));
  }
  CHECK(http::AddressList({"0.0.0.0/0"}).contains("203.0.113.9"));
  CHECK_FALSE(http::AddressList({"0.0.0.0/0"}).contains("::1"));
  for (const char* wrong :
       {"", "proxy.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129"}) {
    INFO(wrong);
    CHECK_THROWS_AS(http::AddressList({wrong}), std::invalid_argument);
  }
}

TEST_CASE("the forwarded client is the first from the right that is no trusted proxy", "[http]") {
  const http::AddressList trusted({"10.0.0.0/8"});
  struct Case {
    std::string peer;
    std::string field;
    std::string client;
  };
  const std::vector<Case> cases = {
      {"192.0.2.1", "198.51.100.7", "192.0.2.1"},
      {"10.0.0.1", "", "10.0.0.1"},
      {"10.0.0.1", "198.51.100.7", "198.51.100.7"},
      {"10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"},
      {"10.0.0.1", "203.0.113.9, 198.51.100.7 ,10.0.0.2", "198.51.100.7"},
      {"10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"},
      {"10.0.0.1", "198.51.100.7, unknown", "10.0.0.1"},
  };
  for (const Case& c : cases) {
    INFO(c.peer << " <- " << c.field);
    CHECK(http::forwarded_client(trusted, c.peer, c.field) == c.client);
  }
}

}  // namespace
}  // namespace muster::server
