// SPDX-License-Identifier: Apache-2.0
// What a listener's TLS is made of: certificate, key, client CA and rules, as one SSL_CTX. Straight
// on OpenSSL: Poco's context brings session tickets (a resumed session presents no certificate and
// passes for the one it had), its global verification hooks and checks of the peer's address that
// make no sense for a server. Tickets and sessions are always off here. A TlsContext never changes
// after construction, so any thread may make connections from it.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "server/http/message.h"

struct ssl_ctx_st;
struct ssl_st;

namespace muster::server::http {

enum class TlsVersion { k12, k13 };
enum class ClientCertificate {
  kNone,      // not asked for
  kOptional,  // asked for; one that does not hold ends the handshake
};

struct TlsOptions {
  std::string certificate_chain_file;  // PEM: the server's certificate first, then its issuers
  std::string private_key_file;        // PEM
  std::string client_ca_file;          // PEM, one or more; needed for kOptional
  ClientCertificate client_certificate = ClientCertificate::kNone;
  TlsVersion minimum = TlsVersion::k12;
  // A client certificate that only expired, at most this long ago, passes the handshake and is
  // marked `expired`, so that a machine from the shelf can renew. 0: none does.
  int accept_expired_days = 0;
};

class TlsContext {
 public:
  // Throws std::runtime_error that names the file at fault.
  explicit TlsContext(const TlsOptions& options);
  TlsContext(const TlsContext&) = delete;  // the SSL_CTX points into it
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  int accept_expired_days_;  // the verification callback reads it through the SSL_CTX
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

// After a handshake. nullopt: the client presented none.
std::optional<PeerCertificate> peer_certificate(ssl_st* connection, Instant now);

// The newest entry of this thread's OpenSSL error queue as text; empties the queue.
std::string take_tls_error();

}  // namespace muster::server::http
