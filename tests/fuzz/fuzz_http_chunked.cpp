// SPDX-License-Identifier: Apache-2.0
// A chunked body, in one piece, byte by byte and in pieces of seven: the same verdict, the same
// body and the same bytes left for the next request; and what is left is no part of the body. A
// body of the fuzzer's content in chunks made here is read whole.
#include <optional>

#include "server/http/parser.h"
#include "tests/fuzz/fuzz.h"

using namespace muster::server;
using muster::fuzz::require;

namespace {

constexpr std::size_t kLimit = 200;

struct Outcome {
  int status = 0;  // of a refusal
  bool complete = false;
  std::string body;
  std::size_t used = 0;
};

Outcome decode(std::string_view text, std::size_t piece) {
  http::ChunkedDecoder decoder(kLimit);
  Outcome out;
  std::string in;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    in += text.substr(at, piece);
    const auto fed = decoder.feed(in, out.body);
    require(out.body.size() <= kLimit);
    if (const auto* refusal = std::get_if<http::Refusal>(&fed)) {
      out.status = refusal->status;
      return out;
    }
    if (std::get<bool>(fed)) {
      out.complete = true;
      out.used = std::min(at + piece, text.size()) - in.size();
      return out;
    }
  }
  return out;
}

void check_whole_body(std::string_view content) {
  std::string text;
  for (std::size_t at = 0; at < content.size(); at += 13) {
    const std::string_view chunk = content.substr(at, 13);
    text += std::string(1, "0123456789abcdef"[chunk.size()]) + "\r\n" + std::string(chunk) + "\r\n";
  }
  const std::string with_end = text + "0\r\n\r\nGET / HTTP/1.1\r\n";
  const Outcome out = decode(with_end, with_end.size());
  if (content.size() > kLimit) {
    require(out.status == 413);
  } else {
    require(out.complete && out.body == content && out.used == text.size() + 5);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = muster::fuzz::as_text(data, size);
  const Outcome whole = decode(text, size == 0 ? 1 : size);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) {
    const Outcome pieces = decode(text, piece);
    require(pieces.complete == whole.complete && pieces.status == whole.status);
    if (whole.complete) require(pieces.body == whole.body && pieces.used == whole.used);
  }
  if (whole.complete) {
    require(text.substr(0, whole.used).ends_with("0\r\n\r\n"));
    require(whole.body.size() < whole.used);
  }
  check_whole_body(text);
  return 0;
}
