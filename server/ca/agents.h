// SPDX-License-Identifier: Apache-2.0
// Agents as the authority knows them: who enrolled when, with which certificates, and who may still
// come. Asked at every request, so that a revocation counts at the next one, also on a connection
// that is open already and on every server of the same database. Functions are called inside a
// transaction.
//
// States: active; superseded (its machine enrolled again: it may report, and is told apart by
// ingest if it really is another machine); revoked.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/crypto/certificate.h"
#include "common/support/clock.h"
#include "server/error.h"
#include "server/people/audit.h"
#include "server/store/transaction.h"

namespace muster::server::ca {

// Certificates that one agent may be given in a day.
inline constexpr std::int64_t kMaxCertificatesADay = 10;
// How often the last sight of a waiting agent is written.
inline constexpr std::int64_t kWaitingTouchMs = 10 * 60 * 1000;

struct AgentPrincipal {
  std::string agent_id;
  std::string serial;
  std::string state;  // active or superseded
  std::optional<std::int64_t> source_record = {};
};

enum class AgentRefusal {
  kAgentUnknown,
  kAgentRevoked,
  kCertificateRevoked,
  kCertificateUnknown  // the agent is known, this certificate is not
};

// `agent_id` and `serial` from a certificate that was verified against the authority.
std::variant<AgentPrincipal, AgentRefusal> find_agent(store::Transaction& transaction,
                                                      std::string_view agent_id,
                                                      std::string_view serial);
// Error 403: agent_unknown, agent_revoked, certificate_unknown, certificate_revoked.
Error refusal_error(AgentRefusal refusal, std::string_view agent_id, std::string_view serial);
// Throws that error.
AgentPrincipal authenticate_agent(store::Transaction& transaction, std::string_view agent_id,
                                  std::string_view serial);

struct NewAgent {
  std::string agent_id;
  std::string enrolled_with;  // join token id
  std::string enrolled_from;  // network address
};
void add_enrolled_agent(store::Transaction& transaction, Instant now, const NewAgent& agent);

// Error 429 too_many_certificates. Forgets certificates of the agent that nobody could use any
// more.
void add_certificate(store::Transaction& transaction, Instant now, std::string_view agent_id,
                     const crypto::CertificateFields& certificate);

struct AgentRecord {
  std::string agent_id;
  std::string state = {};
  Instant enrolled_at = {};
  std::optional<std::string> enrolled_with = {};
  std::optional<std::string> enrolled_from = {};
  Instant state_changed_at = {};
  std::string state_changed_by = {};
  std::optional<std::string> state_reason = {};
  std::optional<std::int64_t> item_id = {};
  std::optional<Instant> reported_at = {};  // last report
  std::optional<std::string> agent_version = {};
  std::optional<std::string> address = {};  // of the last report
  std::optional<std::int64_t> interval_s = {};
  std::optional<Instant> certificate_until = {};  // of the certificate that lasts longest
};

struct AgentFilter {
  std::optional<std::string> state = {};
  std::optional<std::int64_t> item_id = {};
  std::optional<Instant> silent_since = {};  // no report at or after
  std::size_t limit = 100;
  std::optional<std::string> cursor = {};
};

struct AgentPage {
  std::vector<AgentRecord> agents;  // in the order of their ids
  std::optional<std::string> next = {};
};
AgentPage list_agents(store::Transaction& transaction, const AgentFilter& filter);
// Error 404 agent_not_found.
AgentRecord get_agent(store::Transaction& transaction, std::string_view agent_id);

// Also takes its certificates back. Revoking again changes nothing. The side log is the caller's
// (enrolment.h). Errors: agent_not_found 404, invalid_value 422.
AgentRecord revoke_agent(store::Transaction& transaction, Instant now, const people::Actor& actor,
                         std::string_view agent_id, const std::string& reason);

// Agents with a good certificate that the store does not know, because it was restored from a
// backup made before they enrolled (model.md section 6).
struct WaitingAgent {
  std::string agent_id;
  std::string serial;
  Instant not_after = {};
  Instant first_seen_at = {};
  Instant last_seen_at = {};
  std::string address = {};
};
inline constexpr std::size_t kMaxWaitingAgents = 100'000;
// False: it waits already and was seen a short while ago, so nothing has to be written.
bool is_news_of_waiting(store::Transaction& transaction, Instant now, std::string_view agent_id,
                        std::string_view serial);
void note_waiting(store::Transaction& transaction, Instant now, std::string_view agent_id,
                  const crypto::CertificateFields& certificate, const std::string& address);
std::vector<WaitingAgent> list_waiting(store::Transaction& transaction, std::size_t limit);
// Lets it in with the certificate that it showed. Error 404 agent_not_found.
AgentRecord approve_waiting(store::Transaction& transaction, Instant now,
                            const people::Actor& actor, std::string_view agent_id);

}  // namespace muster::server::ca
