// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/enroll.h"

#include <algorithm>
#include <utility>

#include "agent/sync/answer.h"
#include "agent/sync/fault_points.h"
#include "agent/sync/spool.h"
#include "common/crypto/pkcs7.h"
#include "common/crypto/request.h"
#include "common/support/text.h"

namespace muster::agent::sync {
namespace {

constexpr std::string_view kAuthoritiesPath = "/.well-known/est/cacerts";
constexpr std::string_view kEnrollPath = "/.well-known/est/simpleenroll";
constexpr std::string_view kRenewPath = "/.well-known/est/simplereenroll";
constexpr std::string_view kEnrolUser = "join";  // HTTP Basic needs one; the token is the password
constexpr std::int64_t kAskAgain_s = 60;

Failure refusal(const HttpReply& reply, const std::string& doing) {
  const Problem problem = read_problem(reply);
  std::string message = doing + ": " + problem.message;
  if (reply.status == 401) {
    message += "; the join code was used up, has expired or was revoked: ask for a new one";
  }
  return {FailureKind::kRefused, std::move(message)};
}

Result<std::vector<crypto::Certificate>> fetch_authorities(Transport& transport) {
  HttpRequest request;
  request.method = "GET";
  request.path = kAuthoritiesPath;
  const auto reply = transport.exchange(request);
  if (!reply) return reply.failure();
  if (reply->status != 200) return refusal(*reply, "the server did not give its authorities");
  auto authorities = crypto::from_pkcs7(reply->body);
  if (!authorities) return authorities.failure();
  for (const crypto::Certificate& authority : *authorities) {
    if (!authority.fields().is_authority) {
      return Failure{FailureKind::kMalformed,
                     "the server named a certificate as an authority that is none"};
    }
  }
  return authorities;
}

Result<Done> save_authorities(const StateDirectory& directory,
                              const std::vector<crypto::Certificate>& authorities) {
  std::string pem;
  for (const crypto::Certificate& authority : authorities)
    pem += authority.to_pem();
  const auto present = directory.read(kAuthoritiesFile);
  if (present && *present == pem) return Done{};
  return directory.write(kAuthoritiesFile, pem);
}

struct OpenRequest {
  crypto::PrivateKey key;
  std::string base64;
};

// The request that waits for an answer, or a new one with a new key.
Result<OpenRequest> open_request(const StateDirectory& directory) {
  const auto key_text = directory.read(kNextKeyFile);
  const auto request_text = directory.read(kNextRequestFile);
  if (key_text && request_text) {
    auto key = crypto::PrivateKey::from_pem(*key_text);
    const auto checked = crypto::check_request(*request_text);
    if (key && checked && checked->spki_der == key->public_key_der())
      return OpenRequest{std::move(*key), *request_text};
  }
  auto key = crypto::PrivateKey::generate();
  if (!key) return key.failure();
  // The server uses only the key of a request; the name in it does not matter.
  const auto request = crypto::make_request(*key, "muster-agent");
  if (!request) return request.failure();
  std::string base64 = crypto::to_base64_lines(*request);
  if (const auto kept = directory.write(kNextKeyFile, key->to_pem()); !kept) return kept.failure();
  if (const auto fault = fault_failure("enroll.key")) return *fault;
  if (const auto kept = directory.write(kNextRequestFile, base64); !kept) return kept.failure();
  if (const auto fault = fault_failure("enroll.request")) return *fault;
  return OpenRequest{std::move(*key), std::move(base64)};
}

struct Issued {
  std::optional<std::int64_t> ask_again_s;
  std::optional<crypto::Certificate> certificate;
  std::string agent_id;
};

Result<Issued> post_request(Transport& transport, std::string_view path, const OpenRequest& open,
                            const std::string& authorization) {
  HttpRequest request;
  request.path = path;
  request.headers = {{"Content-Type", "application/pkcs10"},
                     {"Content-Transfer-Encoding", "base64"}};
  if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization);
  request.body = open.base64;
  const auto reply = transport.exchange(request);
  if (!reply) return reply.failure();
  if (const auto fault = fault_failure("enroll.answered")) return *fault;
  if (reply->status == 202)
    return Issued{reply->retry_after_s.value_or(kAskAgain_s), std::nullopt, ""};
  if (reply->status != 200) return refusal(*reply, "no certificate was issued");
  const auto certificates = crypto::from_pkcs7(reply->body);
  if (!certificates) return certificates.failure();
  const std::string ours = crypto::spki_sha256_hex(open.key.public_key_der());
  for (const crypto::Certificate& certificate : *certificates) {
    auto agent_id = crypto::agent_id_of(certificate);
    if (certificate.fields().spki_sha256_hex == ours && agent_id)
      return Issued{std::nullopt, certificate, std::move(*agent_id)};
  }
  return Failure{FailureKind::kMalformed,
                 "the server's answer holds no certificate for this machine's key"};
}

// For enrolling with another server, which has none of the reports to the last one.
Result<Done> forget_reports(const StateDirectory& directory) {
  const auto lock = StateLock::take(directory);
  if (!lock) return lock.failure();
  const auto waiting = directory.list(kSpoolFolder);
  if (!waiting) return waiting.failure();
  for (const std::string& name : *waiting) {
    auto removed = directory.remove(std::string(kSpoolFolder) + "/" + name);
    if (!removed) return removed;
  }
  for (const std::string_view name : {kSnapshotFile, kSequenceFile, kExchangeFile}) {
    if (auto removed = directory.remove(name); !removed) return removed;
  }
  return Done{};
}

EnrollOutcome outcome_of(const Issued& issued, const ServerAddress& server) {
  EnrollOutcome outcome;
  outcome.ask_again_s = issued.ask_again_s;
  outcome.agent_id = issued.agent_id;
  outcome.server = server.url();
  if (issued.certificate) outcome.not_after = issued.certificate->fields().not_after;
  return outcome;
}

}  // namespace

Result<EnrollOutcome> enroll(const StateDirectory& directory, const crypto::JoinCode& code,
                             bool force, const TransportFactory& make_transport,
                             int cancel_descriptor) {
  const auto lock = StateLock::take_for_enrolment(directory);
  if (!lock) return lock.failure();
  const auto present = load_identity(directory);
  if (present && !force) {
    return Failure{FailureKind::kRefused, "this machine is enrolled already, as " +
                                              present->agent_id + " with " + present->server.url() +
                                              ": to do it again, add --force"};
  }
  std::optional<crypto::Certificate> pinned;
  TransportOptions options;
  options.server = {code.host, code.port};
  options.pin_sha256_hex = code.ca_spki_sha256_hex;
  options.cancel_descriptor = cancel_descriptor;
  options.on_authority = [&](const crypto::Certificate& authority) { pinned = authority; };
  const ServerAddress server = options.server;
  const std::unique_ptr<Transport> transport = make_transport(std::move(options));
  auto authorities = fetch_authorities(*transport);
  if (!authorities) return authorities.failure();
  const auto is_pinned = [&](const crypto::Certificate& authority) {
    return authority.fields().spki_sha256_hex == code.ca_spki_sha256_hex;
  };
  if (std::none_of(authorities->begin(), authorities->end(), is_pinned) && pinned)
    authorities->push_back(*pinned);
  // Both would use the "next" files, so a renewal that is not proven yet is discarded.
  if (directory.contains(kNextCertificateFile)) {
    if (const auto gone = discard_next(directory); !gone) return gone.failure();
  }
  const auto open = open_request(directory);
  if (!open) return open.failure();
  const std::string credentials = std::string(kEnrolUser) + ":" + code.token;
  const auto issued =
      post_request(*transport, kEnrollPath, *open, "Basic " + to_base64(credentials));
  transport->close();
  if (!issued) return issued.failure();
  if (issued->ask_again_s) return outcome_of(*issued, server);
  if (present && present->ca_spki_sha256_hex != code.ca_spki_sha256_hex) {
    if (const auto forgotten = forget_reports(directory); !forgotten) return forgotten.failure();
  }
  const AgentIdentity identity{issued->agent_id,
                               server,
                               code.ca_spki_sha256_hex,
                               *authorities,
                               {open->key, *issued->certificate},
                               std::nullopt};
  auto done = directory.write(kNextCertificateFile, issued->certificate->to_pem());
  if (const auto fault = fault_failure("enroll.certificate")) return *fault;
  if (done) done = save_authorities(directory, *authorities);
  if (const auto fault = fault_failure("enroll.authorities")) return *fault;
  if (done) done = directory.write(kAgentFile, agent_json(identity));
  if (const auto fault = fault_failure("enroll.agent")) return *fault;
  if (done) done = promote_next(directory);
  if (!done) return done.failure();
  return outcome_of(*issued, server);
}

Result<EnrollOutcome> renew(const StateDirectory& directory, const AgentIdentity& identity,
                            Transport& transport) {
  const auto authorities = fetch_authorities(transport);
  if (!authorities) return authorities.failure();
  if (const auto saved = save_authorities(directory, *authorities); !saved) return saved.failure();
  const auto open = open_request(directory);
  if (!open) return open.failure();
  const auto issued = post_request(transport, kRenewPath, *open, "");
  if (!issued) return issued.failure();
  if (issued->ask_again_s) return outcome_of(*issued, identity.server);
  if (issued->agent_id != identity.agent_id) {
    return Failure{FailureKind::kMalformed, "the server renewed the certificate of another agent"};
  }
  const auto kept = directory.write(kNextCertificateFile, issued->certificate->to_pem());
  if (!kept) return kept.failure();
  return outcome_of(*issued, identity.server);
}

}  // namespace muster::agent::sync
