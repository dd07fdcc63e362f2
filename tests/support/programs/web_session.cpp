// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/web_session.h"

#include <stdexcept>

#include "common/json/write.h"

namespace muster::test {
namespace {

std::string object(std::initializer_list<std::pair<const char*, std::string>> members) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : members)
    json.member(name, value);
  json.end_object();
  return std::move(json).text();
}

}  // namespace

WebSession::WebSession(std::uint16_t port, const std::string& name, const std::string& password)
    : port_(port) {
  take_over(ask({.method = "POST",
                 .path = "/api/v1/session",
                 .body = object({{"name", name}, {"password", password}})}));
}

HttpAnswer WebSession::ask(HttpAsk what) {
  if (!what.body.empty()) what.headers.emplace_back("Content-Type", "application/json");
  if (!cookie_.empty()) what.headers.emplace_back("Cookie", cookie_);
  if (!csrf_token_.empty()) what.headers.emplace_back("X-CSRF-Token", csrf_token_);
  return exchange(port_, what);
}

void WebSession::change_password(const std::string& from, const std::string& to) {
  take_over(ask({.method = "PUT",
                 .path = "/api/v1/session/password",
                 .body = object({{"current_password", from}, {"new_password", to}})}));
}

void WebSession::take_over(const HttpAnswer& answer) {
  const std::string field = answer.header("Set-Cookie");
  cookie_ = field.substr(0, field.find(';'));
  csrf_token_ = answer.text("csrf_token");
  if (cookie_.empty() || csrf_token_.empty())
    throw std::runtime_error("no session: " + answer.head + answer.body);
}

}  // namespace muster::test
