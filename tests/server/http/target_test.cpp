// SPDX-License-Identifier: Apache-2.0
#include "server/http/target.h"

#include <catch2/catch.hpp>

namespace muster::server {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("a target is decoded segment by segment", "[http]") {
  struct Case {
    std::string text;
    std::vector<std::string> segments;
    Pairs query;
  };
  const std::vector<Case> cases = {
      {"/", {}, {}},
      {"/?", {}, {}},
      {"/api/v1/items", {"api", "v1", "items"}, {}},
      {"/items/a%2Fb%20c", {"items", "a/b c"}, {}},
      {"/items/caf%C3%A9", {"items", "caf\xc3\xa9"}, {}},
      {"/items/", {"items", ""}, {}},
      {"/items/...", {"items", "..."}, {}},
      {"/items/a+b", {"items", "a+b"}, {}},
      {"/i?q=os.name%3Adebian+x&q=2&flag",
       {"i"},
       {{"q", "os.name:debian x"}, {"q", "2"}, {"flag", ""}}},
      {"/i?sql=a%0Ab&e==", {"i"}, {{"sql", "a\nb"}, {"e", "="}}},
      {"/i?path=../..//x", {"i"}, {{"path", "../..//x"}}},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const auto parsed = http::parse_target(c.text);
    REQUIRE(std::holds_alternative<http::Target>(parsed));
    CHECK(std::get<http::Target>(parsed).segments == c.segments);
    CHECK(std::get<http::Target>(parsed).query == c.query);
  }
}

TEST_CASE("targets with two readings are refused", "[http]") {
  std::string deep;
  for (int i = 0; i < 33; ++i)
    deep += "/a";
  std::string many = "/i?a=1";
  for (int i = 0; i < 64; ++i)
    many += "&a=1";
  for (const std::string& text : std::vector<std::string>{"",
                                                          "items",
                                                          "//",
                                                          "//setup",
                                                          "/api//items",
                                                          "/./a",
                                                          "/a/..",
                                                          "/%2e%2e/a",
                                                          "/.%2E/a",
                                                          "/a/%2e",
                                                          "/a%00b",
                                                          "/a%0Ab",
                                                          "/a%7f",
                                                          "/a%",
                                                          "/a%4",
                                                          "/a%zz",
                                                          "/a%C3",
                                                          "/a%ff",
                                                          "/a%c0%af",
                                                          "/a#b",
                                                          "/i?%zz=1",
                                                          "/i?a=%",
                                                          "/i?=1",
                                                          "/i?a=1&&b=2",
                                                          "/i?a=%00",
                                                          "/i?a=%ff",
                                                          "/i?a%1b=1",
                                                          "/" + std::string(1025, 'a'),
                                                          deep,
                                                          many}) {
    INFO(text);
    const auto parsed = http::parse_target(text);
    REQUIRE(std::holds_alternative<http::Refusal>(parsed));
    CHECK(std::get<http::Refusal>(parsed).status == 400);
  }
}

TEST_CASE("encoding and decoding are inverse", "[http]") {
  const std::string text = "a b/c?d=e&f%g+\xc3\xa9~._-";
  CHECK(http::percent_encode(text) == "a%20b%2Fc%3Fd%3De%26f%25g%2B%C3%A9~._-");
  CHECK(http::percent_decode(http::percent_encode(text), false) == text);
  CHECK(http::percent_decode(http::percent_encode(text), true) == text);
}

}  // namespace
}  // namespace muster::server
