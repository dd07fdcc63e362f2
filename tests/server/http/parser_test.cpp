// SPDX-License-Identifier: Apache-2.0
#include "server/http/parser.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/server/http/framing_cases.h"

namespace muster::server {
namespace {

// What a connection would answer: 200 for each accepted request, the refusal's status and the end
// otherwise. The bytes arrive `step` at a time. "/evil" must never be accepted.
std::vector<int> judge(const std::string& bytes, std::size_t step) {
  std::vector<int> statuses;
  std::string in;
  std::size_t at = 0;
  const auto more = [&] {
    if (at == bytes.size()) return false;
    in += bytes.substr(at, step);
    at = std::min(at + step, bytes.size());
    return true;
  };
  const auto refuse = [&](const http::Refusal& refusal) {
    statuses.push_back(refusal.status);
    return statuses;
  };
  for (;;) {
    auto end = http::find_head_end(in, {});
    while (std::holds_alternative<std::optional<std::size_t>>(end) && !std::get<0>(end)) {
      if (!more()) return statuses;
      end = http::find_head_end(in, {});
    }
    if (const auto* refusal = std::get_if<http::Refusal>(&end)) return refuse(*refusal);
    const std::size_t length = *std::get<0>(end);
    const auto parsed = http::parse_head(std::string_view(in).substr(0, length), {});
    if (const auto* refusal = std::get_if<http::Refusal>(&parsed)) return refuse(*refusal);
    const http::RequestHead& head = std::get<0>(parsed);
    CHECK(head.target != "/evil");
    in.erase(0, length);
    if (head.content_length > test::kFramingBodyLimit) {
      statuses.push_back(413);
      return statuses;
    }
    http::ChunkedDecoder decoder(test::kFramingBodyLimit);
    std::string body;
    while (head.chunked) {
      const auto fed = decoder.feed(in, body);
      if (const auto* refusal = std::get_if<http::Refusal>(&fed)) return refuse(*refusal);
      if (std::get<bool>(fed)) break;
      if (!more()) return statuses;
    }
    while (in.size() < head.content_length) {
      if (!more()) return statuses;
    }
    in.erase(0, head.content_length);
    statuses.push_back(200);
    if (!head.keep_alive) return statuses;
  }
}

http::RequestHead head_of(const std::string& text) {
  const auto parsed = http::parse_head(text, {});
  REQUIRE(std::holds_alternative<http::RequestHead>(parsed));
  return std::get<http::RequestHead>(parsed);
}

TEST_CASE("every framing case gets its verdict, however its bytes are cut", "[http]") {
  for (const auto& c : test::framing_cases()) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
      if (step == 1 && c.bytes.size() > 10000) continue;  // quadratic, and no new boundary
      INFO(c.name << ", " << step << " bytes at a time");
      CHECK(judge(c.bytes, step) == c.statuses);
    }
  }
}

TEST_CASE("a head is read with names in lower case and values trimmed", "[http]") {
  const auto head = head_of(
      "PUT /a?b=c HTTP/1.1\r\nHost: h:8443\r\nX-One: \t two words \t\r\nContent-Length: 12\r\n"
      "EXPECT: 100-Continue\r\n\r\n");
  CHECK(head.method == "PUT");
  CHECK(head.target == "/a?b=c");
  CHECK(head.content_length == 12);
  CHECK(head.expect_continue);
  CHECK(head.keep_alive);
  CHECK(head.headers[1] == http::Header{"x-one", "two words"});
}

TEST_CASE("Connection: close is found in a list and not in part of a word", "[http]") {
  CHECK_FALSE(head_of("GET / HTTP/1.1\r\nHost: x\r\nConnection: TE, Close\r\n\r\n").keep_alive);
  CHECK(head_of("GET / HTTP/1.1\r\nHost: x\r\nConnection: close-up\r\n\r\n").keep_alive);
  CHECK_FALSE(head_of("GET / HTTP/1.0\r\n\r\n").keep_alive);
}

TEST_CASE("the head's limit is exact", "[http]") {
  const http::HeadLimits limits{64, 100};
  std::string text = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
  text += std::string(64 - 4 - text.size(), 'y') + "\r\n\r\n";
  REQUIRE(text.size() == 64);
  CHECK(std::get<0>(http::find_head_end(text, limits)) == 64);
  text.insert(30, "y");
  CHECK(std::get<http::Refusal>(http::find_head_end(text, limits)).status == 431);
}

TEST_CASE("chunks add up to the limit and not one byte more", "[http]") {
  std::string body;
  std::string in = "4\r\nabcd\r\n4\r\nefgh\r\n0\r\n\r\nGET";
  CHECK(std::get<bool>(http::ChunkedDecoder(8).feed(in, body)));
  CHECK(body == "abcdefgh");
  CHECK(in == "GET");

  body.clear();
  in = "4\r\nabcd\r\n5\r\nefghi\r\n0\r\n\r\n";
  CHECK(std::get<http::Refusal>(http::ChunkedDecoder(8).feed(in, body)).status == 413);
}

}  // namespace
}  // namespace muster::server
