// SPDX-License-Identifier: Apache-2.0
// The framing of HTTP/1.1 requests: where a head ends, what it says, and the chunked coding (RFC
// 9112). Deliberately strict: whatever two programs could read differently is refused and the
// connection closed, so that no bytes of one request can be taken for another (request smuggling).
// Pure: no sockets, no Poco, so that it can be fuzzed alone.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/http/header.h"

namespace muster::server::http {

// Why a connection's bytes are not answered as a request. The statuses are those of framing (400,
// 411, 413, 414, 417, 431, 501, 505), most of which nothing above the connection ever uses. The
// texts are literals.
struct Refusal {
  int status = 400;
  const char* code = "malformed_request";
  const char* message = "";
};

struct HeadLimits {
  std::size_t bytes = 16 * 1024;  // request line and all fields, with the empty line
  std::size_t headers = 100;
};

struct RequestHead {
  std::string method;
  std::string target;           // as sent; server/http/target.h decodes it
  int minor_version = 1;        // HTTP/1.0 or HTTP/1.1
  std::vector<Header> headers;  // names in lower case, values without white space around them
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool keep_alive = true;
  bool expect_continue = false;

  bool has_body() const { return chunked || content_length > 0; }
};

// Looks for the end of the head in what was received so far. A length: the head is text.substr(0,
// length). nullopt: it is not complete yet. A Refusal as soon as it is clear that it never will be
// acceptable.
std::variant<std::optional<std::size_t>, Refusal> find_head_end(std::string_view text,
                                                                const HeadLimits& limits);

// `text` is one whole head as find_head_end() measured it.
std::variant<RequestHead, Refusal> parse_head(std::string_view text, const HeadLimits& limits);

// The chunked coding, without chunk extensions and without trailers: nobody who talks to us needs
// either.
class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  // Moves what it can from the front of `in` to the end of `body`. True: the body is complete, and
  // what is left in `in` belongs to the next request. False: more bytes are needed. After a Refusal
  // the decoder is of no use any more.
  std::variant<bool, Refusal> feed(std::string& in, std::string& body);

 private:
  enum class State { kSize, kData, kDataEnd, kLastEnd };
  std::size_t limit_bytes_;
  State state_ = State::kSize;
  std::uint64_t left_bytes_ = 0;  // of the chunk being read
};

bool is_token(std::string_view text);  // RFC 9110 section 5.6.2

}  // namespace muster::server::http
