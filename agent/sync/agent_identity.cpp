// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/agent_identity.h"

#include <utility>

#include "agent/sync/enroll.h"
#include "agent/sync/fault_points.h"
#include "common/json/value.h"
#include "common/json/write.h"
#include "common/support/digest.h"
#include "common/support/text.h"

namespace muster::agent::sync {
namespace {

Result<Identity> load_pair(const StateDirectory& directory, std::string_view key_file,
                           std::string_view certificate_file) {
  const auto key_text = directory.read(key_file);
  if (!key_text) return key_text.failure();
  auto key = crypto::PrivateKey::from_pem(*key_text);
  if (!key) return key.failure();
  const auto certificate_text = directory.read(certificate_file);
  if (!certificate_text) return certificate_text.failure();
  auto certificate = crypto::Certificate::from_pem(*certificate_text);
  if (!certificate) return certificate.failure();
  if (crypto::spki_sha256_hex(key->public_key_der()) != certificate->fields().spki_sha256_hex) {
    return Failure{FailureKind::kMalformed, (directory.path() / key_file).string() + " and " +
                                                std::string(certificate_file) +
                                                " do not belong together: enroll again"};
  }
  return Identity{std::move(*key), std::move(*certificate)};
}

Result<AgentIdentity> load(const StateDirectory& directory, bool may_repair) {
  const auto text = directory.read(kAgentFile);
  if (!text && text.failure().kind == FailureKind::kNotFound) {
    return Failure{
        FailureKind::kNotFound,
        "this machine is not enrolled: ask for a join code and run muster-agent enroll -"};
  }
  if (!text) return text.failure();
  const auto document = JsonValue::parse(*text);
  const auto agent_id = document ? document->text_at("agent_id") : std::nullopt;
  const auto url = document ? document->text_at("server") : std::nullopt;
  auto server = url ? ServerAddress::parse(*url)
                    : Result<ServerAddress>(Failure{FailureKind::kMalformed, ""});
  if (!agent_id || !is_uuid(*agent_id) || !server) {
    return Failure{FailureKind::kMalformed, (directory.path() / kAgentFile).string() +
                                                " cannot be understood: enroll again"};
  }
  const auto authorities_text = directory.read(kAuthoritiesFile);
  if (!authorities_text) return authorities_text.failure();
  auto authorities = crypto::certificates_from_pem(*authorities_text);
  if (!authorities) return authorities.failure();
  auto current = load_pair(directory, kKeyFile, kCertificateFile);
  if (!current) {
    // Between the two renames of promote_next the certificate is new and the key is old.
    auto between = load_pair(directory, kNextKeyFile, kCertificateFile);
    if (!between) return current.failure();
    current = std::move(between);
    if (may_repair) {
      if (const auto done = directory.rename(kNextKeyFile, kKeyFile); !done) return done.failure();
    }
  }
  AgentIdentity identity{*agent_id,
                         std::move(*server),
                         document->text_at("ca_spki_sha256").value_or(""),
                         std::move(*authorities),
                         std::move(*current),
                         std::nullopt};
  if (directory.contains(kNextCertificateFile)) {
    if (auto next = load_pair(directory, kNextKeyFile, kNextCertificateFile))
      identity.next = std::move(*next);
  }
  return identity;
}

}  // namespace

Result<AgentIdentity> load_identity(const StateDirectory& directory) {
  return load(directory, true);
}

Result<AgentIdentity> look_at_identity(const StateDirectory& directory) {
  return load(directory, false);
}

Result<Done> promote_next(const StateDirectory& directory) {
  if (auto done = directory.rename(kNextCertificateFile, kCertificateFile); !done) return done;
  if (const auto fault = fault_failure("enroll.promoting")) return *fault;
  if (auto done = directory.rename(kNextKeyFile, kKeyFile); !done) return done;
  if (const auto fault = fault_failure("enroll.promoted")) return *fault;
  return directory.remove(kNextRequestFile);
}

Result<Done> discard_next(const StateDirectory& directory) {
  // The certificate first: a key alone is the key of a request that was not answered yet.
  for (const std::string_view name : {kNextCertificateFile, kNextRequestFile, kNextKeyFile}) {
    if (auto done = directory.remove(name); !done) return done;
  }
  return Done{};
}

bool renewal_is_due(const crypto::Certificate& certificate, Instant now) {
  const crypto::CertificateFields& fields = certificate.fields();
  const auto chance = [&] {
    return static_cast<double>(sha256_array(fields.serial_hex)[0]) / 256.0;
  };
  const auto life_ms = static_cast<double>(fields.not_after - fields.not_before);
  return now - fields.not_before >= static_cast<std::int64_t>(life_ms * renewal_point(chance));
}

std::string agent_json(const AgentIdentity& identity) {
  JsonWriter json;
  json.begin_object().member("agent_id", identity.agent_id);
  json.member("server", identity.server.url());
  json.member("ca_spki_sha256", identity.ca_spki_sha256_hex).end_object();
  return std::move(json).text() + "\n";
}

}  // namespace muster::agent::sync
