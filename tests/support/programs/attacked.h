// SPDX-License-Identifier: Apache-2.0
// What the abuse cases share: a real server to be attacked (its store is what tests/support makes
// of MUSTER_TEST_STORE), agents with real certificates, people with roles, and what may be read of
// the server's process. Each case is a file NN_name_test.cpp and opens with the case in words, what
// is expected and what it cannot cover. One thread, unless a function says otherwise.
#pragma once
#include <sys/types.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/crypto/join_code.h"
#include "common/json/value.h"
#include "common/support/text.h"
#include "common/wire/report.h"
#include "tests/support/programs/wire_agent.h"
#include "tests/support/whole_loop.h"

namespace muster::test {

// Sanitizers take many times the memory.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

// Somebody with a password, who is signed in and has an API token.
struct SomePerson {
  std::string name;
  std::string cookie;
  std::string csrf_token;
  std::string token;
};

struct Attacked {
  Attacked() { server.start(); }

  WireAgent enrolled(const std::string& hostname);
  HttpAnswer ask_agents(const HttpAsk& ask, const RawTls& tls = {});
  std::int64_t items();
  // Still alive, still true: what must hold after every case (I1 to I7 as far as the doctor looks).
  void check_unharmed();

  HttpAnswer sign_in(const std::string& name, const std::string& password,
                     std::vector<std::pair<std::string, std::string>> headers = {}) const;
  SomePerson person(const std::string& name, const std::string& role);
  static std::vector<std::pair<std::string, std::string>> with_session(const SomePerson& person,
                                                                       bool has_body);
  HttpAnswer ask_with_token(const std::string& token, HttpAsk ask) const;

  static void take_session(SomePerson& person, const HttpAnswer& answer);

  ServerProcess server;
};

// A line of /proc/PID/status in kB: "VmHWM" is the most memory it ever had.
std::int64_t status_kb(pid_t process, const std::string& name);

std::string replaced(std::string text, const std::string& what, const std::string& by);

// The value below which that part of all is.
double quantile(std::vector<double> values, double part);

double ms_since(std::chrono::steady_clock::time_point begin);

}  // namespace muster::test
