// SPDX-License-Identifier: Apache-2.0
// Peers that mean no good, beside honest agents: garbage instead of TLS, certificates of a foreign
// authority, handshakes and requests that never end, bodies that are too large or no report, and
// replays of old reports by an agent with a good certificate. Threads of its own; every connection
// is short or given up by the server's deadlines.
#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/load/client.h"

namespace muster::load {

struct HostileOptions {
  std::uint16_t port = 0;
  const Credential* accomplice = nullptr;  // an enrolled agent that nobody else uses
  std::string old_report;                  // a request of it that was answered long ago
  int slow_sockets = 200;                  // held open all the time
};

class HostileCrowd {
 public:
  explicit HostileCrowd(HostileOptions options);
  ~HostileCrowd();
  HostileCrowd(const HostileCrowd&) = delete;
  HostileCrowd& operator=(const HostileCrowd&) = delete;

  // Ends the crowd. What was tried and how it was answered ("oversize: 413"), how often.
  std::map<std::string, std::uint64_t> stop();

 private:
  void run(void (HostileCrowd::*attack)(), int pause_ms);
  void garbage();
  void foreign_certificate();
  void oversize();
  void no_report();
  void replay();
  void hold_slow_sockets();
  void as_accomplice(const char* name, const std::string& bytes);
  void note(const std::string& what);

  HostileOptions options_;
  std::string foreign_certificate_, foreign_key_, certificate_, key_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> tried_;
  std::vector<std::thread> threads_;
};

}  // namespace muster::load
