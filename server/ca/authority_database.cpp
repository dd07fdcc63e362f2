// SPDX-License-Identifier: Apache-2.0
#include "server/ca/authority_database.h"

#include <stdexcept>

namespace muster::server::ca {
namespace {

constexpr std::string_view kRead =
    "SELECT generation, certificate, sealed_key FROM authorities ORDER BY generation";
constexpr std::string_view kFind = "SELECT generation FROM authorities WHERE generation = ?1";
constexpr std::string_view kInsertAuthority =
    "INSERT INTO authorities (generation, certificate, sealed_key, made_at) VALUES (?1, ?2, ?3, "
    "?4)";
constexpr std::string_view kReadNames = "SELECT name FROM public_names ORDER BY place";
constexpr std::string_view kForgetNames = "DELETE FROM public_names";
constexpr std::string_view kInsertPublicName =
    "INSERT INTO public_names (place, name) VALUES (?1, ?2)";

std::string described(std::int64_t generation) {
  return "the key of certificate authority " + std::to_string(generation);
}

void replace_names(store::Transaction& transaction, const std::vector<std::string>& names) {
  transaction.execute(kForgetNames);
  std::int64_t place = 0;
  for (const std::string& name : names)
    transaction.execute(kInsertPublicName, {++place, name});
}

class DatabaseStorage final : public AuthorityStorage {
 public:
  DatabaseStorage(store::Store& store, ClusterKey key) : store_(store), key_(std::move(key)) {}

  std::string place() const override { return "the database"; }

  Result<std::vector<crypto::Authority>> read() override {
    struct Row {
      std::int64_t generation;
      std::string certificate, sealed_key;
    };
    std::vector<Row> rows;
    const auto done = guarded([&] {
      store_.read([&](store::Transaction& transaction) {
        rows.clear();
        transaction.query(kRead, {}, [&](const store::ResultRow& row) {
          rows.push_back({row.integer(0), std::string(row.text(1)), std::string(row.text(2))});
        });
      });
    });
    if (!done) return done.failure();
    std::vector<crypto::Authority> out;
    for (const Row& row : rows) {
      const Result<std::string> pem = key_.open(row.sealed_key, described(row.generation));
      if (!pem) return pem.failure();
      const Result<crypto::PrivateKey> key = crypto::PrivateKey::from_pem(*pem);
      if (!key) return key.failure();
      const Result<crypto::Certificate> certificate =
          crypto::Certificate::from_pem(row.certificate);
      if (!certificate) return certificate.failure();
      if (certificate->fields().spki_sha256_hex != crypto::spki_sha256_hex(key->public_key_der())) {
        return Failure{FailureKind::kMalformed, described(row.generation) +
                                                    " is not that of its certificate: restore the "
                                                    "database from a backup"};
      }
      out.push_back({*certificate, *key});
    }
    return out;
  }

  Result<Done> make(std::size_t generation, Instant now) override {
    const auto number = static_cast<std::int64_t>(generation);
    const Result<crypto::PrivateKey> key = crypto::PrivateKey::generate();
    if (!key) return key.failure();
    const Result<crypto::Authority> authority = crypto::issue_authority(*key, now);
    if (!authority) return authority.failure();
    const Result<std::string> sealed = key_.seal(key->to_pem(), described(number));
    if (!sealed) return sealed.failure();
    return guarded([&] {
      store_.write([&](store::Transaction& transaction) {
        if (transaction.find_integer(kFind, {number})) return;
        transaction.execute(kInsertAuthority, {number, authority->certificate.to_pem(),
                                               store::Blob{*sealed}, now.ms});
      });
    });
  }

  Result<std::vector<std::string>> read_names() override {
    std::vector<std::string> names;
    const auto done = guarded([&] {
      store_.read([&](store::Transaction& transaction) {
        names.clear();
        transaction.query(kReadNames, {},
                          [&](const store::ResultRow& row) { names.emplace_back(row.text(0)); });
      });
    });
    if (!done) return done.failure();
    return names;
  }

  Result<Done> write_names(const std::vector<std::string>& names) override {
    return guarded([&] {
      store_.write([&](store::Transaction& transaction) { replace_names(transaction, names); });
    });
  }

 private:
  template <class Work>
  static Result<Done> guarded(const Work& work) {
    try {
      work();
    } catch (const store::StoreError& error) {
      return Failure{FailureKind::kIo, error.what()};
    }
    return Done{};
  }

  store::Store& store_;
  ClusterKey key_;
};

}  // namespace

std::shared_ptr<AuthorityStorage> authority_in_database(store::Store& store, ClusterKey key) {
  return std::make_shared<DatabaseStorage>(store, std::move(key));
}

void put_authority(store::Transaction& transaction, const ClusterKey& key,
                   const std::vector<crypto::Authority>& authorities,
                   const std::vector<std::string>& public_names, Instant now) {
  std::int64_t generation = 0;
  for (const crypto::Authority& authority : authorities) {
    ++generation;
    const Result<std::string> sealed = key.seal(authority.key.to_pem(), described(generation));
    if (!sealed) throw std::runtime_error(sealed.failure().message);
    transaction.execute(kInsertAuthority,
                        {generation, authority.certificate.to_pem(), store::Blob{*sealed}, now.ms});
  }
  replace_names(transaction, public_names);
}

}  // namespace muster::server::ca
