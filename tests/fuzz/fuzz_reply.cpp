// SPDX-License-Identifier: Apache-2.0
// The agent's reading of what a server says: HTTP framing, problem documents, replies. Nothing that
// comes may do more than be refused, and what is taken must be within its limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/sync/answer.h"
#include "agent/sync/http_reply.h"
#include "common/wire/report.h"

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  if (const auto reply = wire::parse_reply(text)) {
    require(reply->interval_s >= 10 && reply->interval_s <= 86'400);
    require(wire::parse_reply(wire::to_json(*reply)).ok());
  }
  agent::HttpReplyParser parser;
  for (std::size_t at = 0; at < size; at += 100) {
    const auto complete = parser.feed(text.substr(at, 100));
    if (!complete) return 0;
    if (*complete) break;
  }
  if (const auto ended = parser.end(); !ended || !*ended) return 0;
  const agent::HttpReply reply = parser.take();
  require(reply.body.size() <= agent::kReplyBodyBytes);
  require(!reply.retry_after_s || (*reply.retry_after_s >= 1 && *reply.retry_after_s <= 3600));
  const agent::Answer answer = agent::read_answer(reply, 7);
  require(answer.kind != agent::AnswerKind::kReply || answer.reply.acknowledged == 7);
  require(answer.kind != agent::AnswerKind::kStale || answer.last_sequence >= 7);
  return 0;
}
