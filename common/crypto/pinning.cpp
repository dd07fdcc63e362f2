// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/pinning.h"

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>

#include "common/crypto/issue.h"
#include "common/support/text.h"

namespace muster::crypto {
namespace {

using OwnedStore = Owned<X509_STORE, X509_STORE_free>;
using OwnedStoreContext = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;

struct FreeStack {
  // The certificates in it belong to others.
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};

struct Verdict {
  int error = X509_V_OK;
  std::string message;
};

// nullopt: OpenSSL could not even begin (no memory).
std::optional<Verdict> verify_chain(std::span<const Certificate> chain,
                                    std::span<const Certificate> anchors, int purpose,
                                    Instant now) {
  const OwnedStore store(X509_STORE_new());
  const std::unique_ptr<STACK_OF(X509), FreeStack> others(sk_X509_new_null());
  const OwnedStoreContext context(X509_STORE_CTX_new());
  if (!store || !others || !context) return std::nullopt;
  for (const Certificate& anchor : anchors) {
    if (X509_STORE_add_cert(store.get(), anchor.handle()) != 1) return std::nullopt;
  }
  for (const Certificate& other : chain.subspan(1)) {
    if (sk_X509_push(others.get(), other.handle()) == 0) return std::nullopt;
  }
  if (X509_STORE_CTX_init(context.get(), store.get(), chain.front().handle(), others.get()) != 1) {
    return std::nullopt;
  }
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, static_cast<std::time_t>(now.ms / 1000));
  // A peer could send an authority with the pinned key and other fields than the real one's; its
  // own signature tells.
  if (X509_VERIFY_PARAM_set_flags(parameters,
                                  X509_V_FLAG_CHECK_SS_SIGNATURE | X509_V_FLAG_X509_STRICT) != 1 ||
      X509_VERIFY_PARAM_set_purpose(parameters, purpose) != 1) {
    return std::nullopt;
  }
  if (X509_verify_cert(context.get()) == 1) return Verdict{};
  Verdict verdict;
  verdict.error = X509_STORE_CTX_get_error(context.get());
  verdict.message = X509_verify_cert_error_string(verdict.error);
  return verdict;
}

Failure refused(std::string message) {
  return plain_failure(FailureKind::kRefused, std::move(message));
}

std::string listed(const std::vector<std::string>& names) {
  std::string result;
  for (const std::string& name : names)
    result += (result.empty() ? "" : ", ") + printable(name);
  return result;
}

bool is_for_host(const Certificate& certificate, const std::string& host) {
  const bool same = is_ip_address(host)
                        ? X509_check_ip_asc(certificate.handle(), host.c_str(), 0) == 1
                        : X509_check_host(certificate.handle(), host.data(), host.size(),
                                          X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                                              X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
                                          nullptr) == 1;
  return same;
}

std::string describe_names(const Certificate& certificate) {
  std::vector<std::string> names = certificate.fields().dns_names;
  names.insert(names.end(), certificate.fields().ip_names.begin(),
               certificate.fields().ip_names.end());
  return names.empty() ? "no name at all" : listed(names);
}

}  // namespace

Result<std::vector<Certificate>> chain_from_der(std::span<const std::string> chain) {
  if (chain.empty()) return refused("the peer sent no certificate");
  if (chain.size() > kMaxCertificates) return refused("the peer sent more than 16 certificates");
  std::vector<Certificate> result;
  for (const std::string& der : chain) {
    Result<Certificate> certificate = Certificate::from_der(der);
    if (!certificate) return certificate.failure();
    result.push_back(*std::move(certificate));
  }
  return result;
}

Result<Done> verify_server(std::span<const Certificate> chain, std::span<const Certificate> anchors,
                           std::string_view host, Instant now) {
  if (chain.empty()) return refused("the server sent no certificate");
  std::string bare(host);
  if (bare.size() > 2 && bare.front() == '[' && bare.back() == ']') {
    bare = bare.substr(1, bare.size() - 2);
  }
  // OpenSSL would take ".example.org" as "anything below example.org".
  if (!is_ip_address(bare) && !is_dns_name(bare)) {
    return refused("\"" + printable(bare) + "\" is neither a DNS name nor an IP address");
  }
  const auto verdict = verify_chain(chain, anchors, X509_PURPOSE_SSL_SERVER, now);
  if (!verdict) return openssl_failure(FailureKind::kIo, "cannot verify certificates");
  const CertificateFields& leaf = chain.front().fields();
  if (verdict->error == X509_V_ERR_CERT_HAS_EXPIRED ||
      verdict->error == X509_V_ERR_CERT_NOT_YET_VALID) {
    return plain_failure(FailureKind::kWrongClock,
                         "the server's certificate is valid from " + to_rfc3339(leaf.not_before) +
                             " to " + to_rfc3339(leaf.not_after) +
                             ", and this machine's clock says " + to_rfc3339(now) + " (" +
                             verdict->message + "): set the clock");
  }
  if (verdict->error != X509_V_OK) {
    return refused("the server's certificate cannot be trusted: " + verdict->message);
  }
  if (!is_for_host(chain.front(), bare)) {
    return refused("the server's certificate is for " + describe_names(chain.front()) +
                   " and not for " + printable(bare) +
                   ": use one of its names, or add this one with --public-name on the server");
  }
  return Done{};
}

Result<Certificate> verify_pinned(std::span<const Certificate> chain,
                                  std::string_view pin_sha256_hex, std::string_view host,
                                  Instant now) {
  const auto found = std::find_if(chain.begin(), chain.end(), [&](const Certificate& candidate) {
    return candidate.fields().is_authority &&
           equal_constant_time(candidate.fields().spki_sha256_hex, pin_sha256_hex);
  });
  if (found == chain.end()) {
    return refused(
        "the server does not show the authority that the join code names: this is another server, "
        "something between here and it opens the connection, or the join code is old. Make a new "
        "join code, and do not enrol through a proxy that inspects TLS");
  }
  const Result<Done> verified = verify_server(chain, {&*found, 1}, host, now);
  if (!verified) return verified.failure();
  return *found;
}

Result<AgentStanding> verify_agent(const Certificate& certificate,
                                   std::span<const Certificate> anchors, Instant now) {
  const CertificateFields& fields = certificate.fields();
  const std::optional<std::string> agent_id = agent_id_of(certificate);
  if (!agent_id) return refused("the certificate names no agent");
  const std::int64_t over_ms = now - fields.not_after;
  const bool expired = over_ms >= 0;
  // What is over is judged as it was in its last second.
  const auto verdict = verify_chain({&certificate, 1}, anchors, X509_PURPOSE_SSL_CLIENT,
                                    expired ? fields.not_after - 1000 : now);
  if (!verdict) return openssl_failure(FailureKind::kIo, "cannot verify certificates");
  if (verdict->error != X509_V_OK) {
    return refused("the agent's certificate cannot be trusted: " + verdict->message);
  }
  return AgentStanding{*agent_id, fields.serial_hex,
                       expired ? std::max<std::int64_t>(over_ms, 1) : 0};
}

}  // namespace muster::crypto
