// SPDX-License-Identifier: Apache-2.0
// A TLS server on 127.0.0.1 with a port of the kernel's choice, that answers each connection with
// given bytes: for tests of the transport. It runs on a thread of its own until it is destroyed.
#pragma once
#include <openssl/ssl.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/sync/transport.h"
#include "common/crypto/issue.h"

namespace muster::agent::test {

struct TlsServerSettings {
  crypto::Authority authority;
  std::string name = "127.0.0.1";
  std::int64_t lifetime_ms = crypto::kServerLifetimeMs;
  int highest_version = TLS1_3_VERSION;
  bool send_authority = true;  // in the chain
  bool calls_agents_expired = false;
  std::optional<std::string> answer =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";  // nullopt: never
};

class TlsServerDouble {
 public:
  TlsServerDouble(TlsServerSettings settings, Instant now);
  ~TlsServerDouble();
  TlsServerDouble(const TlsServerDouble&) = delete;
  TlsServerDouble& operator=(const TlsServerDouble&) = delete;

  std::uint16_t port() const { return port_; }
  std::vector<std::string> requests() const;  // what was read from each connection
  std::vector<std::string> agents() const;    // agent ids of client certificates that were shown

 private:
  void serve();
  void talk(int descriptor);

  TlsServerSettings settings_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::string> agents_;
  std::thread thread_;
};

}  // namespace muster::agent::test
