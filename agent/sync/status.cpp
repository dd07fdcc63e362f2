// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/status.h"

#include <algorithm>

#include "agent/sync/agent_identity.h"
#include "agent/sync/spool.h"
#include "common/json/write.h"
#include "common/support/text.h"

namespace muster::agent {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;

// "40 s", "15 min", "2 h", "6 d".
std::string span_text(std::int64_t ms) {
  if (ms < 0) ms = 0;
  if (ms < 2 * kMinuteMs) return std::to_string(ms / 1000) + " s";
  if (ms < 2 * kHourMs) return std::to_string(ms / kMinuteMs) + " min";
  if (ms < 2 * kDayMs) return std::to_string(ms / kHourMs) + " h";
  return std::to_string(ms / kDayMs) + " d";
}

std::string why_not(const AgentStatus& status) {
  if (status.not_enrolled) return status.not_enrolled->message;
  if (status.record.problem) {
    const ExchangeProblem& problem = *status.record.problem;
    return problem.message + " (" + problem.code + ", since " +
           span_text(status.now - problem.since) + ")";
  }
  if (!status.record.attempted_at) return "the agent has not run since it was enrolled";
  return "the agent has not run for " + span_text(status.now - *status.record.attempted_at);
}

// The server lets neither this agent nor its certificate in; the codes are those of server/ca.
bool is_shut_out(const std::string& code) {
  return code.starts_with("agent_") || code.starts_with("certificate_") || code == "http_401" ||
         code == "http_403";
}

std::string what_to_do(const AgentStatus& status) {
  if (status.not_enrolled) return "sudo muster-agent enroll -   (ask for a join code)";
  if (!status.record.problem || status.is_overdue())
    return "sudo systemctl enable --now muster-agent   (or: sudo muster-agent run --once)";
  const bool certificate = status.certificate_ends && *status.certificate_ends < status.now;
  const std::string& code = status.record.problem->code;
  if (certificate || is_shut_out(code))
    return "sudo muster-agent enroll --force -   (ask for a new join code)";
  if (code == to_string(FailureKind::kUnreachable) || code == to_string(FailureKind::kTimeout))
    return "check that " + status.server +
           " can be reached from here; the agent tries again by itself";
  return "nothing here: the agent tries again by itself; if it lasts, tell the server's "
         "administrator";
}

void write_details(const AgentStatus& status, std::string& out) {
  if (status.record.acknowledged_at) {
    out += "  last report: number " + std::to_string(status.record.acknowledged) + ", " +
           span_text(status.now - *status.record.acknowledged_at) + " ago\n";
  }
  if (status.waiting > 0) {
    out += "  spooled: " + std::to_string(status.waiting) +
           (status.waiting == 1 ? " report" : " reports");
    if (status.oldest_waiting) out += ", oldest " + span_text(status.now - *status.oldest_waiting);
    out += "; nothing is lost, above 64 MiB the oldest are merged\n";
  }
  if (status.certificate_ends) {
    const bool ended = *status.certificate_ends < status.now;
    out += std::string("  certificate: ") + (ended ? "ended " : "valid for ") +
           span_text(ended ? status.now - *status.certificate_ends
                           : *status.certificate_ends - status.now) +
           (ended ? " ago\n" : ", renews by itself\n");
  }
  for (const auto& [name, why] : status.record.refused) {
    out += "  refused by the server: " + printable(name) + " (" + printable(why.code) +
           (why.path.empty() ? "" : " at " + printable(why.path)) + ") " + printable(why.detail) +
           "; not sent again until it changes\n";
  }
  for (const auto& [name, since] : status.record.timed_out) {
    out += "  collector timed out: " + printable(name) + ", since " +
           span_text(status.now - since) + "; its last rows stand\n";
  }
}

}  // namespace

bool AgentStatus::is_overdue() const {
  if (!record.attempted_at) return true;
  return now - *record.attempted_at >
         std::max<std::int64_t>(3 * record.interval_s * 1000, 2 * kHourMs);
}

bool AgentStatus::is_reporting() const {
  return !not_enrolled && !record.problem && record.acknowledged_at && !is_overdue();
}

Result<AgentStatus> look_at_status(const StateDirectory& directory, const Clock& clock) {
  AgentStatus status;
  status.now = clock.now();
  const auto identity = look_at_identity(directory);
  if (identity) {
    status.agent_id = identity->agent_id;
    status.server = identity->server.url();
    status.certificate_ends = identity->best().certificate.fields().not_after;
  } else {
    status.not_enrolled = identity.failure();
  }
  if (const auto text = directory.read(kExchangeFile)) {
    if (auto record = parse_exchange_record(*text)) status.record = std::move(*record);
  }
  const auto waiting = Spool::look(directory);
  if (!waiting) return waiting.failure();
  status.waiting = waiting->size();
  for (const SpoolFile& file : *waiting)
    status.waiting_bytes += file.size_bytes;
  if (!waiting->empty()) status.oldest_waiting = waiting->front().written_at;
  return status;
}

std::string status_text(const AgentStatus& status) {
  std::string out;
  if (status.is_reporting()) {
    out = "reporting to " + status.server + " as " + status.agent_id + "\n";
    write_details(status, out);
    return out;
  }
  out = "not reporting: " + printable(why_not(status)) + "\n";
  write_details(status, out);
  return out + "try: " + what_to_do(status) + "\n";
}

std::string status_json(const AgentStatus& status) {
  JsonWriter json;
  json.begin_object().member("format", 1).member("reporting", status.is_reporting());
  if (!status.is_reporting()) {
    json.member("reason", to_valid_text(why_not(status)));
    json.member("code", status.not_enrolled     ? std::string("not_enrolled")
                        : status.record.problem ? to_valid_text(status.record.problem->code)
                                                : std::string("not_running"));
    json.member("try", what_to_do(status));
  }
  if (!status.agent_id.empty()) {
    json.member("agent_id", status.agent_id).member("server", status.server);
  }
  json.member("certificate_ends", status.certificate_ends);
  json.member("attempted_at", status.record.attempted_at);
  json.member("acknowledged_at", status.record.acknowledged_at);
  json.member("acknowledged", status.record.acknowledged);
  json.member("interval_s", status.record.interval_s);
  if (status.record.problem) json.member("failing_since", status.record.problem->since);
  json.key("spooled").begin_object();
  json.member("reports", static_cast<std::int64_t>(status.waiting));
  json.member("bytes", static_cast<std::int64_t>(status.waiting_bytes));
  json.member("oldest_at", status.oldest_waiting).end_object();
  json.key("refused").begin_object();
  for (const auto& [name, why] : status.record.refused) {
    json.key(name).begin_object().member("code", why.code).member("path", why.path);
    json.member("detail", why.detail).end_object();
  }
  json.end_object().key("timed_out").begin_object();
  for (const auto& [name, since] : status.record.timed_out)
    json.member(name, since);
  json.end_object().end_object();
  return std::move(json).text() + "\n";
}

}  // namespace muster::agent
