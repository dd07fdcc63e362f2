// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/status.h"

#include <algorithm>

#include "agent/sync/agent_identity.h"
#include "agent/sync/spool.h"
#include "agent/sync/status_advice.h"
#include "common/json/write.h"
#include "common/support/text.h"

namespace muster::agent::sync {
namespace {

constexpr std::int64_t kLeastSilenceMs = 2LL * 60 * 60 * 1000;

void write_details(const AgentStatus& status, std::string& out) {
  if (status.record.acknowledged_at) {
    out += "  last report: number " + std::to_string(status.record.acknowledged) + ", " +
           ago_text(status.now, *status.record.acknowledged_at) + "\n";
  }
  if (status.waiting > 0) {
    out += "  spooled: " + std::to_string(status.waiting) +
           (status.waiting == 1 ? " report" : " reports");
    if (status.oldest_waiting) out += ", oldest " + ago_text(status.now, *status.oldest_waiting);
    out += "; nothing is lost, above 64 MiB the oldest are merged\n";
  }
  if (status.certificate_begins && status.now < *status.certificate_begins) {
    out += "  certificate: valid from " + to_rfc3339(*status.certificate_begins) +
           ", which is in the future by this machine's clock\n";
  } else if (status.certificate_ends && status.has_certificate_ended()) {
    out += "  certificate: ended " + ago_text(status.now, *status.certificate_ends) + "\n";
  } else if (status.certificate_ends) {
    out += "  certificate: valid for " + span_text(*status.certificate_ends - status.now) +
           ", renews by itself\n";
  }
  for (const auto& [name, why] : status.record.refused) {
    out += "  refused by the server: " + printable(name) + " (" + printable(why.code) +
           (why.path.empty() ? "" : " at " + printable(why.path)) + ") " + printable(why.detail) +
           "; not sent again until it changes\n";
  }
  for (const auto& [name, since] : status.record.timed_out) {
    out += "  collector timed out: " + printable(name) + ", first " + ago_text(status.now, since) +
           "; its last rows stand\n";
  }
}

}  // namespace

bool AgentStatus::is_overdue() const {
  if (!record.attempted_at) return true;
  return now - *record.attempted_at >
         std::max<std::int64_t>(3 * record.interval_s * 1000, kLeastSilenceMs);
}

bool AgentStatus::has_certificate_ended() const {
  return certificate_ends && *certificate_ends < now;
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
    const crypto::CertificateFields& fields = identity->best().certificate.fields();
    status.certificate_begins = fields.not_before;
    status.certificate_ends = fields.not_after;
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

}  // namespace muster::agent::sync
