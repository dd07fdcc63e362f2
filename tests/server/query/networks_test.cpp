// SPDX-License-Identifier: Apache-2.0
#include "server/query/networks.h"

#include <catch2/catch.hpp>

namespace muster::server {
namespace {

std::string canonical(std::string_view text) {
  const auto address = query::parse_ip(text);
  return address ? query::to_text(*address) : "";
}

TEST_CASE("an IP address has one form however it is typed", "[query]") {
  const std::pair<std::string_view, std::string> cases[] = {
      {"10.168.0.7", "10.168.0.7"},
      {"2001:db8::1", "2001:db8::1"},
      {"2001:0db8::1", "2001:db8::1"},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
      {"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"},       // the longest run of zeros
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // RFC 5952, 4.2.2: never one group
      {"2001:db8::0.1.0.2", "2001:db8::1:2"},
      {"::FFFF:10.168.0.7", "10.168.0.7"},
      {"::ffff:aa8:7", "10.168.0.7"},
      {"[fe80::1]", "fe80::1"},
      {"fe80::1%eth0", "fe80::1"},
      {"::1", "::1"},
      {"::", "::"},
      // none
      {"10.168.0", ""},
      {"010.168.0.7", ""},
      {"10.168.0.256", ""},
      {"10.168.0.7%eth0", ""},
      {"fe80::1%", ""},
      {"2001:db8::1::2", ""},
      {"2001:db8", ""},
      {"", ""},
      {std::string_view("::1\0", 4), ""},
      {"eth0", ""}};
  for (const auto& [typed, expected] : cases) {
    CAPTURE(typed);
    CHECK(canonical(typed) == expected);
  }
  CHECK(query::uncompressed(query::parse_ip("2001:db8::1").value()) == "2001:db8:0:0:0:0:0:1");
}

TEST_CASE("a network holds the addresses that begin with its prefix", "[query]") {
  struct Case {
    std::string_view network, in, out;
  };
  const Case cases[] = {{"10.168.0.0/24", "10.168.0.255", "10.168.1.0"},
                        {"10.168.0.7/24", "10.168.0.1", "10.167.0.7"},
                        {"10.168.0.0/255.255.255.0", "10.168.0.1", "10.168.1.1"},
                        {"10.168.16.0/20", "10.168.31.255", "10.168.32.0"},
                        {"10.0.0.0/8", "10.255.1.2", "100.0.0.1"},
                        {"10.0.0.4/32", "10.0.0.4", "10.0.0.5"},
                        {"0.0.0.0/0", "192.0.2.1", "::1"},
                        {"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"},
                        {"2001:db8:0:1::/64", "2001:db8:0:1:2::3", "2001:db8::1"},
                        {"2001:db8::1/64", "2001:db8::2", "2001:db8:0:1::2"},
                        {"fe80::/10", "febf::1", "fec0::1"},
                        {"::ffff:10.0.0.0/104", "10.1.2.3", "11.1.2.3"}};
  for (const Case& c : cases) {
    CAPTURE(c.network);
    const auto network = query::parse_network(c.network);
    REQUIRE(network);
    CHECK(query::contains(*network, query::parse_ip(c.in).value()));
    CHECK_FALSE(query::contains(*network, query::parse_ip(c.out).value()));
  }
  for (const std::string_view none :
       {"10.168.0.0", "10.168.0.0/33", "10.168.0.0/", "/24", "10.168.0.0/-1", "2001:db8::/129",
        "10.168.0.0/255.0.255.0", "10.168.0.0/24/24", "eth0/24", "::ffff:10.0.0.0/24",
        "10.0.0.0/0024"}) {
    CAPTURE(none);
    CHECK_FALSE(query::parse_network(none));
  }
}

TEST_CASE("a network that texts can tell becomes patterns", "[query]") {
  using Patterns = std::vector<std::string>;
  const auto patterns = [](std::string_view network) {
    return query::like_patterns(query::parse_network(network).value()).value_or(Patterns{});
  };
  CHECK(patterns("10.168.0.0/24") == Patterns{"10.168.0.%"});
  CHECK(patterns("10.0.0.0/8") == Patterns{"10.%"});
  CHECK(patterns("10.168.2.0/23") == Patterns{"10.168.2.%", "10.168.3.%"});
  CHECK(patterns("10.0.0.4/31") == Patterns{"10.0.0.4", "10.0.0.5"});
  CHECK(patterns("10.0.0.4/32") == Patterns{"10.0.0.4"});
  CHECK(patterns("10.168.0.0/17").size() == 128);
  CHECK(patterns("2001:db8::/32") == Patterns{"2001:db8:%"});
  CHECK(patterns("2001:db8:10::/47") == Patterns{"2001:db8:10:%", "2001:db8:11:%"});
  CHECK(patterns("fe80::/10").size() == 64);
  CHECK(patterns("fe80::/10").back() == "febf:%");
  // Groups of zeros are left out of the text, so that it tells nothing.
  for (const std::string_view network : {"2001:db8::/64", "2001:db8::/33", "::/0", "0.0.0.0/0"}) {
    CAPTURE(network);
    CHECK(patterns(network).empty());
  }
}

}  // namespace
}  // namespace muster::server
