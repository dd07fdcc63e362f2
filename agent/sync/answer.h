// SPDX-License-Identifier: Apache-2.0
// The meaning of the server's HTTP answer to a report. The worst that any answer can do is to make
// the agent wait: an hour after a failure, a day by interval_s. Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "agent/sync/http_reply.h"
#include "common/wire/report.h"

namespace muster::agent::sync {

enum class AnswerKind {
  kReply,       // acknowledged
  kLater,       // not now, or not understood: the report stays and is sent again
  kNotAllowed,  // the certificate is not accepted (401, 403): the reports stay, a person is needed
  kRejected,    // this report can never be taken (400, 413, 422)
  kStale,       // the server has later reports of this agent
};

struct Answer {
  AnswerKind kind = AnswerKind::kLater;
  wire::Reply reply;               // of kReply
  std::string code;                // problem code, or "http_503"
  std::string message;             // a sentence
  std::int64_t last_sequence = 0;  // of kStale
  std::optional<std::int64_t> retry_after_s;
};

// `sequence` is that of the report that was sent.
Answer read_answer(const HttpReply& reply, std::int64_t sequence);

// The sentence and the code of a problem (RFC 9457), or of any other answer that is not a success.
struct Problem {
  std::string code;
  std::string message;
  std::optional<std::int64_t> last_sequence;
  bool is_ours = false;  // a problem document with a code: it comes from a Muster server, not from
                         // a proxy in front of it
};
Problem read_problem(const HttpReply& reply);

}  // namespace muster::agent::sync
