// SPDX-License-Identifier: Apache-2.0
// The head of a request, as any stranger sends it before anything else is known of them. Where it
// ends does not depend on how the bytes are cut; what is taken is within the limits, says one
// thing only, and says the same when it is written in its plain form.
#include <algorithm>
#include <optional>
#include <set>

#include "server/http/parser.h"
#include "tests/fuzz/fuzz.h"

using namespace muster::server;
using muster::fuzz::require;

namespace {

constexpr http::HeadLimits kLimits = {.bytes = 300, .headers = 6};

// {length, status}: a head of that length, a refusal, or neither yet.
std::pair<std::size_t, int> find_end(std::string_view text) {
  const auto found = http::find_head_end(text, kLimits);
  if (const auto* refusal = std::get_if<http::Refusal>(&found)) return {0, refusal->status};
  return {std::get<0>(found).value_or(0), 0};
}

// As a proxy in front of us would write it anew.
std::string written(const http::RequestHead& head) {
  std::string out =
      head.method + ' ' + head.target + " HTTP/1." + std::to_string(head.minor_version) + "\r\n";
  for (const http::Header& field : head.headers)
    out += field.name + ": " + field.value + "\r\n";
  return out + "\r\n";
}

void check_head(const http::RequestHead& head) {
  require(http::is_token(head.method) && head.target.starts_with('/'));
  require(head.headers.size() <= kLimits.headers);
  std::multiset<std::string> names;
  for (const http::Header& field : head.headers) {
    require(http::is_token(field.name));
    require(field.name.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos);
    require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    require(!field.value.starts_with(' ') && !field.value.ends_with(' '));
    names.insert(field.name);
  }
  // Nothing that decides where the body ends is said twice or in two ways.
  require(names.count("content-length") <= 1 && names.count("transfer-encoding") <= 1);
  require(names.count("content-length") + names.count("transfer-encoding") <= 1);
  require(head.chunked == names.contains("transfer-encoding"));
  require(head.content_length == 0 || names.contains("content-length"));
  require(names.count("host") == 1 || (head.minor_version == 0 && !names.contains("host")));
}

// As the connection reads it: what came with the head, then the rest.
void check_body(std::string_view text) {
  constexpr std::size_t kBodyBytes = 64;
  http::ChunkedDecoder decoder(kBodyBytes);
  std::string in;
  std::string body;
  for (const std::string_view part : {text.substr(0, 9), text.substr(std::min(text.size(), 9UL))}) {
    in += part;
    const auto fed = decoder.feed(in, body);
    require(body.size() <= kBodyBytes);
    if (!std::holds_alternative<bool>(fed) || std::get<bool>(fed)) return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = muster::fuzz::as_text(data, size);
  const auto whole = find_end(text);
  require(whole.first <= kLimits.bytes);
  // Byte by byte, the first verdict that is one is the verdict.
  std::pair<std::size_t, int> first = {0, 0};
  for (std::size_t end = 0; end <= size && first == std::pair<std::size_t, int>{0, 0}; ++end)
    first = find_end(text.substr(0, end));
  require(first == whole);
  if (whole.first == 0) return 0;
  const std::string_view head_text = text.substr(0, whole.first);
  require(head_text.ends_with("\r\n\r\n"));
  const auto parsed = http::parse_head(head_text, kLimits);
  if (const auto* refusal = std::get_if<http::Refusal>(&parsed)) {
    require(refusal->status >= 400 && refusal->status <= 505);
    return 0;
  }
  const http::RequestHead& head = std::get<http::RequestHead>(parsed);
  check_head(head);
  if (head.chunked) check_body(text.substr(whole.first));
  const std::string plain = written(head);
  const auto again = http::parse_head(plain, {.bytes = 1000, .headers = 6});
  const auto* same = std::get_if<http::RequestHead>(&again);
  require(same != nullptr && same->headers == head.headers && same->target == head.target);
  require(same->content_length == head.content_length && same->chunked == head.chunked);
  require(same->keep_alive == head.keep_alive && same->expect_continue == head.expect_continue);
  return 0;
}
