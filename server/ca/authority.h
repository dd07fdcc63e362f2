// SPDX-License-Identifier: Apache-2.0
// The certificate authority of one installation, in the folder `ca` of the server's data directory:
//   ca.key, ca.pem   the first authority; ca-2.key, ca-2.pem the one after it, and so on
//   agents.pem       key and chain of the agents' listener, one file so that they belong together
//   people.pem       the same for the people's listener, unless server.ini names an own one
//   (with PostgreSQL the keys and the names are in the database, and only the certificates here)
//   public_names     the names in both, one a line; the first one goes into join codes
// Everything with a key in it has mode 0600; every file is replaced whole or not at all
// (common/support/file.h).
//
// Rollover, without a day on which something breaks: at two thirds of an authority's life the next
// one is made and handed out by cacerts beside the old one, which still signs. Agents fetch cacerts
// whenever they renew (every 60 days), so that a year later, when the new one begins to sign, even
// a machine stored for 180 days knows it. The old one is trusted until its end. Which authority
// signs follows from the time alone: no switch that a crash could leave halfway. Join codes name
// the signing authority's key; those made before it changes must be made again.
//
// Several servers of one database have the authorities and the public names there
// (authority_database.h) and in this folder only the certificates of their own listeners. Whichever
// comes first makes the next authority, in the transaction that finds it missing; the others see it
// when they reload(). Failures as Result; any thread may call anything.
#pragma once
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/issue.h"
#include "common/crypto/pinning.h"
#include "common/support/clock.h"
#include "common/support/result.h"
#include "server/ca/authority_storage.h"

namespace muster::server::ca {

constexpr std::int64_t kRolloverOverlapMs = 365 * crypto::kDayMs;
// How long after its end an agent's certificate may still be renewed with (model.md section 6).
constexpr std::int64_t kExpiredGraceMs = 180 * crypto::kDayMs;

// From two thirds of its life on.
bool needs_renewal(Instant not_before, Instant not_after, Instant now);

struct IssuedCertificate {
  crypto::Certificate certificate;
  std::string pkcs7_base64;  // the body of the answer to simpleenroll and simplereenroll
};

class CertificateAuthority {
 public:
  // Makes the folder, the authority and both listeners' certificates. Refuses (kRefused) a folder
  // that has one already; finishes what an interrupted init left behind.
  static Result<CertificateAuthority> init(const std::filesystem::path& folder,
                                           const std::vector<std::string>& public_names,
                                           Instant now);
  static Result<CertificateAuthority> load(const std::filesystem::path& folder);
  // The same with what is shared in another place than the folder.
  static Result<CertificateAuthority> init(const std::filesystem::path& folder,
                                           std::shared_ptr<AuthorityStorage> storage,
                                           const std::vector<std::string>& public_names,
                                           Instant now);
  static Result<CertificateAuthority> load(const std::filesystem::path& folder,
                                           std::shared_ptr<AuthorityStorage> storage);
  Result<Done> reload();

  // For a new or a known agent; only the public key of the request is used.
  Result<IssuedCertificate> issue_agent(std::string_view request_base64,
                                        const std::string& agent_id, Instant now) const;
  // The body of cacerts: every authority whose time is not over.
  Result<std::string> cacerts(Instant now) const;
  // The same as objects: what agents' certificates may lead to.
  std::vector<crypto::Certificate> trusted(Instant now) const;
  // SHA-256 of the signing authority's public key, in hex: the pin in a join code.
  std::string spki_pin(Instant now) const;
  // Who an agent's certificate says it is. Up to kExpiredGraceMs after its end it counts as
  // expired_ms > 0, later it is refused. Revocation is not this class's to know.
  Result<crypto::AgentStanding> check_agent(const crypto::Certificate& certificate,
                                            Instant now) const;

  std::vector<std::string> public_names() const;
  // Writes the new names; the certificates follow at the next renew_server_certificates.
  Result<Done> set_public_names(const std::vector<std::string>& public_names);

  // Makes new keys and certificates for the listeners where two thirds of their life are over,
  // where they are missing, unreadable or for other names, or where another authority signs now.
  // True: files changed, the listeners must reload them.
  Result<bool> renew_server_certificates(Instant now);
  // Makes the next authority when it is time (see above). True: it was.
  Result<bool> roll_over(Instant now);

  std::filesystem::path agents_file() const { return folder_ / "agents.pem"; }
  std::filesystem::path people_file() const { return folder_ / "people.pem"; }

 private:
  struct State {
    std::vector<crypto::Authority> authorities;  // oldest first, at least one
    std::vector<std::string> public_names;
  };
  struct Locks {
    std::shared_mutex state;  // over state_
    std::mutex files;         // one writer of the folder at a time; taken before `state`
  };
  CertificateAuthority(std::filesystem::path folder, std::shared_ptr<AuthorityStorage> storage)
      : folder_(std::move(folder)),
        storage_(std::move(storage)),
        locks_(std::make_unique<Locks>()) {}
  Result<State> read_state() const;
  Result<Done> publish(const State& state) const;
  std::shared_ptr<const State> state() const;
  static const crypto::Authority& signing(const State& state, Instant now);
  static bool is_current(const State& state, const std::filesystem::path& file, Instant now);
  static Result<bool> renew(const State& state, const std::filesystem::path& file, Instant now);

  std::filesystem::path folder_;
  std::shared_ptr<AuthorityStorage> storage_;
  // Behind a pointer so that the object can be moved.
  std::unique_ptr<Locks> locks_;
  std::shared_ptr<const State> state_;
};

}  // namespace muster::server::ca
