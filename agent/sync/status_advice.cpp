// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/status_advice.h"

#include <algorithm>
#include <array>

namespace muster::agent::sync {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;
// A certificate that ended so long ago can no longer be renewed (kExpiredGraceMs of server/ca).
constexpr std::int64_t kRenewableMs = 180 * kDayMs;

constexpr const char* kEnrol = "sudo muster-agent enroll -   (ask for a join code)";
constexpr const char* kEnrolAgain =
    "sudo muster-agent enroll --force -   (ask for a new join code)";
constexpr const char* kStart =
    "sudo systemctl enable --now muster-agent   (or: sudo muster-agent run --once)";
constexpr const char* kWait =
    "nothing here: the agent tries again by itself; if it lasts, tell the server's administrator";

bool is_of(const ExchangeProblem& problem, FailureKind kind) {
  return problem.code == to_string(kind);
}

// The server knows the agent and refuses it for good; codes of server/ca.
bool is_shut_out(const std::string& code) {
  constexpr std::array kCodes = {"agent_revoked", "certificate_revoked", "certificate_refused"};
  return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

// The server does not know the agent; an administrator may let it in.
bool is_unknown(const std::string& code) {
  return code == "agent_unknown" || code == "certificate_unknown";
}

// The answer is not from the agents' port of a Muster server, or not from one that this agent
// understands.
bool is_other_server(const ExchangeProblem& problem) {
  constexpr std::array kCodes = {"http_401",
                                 "http_403",
                                 "http_404",
                                 "http_405",
                                 "not_found",
                                 "method_not_allowed",
                                 "certificate_missing",
                                 "bad_reply"};
  return is_of(problem, FailureKind::kMalformed) || is_of(problem, FailureKind::kTooLarge) ||
         problem.code.starts_with("http_3") ||
         std::find(kCodes.begin(), kCodes.end(), problem.code) != kCodes.end();
}

bool is_wrong_clock(const AgentStatus& status) {
  if (!status.record.problem) return false;
  const ExchangeProblem& problem = *status.record.problem;
  const bool is_behind = status.certificate_begins && status.now < *status.certificate_begins;
  if (is_behind && !is_shut_out(problem.code)) return true;
  if (is_of(problem, FailureKind::kWrongClock)) return true;
  return problem.code == "certificate_expired" && !status.has_certificate_ended();
}

// The only advice while a clock is wrong, since nothing else helps before it is set.
std::string set_the_clock(const AgentStatus& status) {
  return "set the clock, here or on the server: this machine's says " + to_rfc3339(status.now) +
         "; the agent then tries again by itself";
}

std::string about_enrolment(const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::kNotFound:
      return kEnrol;
    case FailureKind::kMalformed:
      return kEnrolAgain;
    case FailureKind::kDenied:
      return "sudo muster-agent status   (this user may not read the agent's files)";
    default:
      return "mend what the reason names; the agent then goes on by itself";
  }
}

std::string about_ended_certificate(const AgentStatus& status) {
  if (status.now - *status.certificate_ends > kRenewableMs) return kEnrolAgain;
  return "nothing here: the agent renews its certificate by itself; if it lasts: " +
         std::string(kEnrolAgain);
}

std::string about_problem(const AgentStatus& status, const ExchangeProblem& problem) {
  if (is_shut_out(problem.code)) return kEnrolAgain;
  if (is_unknown(problem.code)) {
    return "let it in on the server (muster agent waiting, muster agent approve), or: " +
           std::string(kEnrolAgain);
  }
  const bool is_refused = is_of(problem, FailureKind::kRefused);
  if (status.has_certificate_ended() && (is_refused || problem.code == "certificate_expired"))
    return about_ended_certificate(status);
  if (status.is_overdue() || is_of(problem, FailureKind::kCancelled)) return kStart;
  if (is_refused || is_of(problem, FailureKind::kUntrusted)) {
    return "tell the server's administrator the reason; if that server was made anew, or this "
           "machine is to report to another one: " +
           std::string(kEnrolAgain);
  }
  if (is_of(problem, FailureKind::kUnreachable) || is_of(problem, FailureKind::kTimeout)) {
    return "check that " + status.server +
           " can be reached from here; the agent tries again by itself";
  }
  if (is_other_server(problem)) {
    return "check that " + status.server +
           " is the agents' port of a Muster server; if it is, tell its administrator the reason";
  }
  return kWait;
}

}  // namespace

std::string span_text(std::int64_t ms) {
  if (ms < 0) ms = 0;
  if (ms < 2 * kMinuteMs) return std::to_string(ms / 1000) + " s";
  if (ms < 2 * kHourMs) return std::to_string(ms / kMinuteMs) + " min";
  if (ms < 2 * kDayMs) return std::to_string(ms / kHourMs) + " h";
  return std::to_string(ms / kDayMs) + " d";
}

std::string ago_text(Instant now, Instant then) {
  if (then - now > kMinuteMs)
    return "at " + to_rfc3339(then) + ", by a clock that has been set back since";
  return span_text(now - then) + " ago";
}

std::string why_not(const AgentStatus& status) {
  if (status.not_enrolled) return status.not_enrolled->message;
  std::string problem;
  if (status.record.problem) {
    const ExchangeProblem& found = *status.record.problem;
    problem =
        found.message + " (" + found.code + ", first " + ago_text(status.now, found.since) + ")";
  }
  if (!status.record.attempted_at) {
    return problem.empty() ? "the agent has not run since it was enrolled" : problem;
  }
  if (!status.is_overdue() && !problem.empty()) return problem;
  const std::string idle =
      "the agent has not run for " + span_text(status.now - *status.record.attempted_at);
  return problem.empty() ? idle : idle + "; before, it was told: " + problem;
}

std::string what_to_do(const AgentStatus& status) {
  if (status.not_enrolled) return about_enrolment(*status.not_enrolled);
  if (is_wrong_clock(status)) return set_the_clock(status);
  if (status.record.problem) return about_problem(status, *status.record.problem);
  // Either the machine was off for longer than a certificate is valid, or its clock is wrong: only
  // an attempt shows which.
  if (status.has_certificate_ended()) {
    return "check this machine's clock, which says " + to_rfc3339(status.now) + "; then: " + kStart;
  }
  return kStart;
}

}  // namespace muster::agent::sync
