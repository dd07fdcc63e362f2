// SPDX-License-Identifier: Apache-2.0
// An HTTP answer to the agent. However the bytes are cut on their way, the verdict and the reply
// are the same; and what is taken is within the limits.
#include <optional>

#include "agent/sync/answer.h"
#include "agent/sync/http_reply.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using namespace muster::agent;
using muster::fuzz::require;

namespace {

// nullopt: refused, or not whole.
std::optional<sync::HttpReply> read(std::string_view text, std::size_t piece) {
  sync::HttpReplyParser parser;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const auto complete = parser.feed(text.substr(at, piece));
    if (!complete) return std::nullopt;
    if (*complete) {
      // Bytes behind the answer are nobody's: with them, it is refused or they are dropped.
      return parser.take();
    }
  }
  const auto ended = parser.end();
  if (!ended || !*ended) return std::nullopt;
  return parser.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const auto whole = read(text, text.empty() ? 1 : text.size());
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) {
    const auto in_pieces = read(text, piece);
    if (!whole) continue;  // what stands behind an answer is only seen when it comes with it
    require(in_pieces && in_pieces->status == whole->status && in_pieces->body == whole->body &&
            in_pieces->content_type == whole->content_type &&
            in_pieces->retry_after_s == whole->retry_after_s);
  }
  if (!whole) return 0;
  require(whole->status >= 200 && whole->status <= 999);
  require(whole->body.size() <= sync::kReplyBodyBytes);
  require(!whole->retry_after_s || (*whole->retry_after_s >= 1 && *whole->retry_after_s <= 3600));
  const sync::Answer answer = sync::read_answer(*whole, 7);
  require(answer.kind != sync::AnswerKind::kReply || answer.reply.acknowledged == 7);
  require(answer.kind != sync::AnswerKind::kStale || answer.last_sequence >= 7);
  require(answer.kind == sync::AnswerKind::kReply || !answer.message.empty());
  return 0;
}
