// SPDX-License-Identifier: Apache-2.0
#include "server/ca/authority_files.h"

#include <algorithm>
#include <utility>

#include "common/support/file.h"
#include "common/support/text.h"
#include "server/fault_points.h"

namespace muster::server::ca {
namespace {

// 1: "ca", 2: "ca-2", ...
std::string stem(std::size_t generation) {
  return generation == 1 ? "ca" : "ca-" + std::to_string(generation);
}

std::filesystem::path key_file(const std::filesystem::path& folder, std::size_t generation) {
  return folder / (stem(generation) + ".key");
}

bool is_missing(const Failure& failure) {
  return failure.kind == FailureKind::kNotFound;
}

}  // namespace

std::filesystem::path certificate_file(const std::filesystem::path& folder,
                                       std::size_t generation) {
  return folder / (stem(generation) + ".pem");
}

Result<crypto::Authority> make_authority(const std::filesystem::path& folder,
                                         std::size_t generation, Instant now) {
  const auto key_path = key_file(folder, generation);
  Result<crypto::PrivateKey> key = crypto::PrivateKey::load(key_path);
  if (!key && is_missing(key.failure())) {
    key = crypto::PrivateKey::generate();
    if (!key) return key.failure();
    if (const auto saved = key->save(key_path); !saved) return saved.failure();
    if (const auto fault = fault_failure("authority.key")) return *fault;
  }
  if (!key) return key.failure();
  Result<crypto::Authority> authority = crypto::issue_authority(*key, now);
  if (!authority) return authority.failure();
  const auto written = replace_file(certificate_file(folder, generation),
                                    authority->certificate.to_pem(), FileMode::kPublic);
  if (!written) return written.failure();
  if (const auto fault = fault_failure("authority.certificate")) return *fault;
  return authority;
}

Result<std::optional<crypto::Authority>> read_authority(const std::filesystem::path& folder,
                                                        std::size_t generation) {
  const auto path = certificate_file(folder, generation);
  const Result<std::string> pem = read_file(path);
  if (!pem) {
    if (is_missing(pem.failure())) return std::optional<crypto::Authority>();
    return pem.failure();
  }
  const Result<crypto::Certificate> certificate = crypto::Certificate::from_pem(*pem);
  if (!certificate) {
    return Failure{certificate.failure().kind, path.string() + ": " +
                                                   certificate.failure().message +
                                                   ": restore the folder from a backup"};
  }
  const Result<crypto::PrivateKey> key = crypto::PrivateKey::load(key_file(folder, generation));
  if (!key) return key.failure();
  if (certificate->fields().spki_sha256_hex != crypto::spki_sha256_hex(key->public_key_der())) {
    return Failure{FailureKind::kMalformed, path.string() + " belongs to another key than " +
                                                key_file(folder, generation).string() +
                                                ": restore both from the same backup"};
  }
  return std::optional<crypto::Authority>(crypto::Authority{*certificate, *key});
}

Result<std::vector<std::string>> checked_names(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (const std::string& given : names) {
    const std::optional<std::string> name = crypto::canonical_name(trim(given));
    if (!name) {
      return Failure{FailureKind::kMalformed,
                     "the public name \"" + printable(given) +
                         "\" is neither a DNS name nor an IP address: give it without https://, "
                         "port and brackets"};
    }
    if (std::find(result.begin(), result.end(), *name) == result.end()) result.push_back(*name);
  }
  if (result.empty() || result.size() > 100) {
    return Failure{FailureKind::kMalformed,
                   "1 to 100 public names are needed: muster-server init --public-name NAME"};
  }
  return result;
}

Result<Done> write_names(const std::filesystem::path& folder,
                         const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += name + "\n";
  return replace_file(folder / "public_names", text, FileMode::kPublic);
}

Result<std::vector<std::string>> read_names(const std::filesystem::path& folder) {
  const auto path = folder / "public_names";
  const Result<std::string> text = read_file(path);
  if (!text) return text.failure();
  std::vector<std::string> names;
  for (const std::string_view line : lines(*text)) {
    if (const std::string_view name = trim(line); !name.empty()) names.emplace_back(name);
  }
  Result<std::vector<std::string>> checked = checked_names(names);
  if (!checked) {
    return Failure{checked.failure().kind, path.string() + ": " + checked.failure().message};
  }
  return checked;
}

namespace {

class FolderStorage final : public AuthorityStorage {
 public:
  explicit FolderStorage(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::string place() const override { return folder_.string(); }

  Result<std::vector<crypto::Authority>> read() override {
    std::vector<crypto::Authority> out;
    for (std::size_t generation = 1; generation <= kMaxAuthorities; ++generation) {
      Result<std::optional<crypto::Authority>> authority = read_authority(folder_, generation);
      if (!authority) return authority.failure();
      if (!authority->has_value()) break;
      out.push_back(**std::move(authority));
    }
    return out;
  }
  Result<Done> make(std::size_t generation, Instant now) override {
    const auto made = make_authority(folder_, generation, now);
    if (!made) return made.failure();
    return Done{};
  }
  Result<std::vector<std::string>> read_names() override { return server::ca::read_names(folder_); }
  Result<Done> write_names(const std::vector<std::string>& names) override {
    return server::ca::write_names(folder_, names);
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace

std::shared_ptr<AuthorityStorage> authority_in_folder(const std::filesystem::path& folder) {
  return std::make_shared<FolderStorage>(folder);
}

}  // namespace muster::server::ca
