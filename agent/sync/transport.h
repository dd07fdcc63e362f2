// SPDX-License-Identifier: Apache-2.0
// One HTTPS exchange with the server. The rest of the agent sees the interface Transport, so that
// tests can put a server of their own behind it; make_transport makes the real one. That speaks TLS
// 1.3 only, trusts exactly the authorities it is given (or, at the first contact, the one key that
// the join code pins), checks the host's name, follows no redirect, reads up to 64 KiB of an answer
// and has one deadline for everything from resolving the name to the last byte. Used by one thread
// at a time.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/sync/http_reply.h"
#include "common/crypto/certificate.h"
#include "common/crypto/key.h"
#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::agent::sync {

struct HttpRequest {
  std::string_view method = "POST";
  std::string_view path;
  std::vector<std::pair<std::string_view, std::string>> headers;  // without Host and Content-Length
  std::string body;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // kUnreachable: no connection, or it broke; kTimeout: the deadline; kRefused: TLS or the name was
  // wrong; kMalformed, kTooLarge: not a valid answer. Once a connection is made and TLS accepted,
  // the request may have arrived.
  virtual Result<HttpReply> exchange(const HttpRequest& request) = 0;
  // Ends the connection; the next exchange makes a new one.
  virtual void close() = 0;
  // Request bytes written since the beginning: request line, headers and bodies, without TLS.
  virtual std::uint64_t sent_bytes() const = 0;
};

struct ServerAddress {
  std::string host;  // DNS name or IP address, without brackets
  std::uint16_t port = 8444;

  static Result<ServerAddress> parse(
      std::string_view url);  // "https://host[:port]", without a path
  std::string url() const;
  std::string authority() const;  // host:port for the Host header
};

struct Identity {
  crypto::PrivateKey key;
  crypto::Certificate certificate;
};

struct TransportOptions {
  ServerAddress server;
  // The trusted authorities. Empty at the first contact: then `pin_sha256_hex` must be set.
  std::vector<crypto::Certificate> authorities;
  std::string pin_sha256_hex;
  std::optional<Identity> identity;  // the client certificate
  int connect_timeout_ms = 15'000;
  int total_timeout_ms = 60'000;
  int cancel_descriptor = -1;  // readable: stop at once (the program is asked to end); -1: never
  // Called with the authority that the first contact found by its pin.
  std::function<void(const crypto::Certificate&)> on_authority;
};

// `clock` is used to check the validity of certificates; it outlives the transport.
std::unique_ptr<Transport> make_transport(TransportOptions options, const Clock& clock);

}  // namespace muster::agent::sync
