// SPDX-License-Identifier: Apache-2.0
#include "server/ca/authority.h"

#include <algorithm>
#include <utility>

#include "common/crypto/pkcs7.h"
#include "common/crypto/request.h"
#include "common/support/file.h"
#include "common/support/text.h"
#include "server/ca/authority_files.h"
#include "server/fault_points.h"

namespace muster::server::ca {
namespace {

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

bool needs_renewal(Instant not_before, Instant not_after, Instant now) {
  return now - not_before >= (not_after - not_before) / 3 * 2;
}

Result<CertificateAuthority> CertificateAuthority::init(
    const std::filesystem::path& folder, const std::vector<std::string>& public_names,
    Instant now) {
  return init(folder, authority_in_folder(folder), public_names, now);
}

Result<CertificateAuthority> CertificateAuthority::init(
    const std::filesystem::path& folder, std::shared_ptr<AuthorityStorage> storage,
    const std::vector<std::string>& public_names, Instant now) {
  const Result<std::vector<std::string>> names = checked_names(public_names);
  if (!names) return names.failure();
  if (const auto made = make_private_folder(folder); !made) return made.failure();
  const Result<std::vector<crypto::Authority>> present = storage->read();
  if (!present) return present.failure();
  if (!present->empty()) {
    return Failure{FailureKind::kRefused,
                   storage->place() +
                       " holds a certificate authority already, which every agent "
                       "trusts: it is not made anew"};
  }
  // The authority's certificate comes last of what load() needs, so that only a whole init counts
  // as one.
  if (const auto written = storage->write_names(*names); !written) return written.failure();
  if (const auto fault = fault_failure("authority.names")) return *fault;
  if (const auto made = storage->make(1, now); !made) return made.failure();
  Result<CertificateAuthority> loaded = load(folder, std::move(storage));
  if (!loaded) return loaded;
  if (const auto renewed = loaded->renew_server_certificates(now); !renewed) {
    return renewed.failure();
  }
  return loaded;
}

Result<CertificateAuthority::State> CertificateAuthority::read_state() const {
  State state;
  Result<std::vector<crypto::Authority>> authorities = storage_->read();
  if (!authorities) return authorities.failure();
  if (authorities->empty()) {
    return Failure{FailureKind::kNotFound, "there is no certificate authority in " +
                                               storage_->place() + ": run muster-server init"};
  }
  state.authorities = *std::move(authorities);
  const Result<std::vector<std::string>> names = storage_->read_names();
  if (!names) return names.failure();
  Result<std::vector<std::string>> checked = checked_names(*names);
  if (!checked) return checked.failure();
  state.public_names = *std::move(checked);
  return state;
}

Result<CertificateAuthority> CertificateAuthority::load(const std::filesystem::path& folder) {
  return load(folder, authority_in_folder(folder));
}

Result<CertificateAuthority> CertificateAuthority::load(const std::filesystem::path& folder,
                                                        std::shared_ptr<AuthorityStorage> storage) {
  CertificateAuthority result(folder, std::move(storage));
  if (const auto loaded = result.reload(); !loaded) return loaded.failure();
  return result;
}

// What people and proxies trust stands in the folder, also when the authority is in the database.
Result<Done> CertificateAuthority::publish(const State& state) const {
  for (std::size_t i = 0; i < state.authorities.size(); ++i) {
    const std::filesystem::path file = certificate_file(folder_, i + 1);
    if (std::filesystem::exists(file)) continue;
    if (const auto made = make_private_folder(folder_); !made) return made.failure();
    const auto written =
        replace_file(file, state.authorities[i].certificate.to_pem(), FileMode::kPublic);
    if (!written) return written.failure();
  }
  return Done{};
}

Result<Done> CertificateAuthority::reload() {
  Result<State> state = read_state();
  if (!state) return state.failure();
  if (const auto published = publish(*state); !published) return published.failure();
  const std::unique_lock lock(locks_->state);
  state_ = std::make_shared<const State>(*std::move(state));
  return Done{};
}

std::shared_ptr<const CertificateAuthority::State> CertificateAuthority::state() const {
  const std::shared_lock lock(locks_->state);
  return state_;
}

const crypto::Authority& CertificateAuthority::signing(const State& state, Instant now) {
  for (std::size_t i = state.authorities.size() - 1; i > 0; --i) {
    const crypto::Authority& older = state.authorities[i - 1];
    const crypto::Authority& newer = state.authorities[i];
    const Instant known = newer.certificate.fields().not_before + kRolloverOverlapMs;
    if (now >= std::min(known, older.certificate.fields().not_after)) return newer;
  }
  return state.authorities.front();
}

Result<IssuedCertificate> CertificateAuthority::issue_agent(std::string_view request_base64,
                                                            const std::string& agent_id,
                                                            Instant now) const {
  const auto current = state();
  const Result<crypto::CheckedRequest> request = crypto::check_request(request_base64);
  if (!request) return request.failure();
  Result<crypto::Certificate> certificate =
      crypto::issue_agent(signing(*current, now), request->spki_der, agent_id, now);
  if (!certificate) return certificate.failure();
  Result<std::string> body = crypto::to_pkcs7({&*certificate, 1});
  if (!body) return body.failure();
  return IssuedCertificate{*std::move(certificate), *std::move(body)};
}

std::vector<crypto::Certificate> CertificateAuthority::trusted(Instant now) const {
  std::vector<crypto::Certificate> result;
  for (const crypto::Authority& authority : state()->authorities) {
    if (now < authority.certificate.fields().not_after) result.push_back(authority.certificate);
  }
  return result;
}

Result<std::string> CertificateAuthority::cacerts(Instant now) const {
  const std::vector<crypto::Certificate> certificates = trusted(now);
  if (certificates.empty()) {
    return Failure{FailureKind::kRefused, "every authority in " + folder_.string() +
                                              " has expired by this machine's clock (" +
                                              to_rfc3339(now) + "): check the clock"};
  }
  return crypto::to_pkcs7(certificates);
}

std::string CertificateAuthority::spki_pin(Instant now) const {
  return signing(*state(), now).certificate.fields().spki_sha256_hex;
}

Result<crypto::AgentStanding> CertificateAuthority::check_agent(
    const crypto::Certificate& certificate, Instant now) const {
  // An authority that has ended meanwhile still vouches for the past of its certificates.
  std::vector<crypto::Certificate> anchors;
  for (const crypto::Authority& authority : state()->authorities) {
    anchors.push_back(authority.certificate);
  }
  Result<crypto::AgentStanding> standing = crypto::verify_agent(certificate, anchors, now);
  if (!standing) return standing;
  if (standing->expired_ms > kExpiredGraceMs) {
    return Failure{FailureKind::kRefused,
                   "the certificate of agent " + standing->agent_id +
                       " ended more than 180 days ago: enrol the machine again with a join code"};
  }
  return standing;
}

std::vector<std::string> CertificateAuthority::public_names() const {
  return state()->public_names;
}

Result<Done> CertificateAuthority::set_public_names(const std::vector<std::string>& public_names) {
  const Result<std::vector<std::string>> names = checked_names(public_names);
  if (!names) return names.failure();
  const std::lock_guard lock(locks_->files);
  if (const auto written = storage_->write_names(*names); !written) return written.failure();
  return reload();
}

bool CertificateAuthority::is_current(const State& state, const std::filesystem::path& file,
                                      Instant now) {
  const Result<std::string> pem = read_private_file(file);
  if (!pem) return false;
  const Result<crypto::PrivateKey> key = crypto::PrivateKey::from_pem(*pem);
  const Result<std::vector<crypto::Certificate>> chain = crypto::certificates_from_pem(*pem);
  if (!key || !chain || chain->size() != 2) return false;
  const crypto::CertificateFields& leaf = chain->front().fields();
  const crypto::CertificateFields& issuer = signing(state, now).certificate.fields();
  std::vector<std::string> names = leaf.dns_names;
  names.insert(names.end(), leaf.ip_names.begin(), leaf.ip_names.end());
  return leaf.spki_sha256_hex == crypto::spki_sha256_hex(key->public_key_der()) &&
         chain->back().fields().spki_sha256_hex == issuer.spki_sha256_hex &&
         sorted(names) == sorted(state.public_names) && now >= leaf.not_before &&
         !needs_renewal(leaf.not_before, leaf.not_after, now);
}

Result<bool> CertificateAuthority::renew(const State& state, const std::filesystem::path& file,
                                         Instant now) {
  if (is_current(state, file, now)) return false;
  const Result<crypto::PrivateKey> key = crypto::PrivateKey::generate();
  if (!key) return key.failure();
  const crypto::Authority& authority = signing(state, now);
  const Result<crypto::Certificate> certificate =
      crypto::issue_server(authority, key->public_key_der(), state.public_names, now);
  if (!certificate) return certificate.failure();
  // The authority goes along, because an agent at its first contact looks for the pinned key in the
  // chain.
  const auto written =
      replace_file(file, key->to_pem() + certificate->to_pem() + authority.certificate.to_pem(),
                   FileMode::kPrivate);
  if (!written) return written.failure();
  if (const auto fault = fault_failure("authority.server_certificate")) return *fault;
  return true;
}

Result<bool> CertificateAuthority::renew_server_certificates(Instant now) {
  const std::lock_guard lock(locks_->files);
  const auto current = state();
  const Result<bool> agents = renew(*current, agents_file(), now);
  if (!agents) return agents.failure();
  const Result<bool> people = renew(*current, people_file(), now);
  if (!people) return people.failure();
  return *agents || *people;
}

Result<bool> CertificateAuthority::roll_over(Instant now) {
  const std::lock_guard lock(locks_->files);
  // Another server may have made the next one already.
  if (const auto loaded = reload(); !loaded) return loaded.failure();
  const auto current = state();
  // One that was made while the clock ran years ahead is of no use until then.
  const auto begun = std::find_if(
      current->authorities.rbegin(), std::prev(current->authorities.rend()),
      [&](const crypto::Authority& one) { return one.certificate.fields().not_before <= now; });
  const crypto::CertificateFields& newest = begun->certificate.fields();
  if (!needs_renewal(newest.not_before, newest.not_after, now)) return false;
  const std::size_t next = current->authorities.size() + 1;
  if (next > kMaxAuthorities) {
    return Failure{FailureKind::kRefused, "there are eight authorities in " + storage_->place() +
                                              " already: check the clock"};
  }
  if (const auto made = storage_->make(next, now); !made) return made.failure();
  if (const auto fault = fault_failure("authority.rolled_over")) return *fault;
  if (const auto loaded = reload(); !loaded) return loaded.failure();
  return true;
}

}  // namespace muster::server::ca
