// SPDX-License-Identifier: Apache-2.0
// An incremental parser of HTTP/1.1 answers (RFC 9112) of up to 64 KiB, for one request at a time.
// It accepts only what a Muster server sends: the body ends by Content-Length or with the
// connection; chunked bodies, folded headers, two lengths and 1xx answers are refused. Pure; one
// thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/support/result.h"

namespace muster::agent::sync {

inline constexpr std::size_t kReplyHeadBytes = 8 * 1024;
inline constexpr std::size_t kReplyBodyBytes = 64 * 1024;

struct HttpReply {
  int status = 0;
  std::string content_type;                   // lower case, without parameters
  std::optional<std::int64_t> retry_after_s;  // clamped to 1 s ... 1 h; dates are ignored
  bool keep_alive = false;                    // another request may follow on this connection
  std::string body;
};

class HttpReplyParser {
 public:
  // True: the answer is complete. kMalformed or kTooLarge: it never will be.
  Result<bool> feed(std::string_view bytes);
  // The peer has closed. True when that completes the answer.
  Result<bool> end();
  HttpReply take() { return std::move(reply_); }

 private:
  Result<Done> read_head(std::string_view head);
  Result<Done> read_header(std::string_view line);

  std::string head_;
  bool in_body_ = false;
  std::optional<std::size_t> length_;
  HttpReply reply_;
};

}  // namespace muster::agent::sync
