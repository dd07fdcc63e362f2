// SPDX-License-Identifier: Apache-2.0
// An agent that sends what a test tells it to, over the real listener: right reports made by the
// agent's own rules, and wrong ones. One thread.
#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "common/crypto/key.h"
#include "common/support/digest.h"
#include "common/wire/compress.h"
#include "tests/support/programs/server_process.h"

namespace muster::test {

class WireAgent {
 public:
  // `port`: of a proxy before the agents' listener; 0 is the listener itself.
  WireAgent(ServerProcess& server, std::string hostname, std::uint16_t port = 0);

  // From now on it reports the identifiers of the machine of that name.
  void pretend_to_be(std::string hostname) { hostname_ = std::move(hostname); }

  HttpAnswer enroll(const std::string& join_code);
  HttpAnswer renew() const;

  RawTls identity() const;
  std::string agent_id() const;

  static HttpAsk ask_bytes(std::string body);
  HttpAnswer send_bytes(std::string body) const;
  HttpAnswer send(const std::string& json) const;

  // A right report of the machine's os and system, whole.
  std::string report_json(std::int64_t sequence) const;

 private:
  std::uint16_t port() const { return port_ != 0 ? port_ : server_.agents_port(); }

  ServerProcess& server_;
  std::string hostname_;
  std::uint16_t port_;
  crypto::PrivateKey key_ = crypto::PrivateKey::generate().value();
  std::string certificate_;
  std::string boot_id_ = random_uuid();
};

}  // namespace muster::test
