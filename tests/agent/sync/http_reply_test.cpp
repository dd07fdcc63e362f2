// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/http_reply.h"

#include <catch2/catch.hpp>

#include "agent/sync/answer.h"

namespace muster::agent::test {
namespace {

// In pieces of `step` bytes, then the end of the connection. nullopt: refused.
std::optional<sync::HttpReply> parse(std::string_view bytes, std::size_t step) {
  sync::HttpReplyParser parser;
  while (!bytes.empty()) {
    const auto complete = parser.feed(bytes.substr(0, step));
    if (!complete) return std::nullopt;
    bytes.remove_prefix(std::min(step, bytes.size()));
    if (*complete) return bytes.empty() ? std::optional(parser.take()) : std::nullopt;
  }
  const auto complete = parser.end();
  if (!complete || !*complete) return std::nullopt;
  return parser.take();
}

}  // namespace

TEST_CASE("An answer is read the same in whatever pieces it comes", "[sync][http]") {
  const std::string text =
      "HTTP/1.1 503 Busy\r\nContent-Type: Application/Problem+JSON; charset=utf-8\r\n"
      "Retry-After: 30\r\nContent-Length: 2\r\n\r\n{}";
  for (const std::size_t step : {1U, 2U, 3U, 7U, 1000U}) {
    const auto reply = parse(text, step);
    REQUIRE(reply);
    CHECK(reply->status == 503);
    CHECK(reply->content_type == "application/problem+json");
    CHECK(reply->retry_after_s == 30);
    CHECK(reply->keep_alive);
    CHECK(reply->body == "{}");
  }
}

TEST_CASE("Only plainly framed answers of bounded size are read", "[sync][http]") {
  struct Case {
    std::string text;
    bool taken;
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const Case cases[] = {
      {ok + "Content-Length: 0\r\n\r\n", true},
      {ok + "\r\nup to the end", true},
      {"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", true},
      {"HTTP/1.1 204 None\r\n\r\n", true},
      {"HTTP/1.0 200 OK\r\n\r\n", false},
      {"HTTP/1.1 100 Continue\r\n\r\n", false},
      {"HTTP/1.1 99 x\r\n\r\n", false},
      {"HTTP/1.1 2000 x\r\n\r\n", false},
      {"<html>", false},
      {ok + "Content-Length: 5\r\n\r\nabc", false},
      {ok + "Content-Length: 2\r\n\r\nabc", false},
      {ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", false},
      {ok + "Content-Length: -1\r\n\r\n", false},
      {ok + "Content-Length: +1\r\n\r\na", false},
      {ok + "Content-Length: 4294967300\r\n\r\n", false},
      {ok + "Content-Length: 99999999999999999999999\r\n\r\n", false},
      {ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
      {ok + "Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", false},
      {ok + "No colon\r\n\r\n", false},
      {ok + "Space : x\r\n\r\n", false},
      {ok + " folded: x\r\n\r\n", false},
      {ok + "X: a\nY: b\r\n\r\n", false},
      {ok + std::string("X: \0\r\n\r\n", 8), false},
      {ok + "X: " + std::string(9000, 'a') + "\r\n\r\n", false},
      {ok + "Content-Length: 65536\r\n\r\n" + std::string(65536, 'a'), true},
      {ok + "Content-Length: 65537\r\n\r\n" + std::string(65537, 'a'), false},
      {ok + "\r\n" + std::string(65537, 'a'), false},
      {std::string(100'000, 'H'), false},
  };
  for (const Case& given : cases) {
    INFO(given.text.substr(0, 120));
    CHECK(parse(given.text, 4096).has_value() == given.taken);
    CHECK(parse(given.text, 1).has_value() == given.taken);
  }
}

TEST_CASE("Retry-After is between a second and an hour, whatever was said", "[sync][http]") {
  const auto retry = [](const std::string& value) {
    return parse("HTTP/1.1 503 x\r\nRetry-After: " + value + "\r\nContent-Length: 0\r\n\r\n", 99)
        ->retry_after_s;
  };
  CHECK(retry("0") == 1);
  CHECK(retry("120") == 120);
  CHECK(retry("1000000000") == 3600);
  CHECK(retry("99999999999999999999999999") == 3600);
  CHECK_FALSE(retry("-1"));
  CHECK_FALSE(retry("Wed, 21 Oct 2026 07:28:00 GMT"));
  CHECK_FALSE(retry(""));
}

TEST_CASE("Problem texts are shown without control characters and not at length", "[sync][http]") {
  sync::HttpReply reply;
  reply.status = 422;
  reply.content_type = "application/problem+json";
  reply.body = R"({"code":"x\u001b[31m","detail":")" + std::string(5000, 'a') + R"(\n"})";
  const sync::Answer answer = sync::read_answer(reply, 1);
  CHECK(answer.kind == sync::AnswerKind::kRejected);
  CHECK(answer.code.find('\x1b') == std::string::npos);
  CHECK(answer.message.find('\n') == std::string::npos);
  CHECK(answer.message.size() < 400);
}

}  // namespace muster::agent::test
