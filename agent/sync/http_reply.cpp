// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/http_reply.h"

#include <algorithm>

#include "common/support/text.h"

namespace muster::agent::sync {
namespace {

constexpr std::int64_t kLongestRetry_s = 3600;

Failure bad(std::string what) {
  return {FailureKind::kMalformed,
          "the server's answer is not HTTP as it should be: " + std::move(what)};
}

std::optional<std::int64_t> digits_only(std::string_view text) {
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  return digits ? parse_integer(text) : std::nullopt;
}

}  // namespace

Result<Done> HttpReplyParser::read_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return bad("a header without a name");
  const std::string name = lower_ascii(line.substr(0, colon));
  if (name.find_first_of(" \t") != std::string::npos) return bad("white space in a header's name");
  const std::string_view value = trim(line.substr(colon + 1));
  if (name == "content-length") {
    const auto length = digits_only(value);
    if (!length || length_) return bad("its Content-Length");
    if (*length > static_cast<std::int64_t>(kReplyBodyBytes))
      return Failure{FailureKind::kTooLarge, "the server's answer is larger than 64 KiB"};
    length_ = static_cast<std::size_t>(*length);
  } else if (name == "transfer-encoding" || name == "content-encoding") {
    return bad("an encoding that was not asked for");
  } else if (name == "content-type") {
    reply_.content_type = lower_ascii(trim(value.substr(0, value.find(';'))));
  } else if (name == "retry-after") {
    // A number with too many digits to read still means a very long time.
    const bool is_number =
        value.find_first_not_of("0123456789") == std::string_view::npos && !value.empty();
    if (is_number) {
      reply_.retry_after_s = std::clamp<std::int64_t>(digits_only(value).value_or(kLongestRetry_s),
                                                      1, kLongestRetry_s);
    }
  } else if (name == "connection") {
    reply_.keep_alive = lower_ascii(value) != "close";
  }
  return Done{};
}

Result<Done> HttpReplyParser::read_head(std::string_view head) {
  if (head.find('\0') != std::string_view::npos) return bad("a NUL in its head");
  bool first = true;
  reply_.keep_alive = true;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(head.size(), end + 2));
    if (line.find_first_of("\r\n") != std::string_view::npos) return bad("a bare line end");
    if (first) {
      first = false;
      if (!line.starts_with("HTTP/1.1 ") || line.size() < 12) return bad("its status line");
      const auto status = digits_only(line.substr(9, 3));
      if (!status || *status < 200 || *status > 599 || (line.size() > 12 && line[12] != ' '))
        return bad("its status line");
      reply_.status = static_cast<int>(*status);
      continue;
    }
    if (const auto header = read_header(line); !header) return header.failure();
  }
  return Done{};
}

Result<bool> HttpReplyParser::feed(std::string_view bytes) {
  if (!in_body_) {
    const std::size_t before = head_.size();
    head_ += bytes.substr(0, kReplyHeadBytes + 4);
    const std::size_t end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
    if (end > kReplyHeadBytes) {  // or is not there: npos
      if (head_.size() > kReplyHeadBytes)
        return Failure{FailureKind::kTooLarge,
                       "the head of the server's answer is larger than 8 KiB"};
      return false;
    }
    bytes.remove_prefix(end + 4 - before);
    head_.resize(end + 2);
    in_body_ = true;
    if (const auto head = read_head(head_); !head) return head.failure();
    if (reply_.status == 204 || reply_.status == 304) length_ = 0;
    if (!length_) reply_.keep_alive = false;
  }
  const std::size_t room = (length_ ? *length_ : kReplyBodyBytes) - reply_.body.size();
  if (bytes.size() > room) {
    if (length_) return bad("there are bytes behind its end");
    return Failure{FailureKind::kTooLarge, "the server's answer is larger than 64 KiB"};
  }
  reply_.body += bytes;
  return length_ && reply_.body.size() == *length_;
}

Result<bool> HttpReplyParser::end() {
  if (in_body_ && (!length_ || reply_.body.size() == *length_)) return true;
  return Failure{FailureKind::kUnreachable,
                 "the server closed the connection in the middle of its answer"};
}

}  // namespace muster::agent::sync
