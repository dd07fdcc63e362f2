// SPDX-License-Identifier: Apache-2.0
// Enrolment without its HTTP (est.h has the words, RFC 7030 sections 4.2.1 and 4.2.2): a join token
// or a certificate in, a new certificate out. Joins the authority, the store and the side log, and
// is where a revocation or a used token gets into both: first committed, then in the side log, then
// answered. A crash between the two belongs to a request that was never answered. Thread-safe.
//
// Errors: credentials_missing and those of join_tokens.h 401; those of agents.h 403;
// certificate_refused 403; invalid_request 400, request_too_large 413; side_log_failed 503.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/certificate.h"
#include "server/ca/agents.h"
#include "server/ca/authority.h"
#include "server/ca/join_tokens.h"
#include "server/ca/seen_certificates.h"
#include "server/ca/side_log.h"
#include "server/store/store.h"

namespace muster::server::ca {

// Brings the store up to what the side log knows: revocations and uses that a restored backup has
// forgotten. Called once at start, before the listeners open. Returns how many rows it changed.
std::int64_t reconcile(store::Transaction& transaction, const SideLog& side_log);

struct Enrolled {
  std::string agent_id;
  std::string pkcs7_base64;  // the body of the answer
};

class Enrolment {
 public:
  Enrolment(store::Store& store, const CertificateAuthority& authority, SideLog& side_log)
      : store_(store), authority_(authority), side_log_(side_log) {}

  // `authorization` is the header's value, empty when there was none; `request_base64` the body.
  Enrolled simple_enroll(std::string_view authorization, std::string_view request_base64,
                         const std::string& address, const std::string& request_id);
  // `certificate` is the one that the connection showed; it may have expired within the grace.
  Enrolled simple_reenroll(const crypto::Certificate& certificate, std::string_view request_base64,
                           const std::string& address, const std::string& request_id);
  // Who reports: like reenroll, but the certificate must still be valid. Error 403
  // certificate_expired when it only needs renewal.
  AgentPrincipal authenticate(const crypto::Certificate& certificate, const std::string& address);
  // The same from its bytes, which were checked in the connection's handshake: decoded only when
  // they are new (seen_certificates.h).
  AgentPrincipal authenticate(std::string_view certificate_der, const std::string& address);

  AgentRecord revoke_agent(const people::Actor& actor, std::string_view agent_id,
                           const std::string& reason);
  JoinToken revoke_join_token(const people::Actor& actor, const std::string& token_id);
  // After a purge was committed that revoked agents or their certificates (server/cmdb/items.h).
  void remember_revoked(const std::vector<std::string>& agent_ids,
                        const std::vector<std::string>& certificate_serials);

 private:
  IssuedCertificate issue(std::string_view request_base64, const std::string& agent_id) const;
  crypto::AgentStanding standing_of(const crypto::Certificate& certificate) const;
  AgentPrincipal known_agent(const crypto::Certificate& certificate,
                             const crypto::AgentStanding& standing, const std::string& address);
  void remember(SideLogKind kind, const std::string& subject);

  store::Store& store_;
  const CertificateAuthority& authority_;
  SideLog& side_log_;
  SeenCertificates seen_;
};

}  // namespace muster::server::ca
