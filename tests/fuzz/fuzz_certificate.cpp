// SPDX-License-Identifier: Apache-2.0
// Certificates and keys from a peer or a file: as DER, and as PEM when the first byte is odd. What
// is read is written as the same bytes, and no name has a NUL in it.
#include "common/crypto/certificate.h"

#include <filesystem>

#include "common/crypto/key.h"
#include "common/crypto/pinning.h"
#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

namespace {

void check(const crypto::Certificate& certificate) {
  const auto again = crypto::Certificate::from_der(certificate.to_der());
  require(again && again->to_der() == certificate.to_der());
  const crypto::CertificateFields& fields = certificate.fields();
  require(from_hex(fields.serial_hex) && fields.spki_sha256_hex.size() == 64);
  for (const auto* names : {&fields.uri_names, &fields.dns_names, &fields.ip_names}) {
    for (const std::string& name : *names)
      require(name.find('\0') == std::string::npos);
  }
  if (fields.common_name) require(fields.common_name->find('\0') == std::string::npos);
  if (const auto id = crypto::agent_id_of(certificate)) require(is_uuid(*id));
  // Nobody signed it that we know; its own signature makes it no agent either.
  static const std::vector<crypto::Certificate> kNobody;
  require(!crypto::verify_agent(certificate, kNobody, fields.not_before).ok());
  const std::vector<crypto::Certificate> chain = {certificate};
  require(!crypto::verify_server(chain, kNobody, "localhost", fields.not_before).ok());
  static_cast<void>(crypto::verify_server(chain, chain, "localhost", fields.not_before));
  static_cast<void>(crypto::verify_agent(certificate, chain, fields.not_before));
  static_cast<void>(
      crypto::verify_pinned(chain, fields.spki_sha256_hex, "localhost", fields.not_before));
}

// The first is the peer's, the last the authority's.
void check_chain(const std::vector<crypto::Certificate>& chain) {
  const std::vector<crypto::Certificate> anchors = {chain.back()};
  const Instant now = chain.front().fields().not_before + 1000;
  const std::string pin = chain.back().fields().spki_sha256_hex;
  const auto pinned = crypto::verify_pinned(chain, pin, "localhost", now);
  if (pinned) {
    // It is the pinned one, though not the only one with that key, and leads to the peer's.
    require(pinned->fields().spki_sha256_hex == pin && pinned->fields().is_authority);
    const std::vector<crypto::Certificate> found = {*pinned};
    require(crypto::verify_server(chain, found, "localhost", now).ok());
  }
  if (const auto agent = crypto::verify_agent(chain.front(), anchors, now)) {
    require(is_uuid(agent->agent_id) && agent->expired_ms >= 0);
    const auto later =
        crypto::verify_agent(chain.front(), anchors, chain.front().fields().not_after);
    if (later) require(later->agent_id == agent->agent_id);
  }
}

struct TemporaryFolder {
  TemporaryFolder() : name((std::filesystem::temp_directory_path() / "fuzz-XXXXXX").string()) {
    require(::mkdtemp(name.data()) != nullptr);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(name, ignored);
  }
  std::filesystem::path path() const { return name; }
  std::string name;
};

// A key that was made and kept is the same key.
bool keys_are_kept() {
  const TemporaryFolder folder;
  const auto key = crypto::PrivateKey::generate();
  if (!key || !key->save(folder.path() / "key.pem")) return false;
  const auto kept = crypto::PrivateKey::load(folder.path() / "key.pem");
  return kept && kept->public_key_der() == key->public_key_der();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool is_kept = keys_are_kept();
  require(is_kept);
  std::string_view rest = fuzz::as_text(data, size);
  if (fuzz::take_choice(rest, 2) == 1) {
    if (const auto first = crypto::Certificate::from_pem(rest)) {
      const auto all = crypto::certificates_from_pem(first->to_pem());
      require(all && all->size() == 1);
    }
    if (const auto all = crypto::certificates_from_pem(rest)) {
      require(!all->empty() && all->size() <= crypto::kMaxCertificates);
      for (const crypto::Certificate& each : *all)
        check(each);
      check_chain(*all);
    }
    if (const auto key = crypto::PrivateKey::from_pem(rest)) {
      require(crypto::is_p256_public_key(key->public_key_der()));
      require(crypto::PrivateKey::from_pem(key->to_pem()).ok());
    }
    return 0;
  }
  if (crypto::is_p256_public_key(rest)) require(rest.size() == 91);  // RFC 5480: one form only
  const auto certificate = crypto::Certificate::from_der(rest);
  if (!certificate) return 0;
  require(certificate->to_der().size() == rest.size());
  check(*certificate);
  const std::string chain[] = {std::string(rest)};
  require(crypto::chain_from_der(chain).ok());
  return 0;
}
