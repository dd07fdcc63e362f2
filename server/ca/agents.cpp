// SPDX-License-Identifier: Apache-2.0
#include "server/ca/agents.h"

#include "common/json/write.h"
#include "common/support/text.h"
#include "server/ca/authority.h"
#include "server/error.h"
#include "server/store/fault.h"
#include "server/store/list.h"
#include "server/store/text_fault.h"

namespace muster::server::ca {
namespace {

constexpr std::size_t kMaxReasonBytes = 500;

constexpr std::string_view kAuthenticate = R"sql(
  SELECT agents.state, agents.source_record, certificates.serial, certificates.revoked_at
  FROM agents LEFT JOIN certificates
    ON certificates.serial = ?2 AND certificates.agent_id = agents.agent_id
  WHERE agents.agent_id = ?1)sql";
constexpr std::string_view kInsertAgent = R"sql(
  INSERT INTO agents (agent_id, state, enrolled_at, enrolled_with, enrolled_from, state_changed_at,
    state_changed_by)
  VALUES (?1, 'active', ?2, ?3, ?4, ?2, ?5))sql";
constexpr std::string_view kIssuedSince =
    "SELECT COUNT(*) FROM certificates WHERE agent_id = ?1 AND issued_at > ?2";
constexpr std::string_view kInsertCertificate = R"sql(
  INSERT INTO certificates (serial, agent_id, issued_at, not_after) VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (serial) DO NOTHING)sql";
constexpr std::string_view kForgetCertificates =
    "DELETE FROM certificates WHERE agent_id = ?1 AND not_after < ?2 AND revoked_at IS NULL";
// Each agent with its last report (kept in agents where another agent took its place in
// agent_state), the item that it reports for, and the end of its last certificate that is not
// revoked.
constexpr std::string_view kSelectAgents = R"sql(
  SELECT agents.agent_id, agents.state, agents.enrolled_at, agents.enrolled_with,
    agents.enrolled_from,
         agents.state_changed_at, agents.state_changed_by, agents.state_reason, assignments.item_id,
         COALESCE(agent_state.reported_at, agents.last_reported_at),
         COALESCE(agent_state.agent_version, agents.last_version),
         COALESCE(agent_state.address, agents.last_address), agent_state.interval_s,
         (SELECT MAX(not_after) FROM certificates
          WHERE certificates.agent_id = agents.agent_id AND certificates.revoked_at IS NULL)
  FROM agents
  LEFT JOIN agent_state
    ON agent_state.source_record = agents.source_record AND agent_state.agent_id = agents.agent_id
  LEFT JOIN assignments
    ON assignments.source_record = agents.source_record AND assignments.until IS NULL)sql";
constexpr std::string_view kRevokeAgent = R"sql(
  UPDATE agents SET state = 'revoked', state_changed_at = ?2, state_changed_by = ?3,
    state_reason = ?4
  WHERE agent_id = ?1)sql";
constexpr std::string_view kRevokeCertificates =
    "UPDATE certificates SET revoked_at = ?2 WHERE agent_id = ?1 AND revoked_at IS NULL";
constexpr std::string_view kSelectWaiting =
    "SELECT agent_id, serial, not_after, first_seen_at, last_seen_at, address FROM waiting_agents";
constexpr std::string_view kFreshWaiting = R"sql(
  SELECT last_seen_at FROM waiting_agents WHERE agent_id = ?1 AND serial = ?2
    AND last_seen_at > ?3)sql";
constexpr std::string_view kCountWaiting = "SELECT COUNT(*) FROM waiting_agents";
constexpr std::string_view kNoteWaiting = R"sql(
  INSERT INTO waiting_agents (agent_id, serial, not_after, first_seen_at, last_seen_at, address)
  VALUES (?1, ?2, ?3, ?4, ?4, ?5)
  ON CONFLICT (agent_id) DO UPDATE SET serial = excluded.serial, not_after = excluded.not_after,
    last_seen_at = excluded.last_seen_at, address = excluded.address)sql";
constexpr std::string_view kForgetWaiting = "DELETE FROM waiting_agents WHERE agent_id = ?1";

std::optional<Instant> time_of(const store::ResultRow& row, int column) {
  const auto ms = row.optional_integer(column);
  return ms ? std::optional(Instant{*ms}) : std::nullopt;
}

AgentRecord read_agent(const store::ResultRow& row) {
  AgentRecord agent{std::string(row.text(0))};
  agent.state = row.text(1);
  agent.enrolled_at = {row.integer(2)};
  agent.enrolled_with = row.optional_text(3);
  agent.enrolled_from = row.optional_text(4);
  agent.state_changed_at = {row.integer(5)};
  agent.state_changed_by = row.text(6);
  agent.state_reason = row.optional_text(7);
  agent.item_id = row.optional_integer(8);
  agent.reported_at = time_of(row, 9);
  agent.agent_version = row.optional_text(10);
  agent.address = row.optional_text(11);
  agent.interval_s = row.optional_integer(12);
  agent.certificate_until = time_of(row, 13);
  return agent;
}

Error refused(std::string code, std::string message) {
  return {Status::kForbidden, std::move(code), std::move(message)};
}

Error not_found() {
  return {Status::kNotFound, "agent_not_found", "There is no agent with this id."};
}

// Serial numbers are 127 random bits: one that is there already was given to somebody, or revoked
// by the side log.
void insert_certificate(store::Transaction& transaction, Instant now, std::string_view agent_id,
                        const std::string& serial, Instant not_after) {
  if (transaction.execute(kInsertCertificate, {serial, agent_id, now.ms, not_after.ms}) == 1)
    return;
  throw refused("certificate_revoked", "The certificate " + serial +
                                           " is revoked or another agent's. Enrol the machine "
                                           "again.");
}

}  // namespace

std::variant<AgentPrincipal, AgentRefusal> find_agent(store::Transaction& transaction,
                                                      std::string_view agent_id,
                                                      std::string_view serial) {
  AgentPrincipal agent{std::string(agent_id), std::string(serial), ""};
  bool knows_certificate = false;
  bool is_revoked = false;
  transaction.query(kAuthenticate, {agent_id, serial}, [&](const store::ResultRow& row) {
    agent.state = row.text(0);
    agent.source_record = row.optional_integer(1);
    knows_certificate = !row.is_null(2);
    is_revoked = !row.is_null(3);
  });
  if (agent.state.empty()) return AgentRefusal::kAgentUnknown;
  if (agent.state == "revoked") return AgentRefusal::kAgentRevoked;
  if (is_revoked) return AgentRefusal::kCertificateRevoked;
  if (!knows_certificate) return AgentRefusal::kCertificateUnknown;
  return agent;
}

Error refusal_error(AgentRefusal refusal, std::string_view agent_id, std::string_view serial) {
  const std::string agent(agent_id);
  const std::string certificate(serial);
  switch (refusal) {
    case AgentRefusal::kAgentUnknown:
      return refused("agent_unknown", "This server does not know the agent " + agent +
                                          ". An administrator can let it in, or enrol it again.");
    case AgentRefusal::kAgentRevoked:
      return refused("agent_revoked",
                     "The agent " + agent + " was revoked. Enrol the machine again.");
    case AgentRefusal::kCertificateRevoked:
      return refused("certificate_revoked",
                     "The certificate " + certificate + " of the agent " + agent + " was revoked.");
    case AgentRefusal::kCertificateUnknown:
      break;
  }
  return refused("certificate_unknown", "This server has not given the certificate " + certificate +
                                            " to the agent " + agent +
                                            ". An administrator can let it in, or enrol it again.");
}

AgentPrincipal authenticate_agent(store::Transaction& transaction, std::string_view agent_id,
                                  std::string_view serial) {
  auto found = find_agent(transaction, agent_id, serial);
  if (const auto* refusal = std::get_if<AgentRefusal>(&found))
    throw refusal_error(*refusal, agent_id, serial);
  return std::get<AgentPrincipal>(std::move(found));
}

void add_enrolled_agent(store::Transaction& transaction, Instant now, const NewAgent& agent) {
  transaction.execute(kInsertAgent, {agent.agent_id, now.ms, agent.enrolled_with,
                                     agent.enrolled_from, "join token " + agent.enrolled_with});
}

void add_certificate(store::Transaction& transaction, Instant now, std::string_view agent_id,
                     const crypto::CertificateFields& certificate) {
  const auto issued = transaction.find_integer(kIssuedSince, {agent_id, now.ms - crypto::kDayMs});
  if (issued.value_or(0) >= kMaxCertificatesADay) {
    throw Error(Status::kTooManyRequests, "too_many_certificates",
                "This agent was given " + std::to_string(kMaxCertificatesADay) +
                    " certificates within a day; see its log for why it cannot keep one.")
        .retry_after(3600);
  }
  transaction.execute(kForgetCertificates, {agent_id, now.ms - kExpiredGraceMs});
  insert_certificate(transaction, now, agent_id, certificate.serial_hex, certificate.not_after);
}

AgentPage list_agents(store::Transaction& transaction, const AgentFilter& filter) {
  store::ListQuery query{std::string(kSelectAgents)};
  if (filter.state) query.where("agents.state = ?", {*filter.state});
  if (filter.item_id) query.where("assignments.item_id = ?", {*filter.item_id});
  if (filter.silent_since) {
    query.where("COALESCE(agent_state.reported_at, agents.last_reported_at, 0) < ?",
                {filter.silent_since->ms});
  }
  if (filter.cursor) {
    if (!is_uuid(*filter.cursor)) store::parse_cursor("", 1);
    query.where("agents.agent_id > ?", {*filter.cursor});
  }
  query.order("agents.agent_id", store::checked_limit(filter.limit));
  AgentPage page;
  transaction.query(query.text(), query.values(),
                    [&](const store::ResultRow& row) { page.agents.push_back(read_agent(row)); });
  if (page.agents.size() > filter.limit) {
    page.agents.pop_back();
    page.next = page.agents.back().agent_id;
  }
  return page;
}

AgentRecord get_agent(store::Transaction& transaction, std::string_view agent_id) {
  std::optional<AgentRecord> found;
  if (is_uuid(agent_id)) {
    transaction.query(std::string(kSelectAgents) + " WHERE agents.agent_id = ?1", {agent_id},
                      [&](const store::ResultRow& row) { found = read_agent(row); });
  }
  if (!found) throw not_found();
  return std::move(*found);
}

AgentRecord revoke_agent(store::Transaction& transaction, Instant now, const people::Actor& actor,
                         std::string_view agent_id, const std::string& reason) {
  if (store::find_text_fault(reason, kMaxReasonBytes, store::TextKind::kOneLine)) {
    throw Error(Status::kUnprocessable, "invalid_value",
                "The reason must be one line of text of at most 500 bytes.")
        .at("reason");
  }
  const AgentRecord agent = get_agent(transaction, agent_id);
  if (agent.state == "revoked") return agent;
  transaction.execute(kRevokeAgent, {agent.agent_id, now.ms, actor.name,
                                     reason.empty() ? store::SqlValue() : store::SqlValue(reason)});
  transaction.execute(kRevokeCertificates, {agent.agent_id, now.ms});
  store::store_fault("revoke.agent");
  JsonWriter detail;
  detail.begin_object().member("reason", reason).end_object();
  people::add_audit(transaction,
                    {now, actor, "agent.revoke", "agent/" + agent.agent_id, detail.text()});
  return get_agent(transaction, agent.agent_id);
}

bool is_news_of_waiting(store::Transaction& transaction, Instant now, std::string_view agent_id,
                        std::string_view serial) {
  if (transaction.find_integer(kFreshWaiting, {agent_id, serial, now.ms - kWaitingTouchMs}))
    return false;
  return transaction.find_integer(kCountWaiting).value_or(0) <
         static_cast<std::int64_t>(kMaxWaitingAgents);
}

void note_waiting(store::Transaction& transaction, Instant now, std::string_view agent_id,
                  const crypto::CertificateFields& certificate, const std::string& address) {
  transaction.execute(
      kNoteWaiting, {agent_id, certificate.serial_hex, certificate.not_after.ms, now.ms, address});
}

std::vector<WaitingAgent> list_waiting(store::Transaction& transaction, std::size_t limit) {
  store::ListQuery query{std::string(kSelectWaiting)};
  query.order("first_seen_at, agent_id", store::checked_limit(limit) - 1);
  std::vector<WaitingAgent> waiting;
  transaction.query(query.text(), query.values(), [&](const store::ResultRow& row) {
    waiting.push_back({std::string(row.text(0)),
                       std::string(row.text(1)),
                       {row.integer(2)},
                       {row.integer(3)},
                       {row.integer(4)},
                       std::string(row.text(5))});
  });
  return waiting;
}

AgentRecord approve_waiting(store::Transaction& transaction, Instant now,
                            const people::Actor& actor, std::string_view agent_id) {
  std::optional<WaitingAgent> waiting;
  if (is_uuid(agent_id)) {
    transaction.query(std::string(kSelectWaiting) + " WHERE agent_id = ?1", {agent_id},
                      [&](const store::ResultRow& row) {
                        waiting = WaitingAgent{std::string(row.text(0)), std::string(row.text(1)),
                                               {row.integer(2)},         {row.integer(3)},
                                               {row.integer(4)},         std::string(row.text(5))};
                      });
  }
  if (!waiting) throw not_found();
  // The agent itself is known when only its last certificate was issued after the backup.
  const auto state =
      transaction.find_text("SELECT state FROM agents WHERE agent_id = ?1", {waiting->agent_id});
  if (state == "revoked") throw refused("agent_revoked", "The agent was revoked. Enrol it again.");
  if (!state) {
    transaction.execute(kInsertAgent,
                        {waiting->agent_id, now.ms, std::nullopt, waiting->address, actor.name});
  }
  insert_certificate(transaction, now, waiting->agent_id, waiting->serial, waiting->not_after);
  transaction.execute(kForgetWaiting, {waiting->agent_id});
  JsonWriter detail;
  detail.begin_object().member("serial", waiting->serial).end_object();
  people::add_audit(transaction,
                    {now, actor, "agent.approve", "agent/" + waiting->agent_id, detail.text()});
  return get_agent(transaction, waiting->agent_id);
}

}  // namespace muster::server::ca
