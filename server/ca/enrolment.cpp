// SPDX-License-Identifier: Apache-2.0
#include "server/ca/enrolment.h"

#include <map>

#include "common/json/write.h"
#include "common/support/digest.h"
#include "server/ca/est.h"
#include "server/error.h"
#include "server/store/fault.h"

namespace muster::server::ca {
namespace {

// An agent that the restored store does not know at all must be known as revoked, or it would wait
// for approval.
constexpr std::string_view kRevokeLoggedAgent = R"sql(
  INSERT INTO agents (agent_id, state, enrolled_at, state_changed_at, state_changed_by,
    state_reason)
  VALUES (?1, 'revoked', ?2, ?2, 'side log', 'revoked before the database was restored')
  ON CONFLICT (agent_id) DO UPDATE SET state = 'revoked', state_changed_at =
    excluded.state_changed_at,
    state_changed_by = excluded.state_changed_by, state_reason = excluded.state_reason
  WHERE agents.state <> 'revoked')sql";
constexpr std::string_view kRevokeLoggedCertificates =
    "UPDATE certificates SET revoked_at = ?2 WHERE agent_id = ?1 AND revoked_at IS NULL";
constexpr std::string_view kRevokeCertificate = R"sql(
  INSERT INTO certificates (serial, agent_id, issued_at, not_after, revoked_at)
    VALUES (?1, '', ?2, ?2, ?2)
  ON CONFLICT (serial) DO UPDATE SET revoked_at = excluded.revoked_at
  WHERE certificates.revoked_at IS NULL)sql";
constexpr std::string_view kForgetRevokedWaiting = "DELETE FROM waiting_agents WHERE agent_id = ?1";
constexpr std::string_view kRevokeToken =
    "UPDATE join_tokens SET revoked_at = ?2 WHERE token_id = ?1 AND revoked_at IS NULL";
constexpr std::string_view kRaiseUses =
    "UPDATE join_tokens SET uses = ?2 WHERE token_id = ?1 AND uses < ?2";

Error issue_error(const Failure& failure) {
  if (failure.kind == FailureKind::kTooLarge)
    return {Status::kTooLarge, "request_too_large", failure.message};
  if (failure.kind == FailureKind::kMalformed)
    return {Status::kBadRequest, "invalid_request", failure.message};
  return {Status::kInternal, "certificate_not_issued", failure.message};
}

void audit_enrolment(store::Transaction& transaction, Instant now, const std::string& action,
                     const std::string& agent_id, const std::string& address,
                     const std::string& request_id, const std::string& serial,
                     const std::optional<std::string>& token_id) {
  JsonWriter detail;
  detail.begin_object().member("serial", serial).member("join_token", token_id).end_object();
  people::add_audit(transaction, {now,
                                  {"agent " + agent_id, address, request_id},
                                  action,
                                  "agent/" + agent_id,
                                  detail.text()});
}

// What a restored backup may have forgotten, unlike what it knows as revoked.
bool may_be_let_in(AgentRefusal refusal) {
  return refusal == AgentRefusal::kAgentUnknown || refusal == AgentRefusal::kCertificateUnknown;
}

}  // namespace

std::int64_t reconcile(store::Transaction& transaction, const SideLog& side_log) {
  std::int64_t changed = 0;
  std::map<std::string, std::int64_t> uses;
  for (const SideLogRecord& record : side_log.records()) {
    switch (record.kind) {
      case SideLogKind::kAgentRevoked:
        changed += transaction.execute(kRevokeLoggedAgent, {record.subject, record.at.ms});
        changed += transaction.execute(kRevokeLoggedCertificates, {record.subject, record.at.ms});
        changed += transaction.execute(kForgetRevokedWaiting, {record.subject});
        break;
      case SideLogKind::kCertificateRevoked:
        changed += transaction.execute(kRevokeCertificate, {record.subject, record.at.ms});
        break;
      case SideLogKind::kTokenUsed:
        ++uses[record.subject];
        break;
      case SideLogKind::kTokenRevoked:
        changed += transaction.execute(kRevokeToken, {record.subject, record.at.ms});
        break;
    }
  }
  for (const auto& [token_id, count] : uses)
    changed += transaction.execute(kRaiseUses, {token_id, count});
  return changed;
}

IssuedCertificate Enrolment::issue(std::string_view request_base64,
                                   const std::string& agent_id) const {
  Result<IssuedCertificate> issued =
      authority_.issue_agent(request_base64, agent_id, store_.clock().now());
  if (!issued) throw issue_error(issued.failure());
  return std::move(*issued);
}

void Enrolment::remember(SideLogKind kind, const std::string& subject) {
  const Result<Done> done = side_log_.append({store_.clock().now(), kind, subject});
  if (done) return;
  throw Error(Status::kUnavailable, "side_log_failed", done.failure().message).retry_after(60);
}

Enrolled Enrolment::simple_enroll(std::string_view authorization, std::string_view request_base64,
                                  const std::string& address, const std::string& request_id) {
  const Result<BasicCredentials> credentials = parse_basic_authorization(authorization);
  if (!credentials) {
    throw Error(Status::kUnauthorized, "credentials_missing", credentials.failure().message)
        .with_header("WWW-Authenticate", "Basic realm=\"muster join token\"");
  }
  const std::string text = join_token_of(*credentials);
  // A wrong token costs neither a signature nor a write.
  store_.read([&](store::Transaction& transaction) {
    check_join_token(transaction, store_.clock().now(), text);
  });
  const std::string agent_id = random_uuid();
  IssuedCertificate issued = issue(request_base64, agent_id);
  const crypto::CertificateFields& fields = issued.certificate.fields();
  store::store_fault("enrol.issued");

  std::string token_id;
  store_.write([&](store::Transaction& transaction) {
    const Instant now = store_.clock().now();
    token_id = redeem_join_token(transaction, now, text);
    store::store_fault("enrol.token");
    add_enrolled_agent(transaction, now, {agent_id, token_id, address});
    store::store_fault("enrol.agent");
    add_certificate(transaction, now, agent_id, fields);
    store::store_fault("enrol.certificate");
    audit_enrolment(transaction, now, "agent.enrol", agent_id, address, request_id,
                    fields.serial_hex, token_id);
  });
  store::store_fault("enrol.committed");
  remember(SideLogKind::kTokenUsed, token_id);
  store::store_fault("enrol.remembered");
  return {agent_id, std::move(issued.pkcs7_base64)};
}

crypto::AgentStanding Enrolment::standing_of(const crypto::Certificate& certificate) const {
  Result<crypto::AgentStanding> standing =
      authority_.check_agent(certificate, store_.clock().now());
  if (standing) return std::move(*standing);
  throw Error(Status::kForbidden, "certificate_refused",
              standing.failure().message + ". Enrol the machine again.");
}

AgentPrincipal Enrolment::known_agent(const crypto::Certificate& certificate,
                                      const crypto::AgentStanding& standing,
                                      const std::string& address) {
  bool is_news = false;
  auto found = store_.read_value<std::variant<AgentPrincipal, AgentRefusal>>(
      [&](store::Transaction& transaction) {
        auto agent = find_agent(transaction, standing.agent_id, standing.serial_hex);
        const auto* refusal = std::get_if<AgentRefusal>(&agent);
        is_news = refusal != nullptr && may_be_let_in(*refusal) &&
                  is_news_of_waiting(transaction, store_.clock().now(), standing.agent_id,
                                     standing.serial_hex);
        return agent;
      });
  if (auto* agent = std::get_if<AgentPrincipal>(&found)) return std::move(*agent);
  if (is_news) {
    store_.write([&](store::Transaction& transaction) {
      note_waiting(transaction, store_.clock().now(), standing.agent_id, certificate.fields(),
                   address);
    });
  }
  throw refusal_error(std::get<AgentRefusal>(found), standing.agent_id, standing.serial_hex);
}

AgentPrincipal Enrolment::authenticate(const crypto::Certificate& certificate,
                                       const std::string& address) {
  const crypto::AgentStanding standing = standing_of(certificate);
  AgentPrincipal agent = known_agent(certificate, standing, address);
  if (standing.expired_ms == 0) return agent;
  throw Error(Status::kForbidden, "certificate_expired",
              "The certificate of the agent " + standing.agent_id +
                  " has expired; it can only be renewed with it.");
}

AgentPrincipal Enrolment::authenticate(std::string_view certificate_der,
                                       const std::string& address) {
  const Instant now = store_.clock().now();
  if (const auto owner = seen_.find(certificate_der, now)) {
    return store_.read_value<AgentPrincipal>([&](store::Transaction& transaction) {
      return authenticate_agent(transaction, owner->agent_id, owner->serial_hex);
    });
  }
  const Result<crypto::Certificate> certificate = crypto::Certificate::from_der(certificate_der);
  if (!certificate) {
    throw Error(Status::kForbidden, "certificate_refused",
                "The certificate cannot be read: " + certificate.failure().message);
  }
  AgentPrincipal agent = authenticate(*certificate, address);
  const crypto::CertificateFields& fields = certificate->fields();
  seen_.add(certificate_der, {agent.agent_id, fields.serial_hex}, fields.not_after, now);
  return agent;
}

Enrolled Enrolment::simple_reenroll(const crypto::Certificate& certificate,
                                    std::string_view request_base64, const std::string& address,
                                    const std::string& request_id) {
  const crypto::AgentStanding standing = standing_of(certificate);
  known_agent(certificate, standing, address);
  IssuedCertificate issued = issue(request_base64, standing.agent_id);
  store::store_fault("renew.issued");
  const crypto::CertificateFields& fields = issued.certificate.fields();
  store_.write([&](store::Transaction& transaction) {
    const Instant now = store_.clock().now();
    // It may have been revoked while the certificate was made.
    authenticate_agent(transaction, standing.agent_id, standing.serial_hex);
    add_certificate(transaction, now, standing.agent_id, fields);
    store::store_fault("renew.certificate");
    audit_enrolment(transaction, now, "agent.renew", standing.agent_id, address, request_id,
                    fields.serial_hex, std::nullopt);
  });
  store::store_fault("renew.committed");
  return {standing.agent_id, std::move(issued.pkcs7_base64)};
}

AgentRecord Enrolment::revoke_agent(const people::Actor& actor, std::string_view agent_id,
                                    const std::string& reason) {
  const auto agent = store_.write_value<AgentRecord>([&](store::Transaction& transaction) {
    return server::ca::revoke_agent(transaction, store_.clock().now(), actor, agent_id, reason);
  });
  store::store_fault("revoke.committed");
  remember(SideLogKind::kAgentRevoked, agent.agent_id);
  return agent;
}

JoinToken Enrolment::revoke_join_token(const people::Actor& actor, const std::string& token_id) {
  auto token = store_.write_value<JoinToken>([&](store::Transaction& transaction) {
    return server::ca::revoke_join_token(transaction, store_.clock().now(), actor, token_id);
  });
  remember(SideLogKind::kTokenRevoked, token.id);
  return token;
}

void Enrolment::remember_revoked(const std::vector<std::string>& agent_ids,
                                 const std::vector<std::string>& certificate_serials) {
  for (const std::string& agent_id : agent_ids)
    remember(SideLogKind::kAgentRevoked, agent_id);
  for (const std::string& serial : certificate_serials)
    remember(SideLogKind::kCertificateRevoked, serial);
}

}  // namespace muster::server::ca
