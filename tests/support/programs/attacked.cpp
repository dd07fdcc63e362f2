// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/attacked.h"

#include <algorithm>
#include <stdexcept>

namespace muster::test {

WireAgent Attacked::enrolled(const std::string& hostname) {
  WireAgent agent(server, hostname);
  const HttpAnswer answer = agent.enroll(server.join_code());
  if (answer.status != 200) throw std::runtime_error("not enrolled: " + answer.body);
  return agent;
}

HttpAnswer Attacked::ask_agents(const HttpAsk& ask, const RawTls& tls) {
  return exchange(server.agents_port(), ask, tls);
}

std::int64_t Attacked::items() {
  const auto json = JsonValue::parse(server.ask_as_admin({.path = "/api/v1/items"}).body);
  return json ? json->integer_at("total").value_or(-1) : -1;
}

void Attacked::check_unharmed() {
  CHECK(server.is_running());
  CHECK(server.ask({.path = "/healthz"}).status == 200);
  CHECK(server.ask({.path = "/readyz"}).status == 200);
  const Ended doctor = server.command({"doctor"});
  INFO(doctor.out << doctor.error);
  CHECK(doctor.code == 0);
  CHECK(server.log().find("runtime error") == std::string::npos);
  CHECK(server.log().find("AddressSanitizer") == std::string::npos);
}

HttpAnswer Attacked::sign_in(const std::string& name, const std::string& password,
                             std::vector<std::pair<std::string, std::string>> headers) const {
  headers.emplace_back("Content-Type", "application/json");
  return server.ask({.method = "POST",
                     .path = "/api/v1/session",
                     .headers = std::move(headers),
                     .body = R"({"name":")" + name + R"(","password":")" + password + R"("})"});
}

SomePerson Attacked::person(const std::string& name, const std::string& role) {
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

std::vector<std::pair<std::string, std::string>> Attacked::with_session(const SomePerson& person,
                                                                        bool has_body) {
  std::vector<std::pair<std::string, std::string>> headers = {{"Cookie", person.cookie},
                                                              {"X-CSRF-Token", person.csrf_token}};
  if (has_body) headers.emplace_back("Content-Type", "application/json");
  return headers;
}

HttpAnswer Attacked::ask_with_token(const std::string& token, HttpAsk ask) const {
  ask.headers.emplace_back("Authorization", "Bearer " + token);
  if (!ask.body.empty()) ask.headers.emplace_back("Content-Type", "application/json");
  return server.ask(ask);
}

void Attacked::take_session(SomePerson& person, const HttpAnswer& answer) {
  const std::string field = answer.header("Set-Cookie");
  person.cookie = field.substr(0, field.find(';'));
  person.csrf_token = answer.text("csrf_token");
}

std::int64_t status_kb(pid_t process, const std::string& name) {
  const std::string text = read_whole("/proc/" + std::to_string(process) + "/status");
  const auto at = text.find(name + ":");
  return at == std::string::npos ? -1 : std::atoll(text.c_str() + at + name.size() + 1);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  if (at == std::string::npos) throw std::runtime_error("no " + what + " in " + text);
  return text.replace(at, what.size(), by);
}

double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  if (values.empty()) return 0;
  const auto at = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1));
  return values[at];
}

double ms_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

}  // namespace muster::test
