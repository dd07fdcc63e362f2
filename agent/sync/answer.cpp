// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/answer.h"

#include <utility>

#include "agent/sync/plan.h"
#include "common/json/value.h"
#include "common/support/text.h"

namespace muster::agent::sync {
namespace {

constexpr std::size_t kShownBytes = 300;

std::string shown(std::string_view text) {
  return printable(to_valid_text(text.substr(0, kShownBytes)));
}

}  // namespace

Problem read_problem(const HttpReply& reply) {
  Problem problem;
  problem.code = "http_" + std::to_string(reply.status);
  problem.message = "the server answered " + std::to_string(reply.status);
  if (reply.status >= 300 && reply.status < 400) {
    problem.message +=
        ", a redirect, which an agent never follows: the address must be that of the agents' "
        "listener";
  }
  const bool is_json =
      reply.content_type == "application/problem+json" || reply.content_type == "application/json";
  const auto document = is_json ? JsonValue::parse(reply.body)
                                : Result<JsonValue>(Failure{FailureKind::kMalformed, ""});
  if (!document) return problem;
  if (const auto code = document->text_at("code"); code && !code->empty()) {
    problem.code = shown(*code);
    problem.is_ours = true;
  }
  auto detail = document->text_at("detail");
  if (!detail || detail->empty()) detail = document->text_at("title");
  if (detail && !detail->empty()) problem.message += ": " + shown(*detail);
  problem.last_sequence = document->integer_at("last_sequence");
  return problem;
}

Answer read_answer(const HttpReply& reply, std::int64_t sequence) {
  Answer answer;
  answer.retry_after_s = reply.retry_after_s;
  if (reply.status == 200) {
    auto parsed = wire::parse_reply(reply.body);
    if (parsed && parsed->acknowledged == sequence) {
      answer.kind = AnswerKind::kReply;
      answer.reply = std::move(*parsed);
      return answer;
    }
    answer.code = "bad_reply";
    answer.message = parsed ? "the server acknowledged another report than the one it was sent"
                            : parsed.failure().message;
    return answer;
  }
  Problem problem = read_problem(reply);
  answer.code = std::move(problem.code);
  answer.message = std::move(problem.message);
  const auto last = problem.last_sequence;
  if (reply.status == 401 || reply.status == 403) {
    answer.kind = AnswerKind::kNotAllowed;
  } else if (reply.status == 409 && answer.code == "stale_sequence" && last && *last >= sequence &&
             *last < kHighestSequence) {
    answer.kind = AnswerKind::kStale;
    answer.last_sequence = *last;
  } else if (problem.is_ours &&
             (reply.status == 400 || reply.status == 413 || reply.status == 422)) {
    answer.kind = AnswerKind::kRejected;
  }
  return answer;
}

}  // namespace muster::agent::sync
