// SPDX-License-Identifier: Apache-2.0
// The agents' side of the network: thousands of HTTPS exchanges at once, each over a TCP and mutual
// TLS 1.3 connection of its own, as agents come. A few threads, each with its epoll and its share
// of the agents; OpenSSL never blocks. The server's certificate is checked as the agent checks it,
// and its answer is read by the agent's own parser. Every agent has an address of its own within
// 127.0.0.0/8, so that limits for one address apply to one agent.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/sync/http_reply.h"
#include "common/crypto/certificate.h"
#include "common/crypto/key.h"

namespace muster::load {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Credential {
  crypto::PrivateKey key;
  crypto::Certificate certificate;
};

enum class Ending {
  kAnswered,
  kNoConnection,  // refused, or no descriptor left
  kNoHandshake,   // TLS failed or the connection ended in it
  kReset,         // the connection ended before the answer was complete
  kTimeout,       // 60 s, as the agent waits
  kBadAnswer,     // not HTTP as it should be
};
inline constexpr const char* kEndingNames[] = {"answered", "no connection", "no handshake",
                                               "reset",    "timeout",       "bad answer"};

struct Answer {
  Ending ending = Ending::kAnswered;
  agent::sync::HttpReply reply;  // of kAnswered
};

// What the agents have to say. Called by the client's threads, for one agent by one thread only.
class Exchanges {
 public:
  virtual ~Exchanges() = default;
  // The bytes of a whole request.
  virtual std::string request(std::size_t agent) = 0;
  // nullptr: no client certificate yet.
  virtual const Credential* credential(std::size_t agent) = 0;
  // When the agent comes again; nullopt: it has nothing more to say.
  virtual std::optional<Clock::time_point> answered(std::size_t agent, const Answer& answer) = 0;
};

struct Arrival {
  std::size_t agent = 0;
  Clock::time_point due;
};

struct ClientOptions {
  std::uint16_t port = 0;
  std::vector<crypto::Certificate> authorities;
  int threads = 2;
  std::size_t open = 0;                         // connections at once; 0: as many as are due
  std::optional<Clock::time_point> until = {};  // no connection is begun after it
  int timeout_ms = 60'000;
  unsigned address_salt = 0;  // other addresses for other crowds
};

struct Tally {
  std::map<int, std::uint64_t> statuses;
  std::map<Ending, std::uint64_t> endings;
  std::uint64_t without_retry_after = 0;  // 503 and 429 that do not say when
  std::uint64_t bytes_sent = 0;           // on the socket, TLS included
  std::uint64_t bytes_received = 0;
  // From the moment the agent was due (open == 0) or the connection was begun, to the whole answer.
  std::vector<float> latencies_ms;
  double wall_s = 0;
  std::size_t most_open = 0;

  std::uint64_t count(int status) const;
  std::uint64_t faults() const;  // everything but answers
  void add(const Tally& other);
};

// Returns when nobody is due any more, or after `until` when the last connection has ended. Throws
// std::runtime_error when the system gives no socket or epoll at all.
Tally run_exchanges(const ClientOptions& options, Exchanges& exchanges,
                    std::vector<Arrival> arrivals);

// Of samples in any order; p from 0 to 100.
double percentile(std::vector<float> samples, double p);

// As many descriptors as the system lets this process have.
void raise_descriptor_limit();

}  // namespace muster::load
