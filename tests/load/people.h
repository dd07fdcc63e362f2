// SPDX-License-Identifier: Apache-2.0
// A few people who look things up while agents report: item pages, the list, a query, at a fixed
// rate over kept connections. An answer's time counts from when the request was due, so a server
// that stalls is not measured less often. One thread uses it; it makes its own.
#pragma once
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/load/client.h"

namespace muster::load {

struct PeopleTimes {
  std::vector<float> item_ms, list_ms, query_ms;
  std::uint64_t failed = 0;  // no answer, or not 200
  std::string first_failure;
  void add(const PeopleTimes& other);
};

class People {
 public:
  // `per_s` requests in all; 0: nobody asks.
  People(std::uint16_t port, std::string api_token, double per_s);
  ~People();
  People(const People&) = delete;
  People& operator=(const People&) = delete;
  PeopleTimes stop();

 private:
  void ask(unsigned person, std::vector<std::string> items);

  std::uint16_t port_;
  std::string authorization_;
  double per_s_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  PeopleTimes times_;
  std::vector<std::thread> threads_;
};

}  // namespace muster::load
