// SPDX-License-Identifier: Apache-2.0
#include "server/ca/enrolment.h"

#include <map>

#include "common/json/write.h"
#include "common/support/digest.h"
#include "server/ca/est.h"
#include "server/error.h"
#include "server/store/fault.h"

namespace muster::server {
namespace {

// An agent that the restored store does not know at all must be known as revoked, or it would wait
// for approval.
constexpr std::string_view kRevokeLoggedAgent = R"sql(
  INSERT INTO agents (agent_id, state, enrolled_at, state_changed_at, state_changed_by, state_reason)
  VALUES (?1, 'revoked', ?2, ?2, 'side log', 'revoked before the database was restored')
  ON CONFLICT (agent_id) DO UPDATE SET state = 'revoked', state_changed_at = excluded.state_changed_at,
    state_changed_by = excluded.state_changed_by, state_reason = excluded.state_reason
  WHERE agents.state <> 'revoked')sql";
constexpr std::string_view kRevokeLoggedCertificates =
    "UPDATE certificates SET revoked_at = ?2 WHERE agent_id = ?1 AND revoked_at IS NULL";
constexpr std::string_view kRevokeCertificate = R"sql(
  INSERT INTO certificates (serial, agent_id, issued_at, not_after, revoked_at) VALUES (?1, '', ?2, ?2, ?2)
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

void audit_enrolment(Session& session, Instant now, const std::string& action,
                     const std::string& agent_id, const std::string& address,
                     const std::string& request_id, const std::string& serial,
                     const std::optional<std::string>& token_id) {
  JsonWriter detail;
  detail.begin_object().member("serial", serial).member("join_token", token_id).end_object();
  add_audit(session, {now,
                      {"agent " + agent_id, address, request_id},
                      action,
                      "agent/" + agent_id,
                      detail.text()});
}

}  // namespace

std::int64_t reconcile(Session& session, const SideLog& side_log) {
  std::int64_t changed = 0;
  std::map<std::string, std::int64_t> uses;
  for (const SideLogRecord& record : side_log.records()) {
    switch (record.kind) {
      case SideLogKind::kAgentRevoked:
        changed += session.execute(kRevokeLoggedAgent, {record.subject, record.at.ms});
        changed += session.execute(kRevokeLoggedCertificates, {record.subject, record.at.ms});
        changed += session.execute(kForgetRevokedWaiting, {record.subject});
        break;
      case SideLogKind::kCertificateRevoked:
        changed += session.execute(kRevokeCertificate, {record.subject, record.at.ms});
        break;
      case SideLogKind::kTokenUsed:
        ++uses[record.subject];
        break;
      case SideLogKind::kTokenRevoked:
        changed += session.execute(kRevokeToken, {record.subject, record.at.ms});
        break;
    }
  }
  for (const auto& [token_id, count] : uses)
    changed += session.execute(kRaiseUses, {token_id, count});
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
  store_.read([&](Session& session) { check_join_token(session, store_.clock().now(), text); });
  const std::string agent_id = random_uuid();
  IssuedCertificate issued = issue(request_base64, agent_id);
  const tls::CertificateFields& fields = issued.certificate.fields();
  store_fault("enrol.issued");

  std::string token_id;
  store_.write([&](Session& session) {
    const Instant now = store_.clock().now();
    token_id = redeem_join_token(session, now, text);
    store_fault("enrol.token");
    add_enrolled_agent(session, now, {agent_id, token_id, address});
    store_fault("enrol.agent");
    add_certificate(session, now, agent_id, fields);
    store_fault("enrol.certificate");
    audit_enrolment(session, now, "agent.enrol", agent_id, address, request_id, fields.serial_hex,
                    token_id);
  });
  store_fault("enrol.committed");
  remember(SideLogKind::kTokenUsed, token_id);
  store_fault("enrol.remembered");
  return {agent_id, std::move(issued.pkcs7_base64)};
}

tls::AgentStanding Enrolment::standing_of(const tls::Certificate& certificate) const {
  Result<tls::AgentStanding> standing = authority_.check_agent(certificate, store_.clock().now());
  if (standing) return std::move(*standing);
  throw Error(Status::kForbidden, "certificate_refused",
              standing.failure().message + ". Enrol the machine again.");
}

AgentPrincipal Enrolment::known_agent(const tls::Certificate& certificate,
                                      const tls::AgentStanding& standing,
                                      const std::string& address) {
  std::optional<AgentPrincipal> agent;
  std::optional<Error> refusal;
  bool is_news = false;
  store_.read([&](Session& session) {
    try {
      agent = authenticate_agent(session, standing.agent_id, standing.serial_hex);
    } catch (const Error& error) {
      refusal = error;
      is_news =
          (error.code == "agent_unknown" || error.code == "certificate_unknown") &&
          is_news_of_waiting(session, store_.clock().now(), standing.agent_id, standing.serial_hex);
    }
  });
  if (agent) return std::move(*agent);
  if (is_news) {
    store_.write([&](Session& session) {
      note_waiting(session, store_.clock().now(), standing.agent_id, certificate.fields(), address);
    });
  }
  throw *refusal;
}

AgentPrincipal Enrolment::authenticate(const tls::Certificate& certificate,
                                       const std::string& address) {
  const tls::AgentStanding standing = standing_of(certificate);
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
    return store_.read_value<AgentPrincipal>([&](Session& session) {
      return authenticate_agent(session, owner->agent_id, owner->serial_hex);
    });
  }
  const Result<tls::Certificate> certificate = tls::Certificate::from_der(certificate_der);
  if (!certificate) {
    throw Error(Status::kForbidden, "certificate_refused",
                "The certificate cannot be read: " + certificate.failure().message);
  }
  AgentPrincipal agent = authenticate(*certificate, address);
  const tls::CertificateFields& fields = certificate->fields();
  seen_.add(certificate_der, {agent.agent_id, fields.serial_hex}, fields.not_after, now);
  return agent;
}

Enrolled Enrolment::simple_reenroll(const tls::Certificate& certificate,
                                    std::string_view request_base64, const std::string& address,
                                    const std::string& request_id) {
  const tls::AgentStanding standing = standing_of(certificate);
  known_agent(certificate, standing, address);
  IssuedCertificate issued = issue(request_base64, standing.agent_id);
  store_fault("renew.issued");
  const tls::CertificateFields& fields = issued.certificate.fields();
  store_.write([&](Session& session) {
    const Instant now = store_.clock().now();
    // It may have been revoked while the certificate was made.
    authenticate_agent(session, standing.agent_id, standing.serial_hex);
    add_certificate(session, now, standing.agent_id, fields);
    store_fault("renew.certificate");
    audit_enrolment(session, now, "agent.renew", standing.agent_id, address, request_id,
                    fields.serial_hex, std::nullopt);
  });
  store_fault("renew.committed");
  return {standing.agent_id, std::move(issued.pkcs7_base64)};
}

AgentRecord Enrolment::revoke_agent(const Actor& actor, std::string_view agent_id,
                                    const std::string& reason) {
  const auto agent = store_.write_value<AgentRecord>([&](Session& session) {
    return server::revoke_agent(session, store_.clock().now(), actor, agent_id, reason);
  });
  store_fault("revoke.committed");
  remember(SideLogKind::kAgentRevoked, agent.agent_id);
  return agent;
}

JoinToken Enrolment::revoke_join_token(const Actor& actor, const std::string& token_id) {
  auto token = store_.write_value<JoinToken>([&](Session& session) {
    return server::revoke_join_token(session, store_.clock().now(), actor, token_id);
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

}  // namespace muster::server
