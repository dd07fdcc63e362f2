// SPDX-License-Identifier: Apache-2.0
// What the abuse cases share: a real server to be attacked (its store is what tests/support makes
// of MUSTER_TEST_STORE), agents with real certificates, people with roles, and what may be read of
// the server's process. Each case is a file NN_name_test.cpp and opens with the case in words, what
// is expected and what it cannot cover. One thread, unless a function says otherwise.
#pragma once
#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>

#include "tests/end_to_end/wire_agent.h"

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

inline bool full_run() {
  return std::getenv("MUSTER_TEST_FULL") != nullptr;
}

// Somebody with a password, who is signed in and has an API token.
struct SomePerson {
  std::string name;
  std::string cookie;
  std::string csrf_token;
  std::string token;
};

struct Attacked {
  Attacked() { server.start(); }

  WireAgent enrolled(const std::string& hostname) {
    WireAgent agent(server, hostname);
    const HttpAnswer answer = agent.enroll(server.join_code());
    if (answer.status != 200) throw std::runtime_error("not enrolled: " + answer.body);
    return agent;
  }
  HttpAnswer ask_agents(const HttpAsk& ask, const RawTls& tls = {}) {
    return exchange(server.agents_port(), ask, tls);
  }
  std::int64_t items() {
    const auto json = JsonValue::parse(server.ask_as_admin({.path = "/api/v1/items"}).body);
    return json ? json->integer_at("total").value_or(-1) : -1;
  }
  // Still alive, still true: what must hold after every case (I1 to I7 as far as the doctor looks).
  void check_unharmed() {
    CHECK(server.is_running());
    CHECK(server.ask({.path = "/healthz"}).status == 200);
    CHECK(server.ask({.path = "/readyz"}).status == 200);
    const Ended doctor = server.command({"doctor"});
    INFO(doctor.out << doctor.error);
    CHECK(doctor.code == 0);
    CHECK(server.log().find("runtime error") == std::string::npos);
    CHECK(server.log().find("AddressSanitizer") == std::string::npos);
  }

  HttpAnswer sign_in(const std::string& name, const std::string& password,
                     std::vector<std::pair<std::string, std::string>> headers = {}) const {
    headers.emplace_back("Content-Type", "application/json");
    return server.ask({.method = "POST",
                       .path = "/api/v1/session",
                       .headers = std::move(headers),
                       .body = R"({"name":")" + name + R"(","password":")" + password + R"("})"});
  }
  SomePerson person(const std::string& name, const std::string& role) {
    const std::string password = "a fine pass phrase of " + name;
    const HttpAnswer made =
        server.ask_as_admin({.method = "POST",
                             .path = "/api/v1/users",
                             .body = R"({"name":")" + name + R"(","role":")" + role +
                                     R"(","password":")" + password + R"("})"});
    if (made.status != 201) throw std::runtime_error("no account: " + made.body);
    SomePerson person{name, "", "", ""};
    take_session(person, sign_in(name, password));
    const HttpAnswer after = server.ask({.method = "PUT",
                                         .path = "/api/v1/session/password",
                                         .headers = with_session(person, true),
                                         .body = R"({"current_password":")" + password +
                                                 R"(","new_password":")" + password + R"( now"})"});
    if (after.status != 200) throw std::runtime_error("no new password: " + after.body);
    take_session(person, after);
    const HttpAnswer token = server.ask({.method = "POST",
                                         .path = "/api/v1/tokens",
                                         .headers = with_session(person, true),
                                         .body = R"({"name":"test"})"});
    if (token.status != 201) throw std::runtime_error("no token: " + token.body);
    person.token = token.text("token");
    return person;
  }
  static std::vector<std::pair<std::string, std::string>> with_session(const SomePerson& person,
                                                                       bool has_body) {
    std::vector<std::pair<std::string, std::string>> headers = {
        {"Cookie", person.cookie}, {"X-CSRF-Token", person.csrf_token}};
    if (has_body) headers.emplace_back("Content-Type", "application/json");
    return headers;
  }
  HttpAnswer ask_with_token(const std::string& token, HttpAsk ask) const {
    ask.headers.emplace_back("Authorization", "Bearer " + token);
    if (!ask.body.empty()) ask.headers.emplace_back("Content-Type", "application/json");
    return server.ask(ask);
  }

  static void take_session(SomePerson& person, const HttpAnswer& answer) {
    const std::string field = answer.header("Set-Cookie");
    person.cookie = field.substr(0, field.find(';'));
    person.csrf_token = answer.text("csrf_token");
  }

  ServerProcess server;
};

// A line of /proc/PID/status in kB: "VmHWM" is the most memory it ever had.
inline std::int64_t status_kb(pid_t process, const std::string& name) {
  const std::string text = read_whole("/proc/" + std::to_string(process) + "/status");
  const auto at = text.find(name + ":");
  return at == std::string::npos ? -1 : std::atoll(text.c_str() + at + name.size() + 1);
}

inline std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  if (at == std::string::npos) throw std::runtime_error("no " + what + " in " + text);
  return text.replace(at, what.size(), by);
}

// The value below which that part of all is.
inline double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  if (values.empty()) return 0;
  const auto at = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1));
  return values[at];
}

inline double ms_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

}  // namespace muster::test
