// SPDX-License-Identifier: Apache-2.0
// The people's API without sockets (api_server.h) and four people, one for each role. Every answer
// is held against openapi.yaml as it comes.
#pragma once
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/http/target.h"
#include "tests/server/api/api_document.h"
#include "tests/server/api/api_server.h"
#include "tests/support/ingest/reporting_machine.h"

namespace muster::server {

struct Answer {
  http::Response response;
  JsonValue json;

  int status() const { return response.status; }
  std::string code() const { return json.text_at("code").value_or(""); }
  std::string path() const { return json.text_at("path").value_or(""); }
  std::string etag() const { return header("ETag"); }
  std::string header(std::string_view name) const {
    const std::string* value = response.header(name);
    return value == nullptr ? "" : *value;
  }
  // "data[0].values.name": the text, or the JSON of what is no text; empty where there is nothing.
  std::string at(std::string_view where) const {
    const JsonValue* value = &json;
    for (const std::string_view step : split(where, '.')) {
      const std::size_t bracket = step.find('[');
      value = value->find(step.substr(0, bracket));
      if (value != nullptr && bracket != std::string_view::npos) {
        const auto index = parse_integer(step.substr(bracket + 1, step.size() - bracket - 2));
        const auto* list = value->array();
        const auto place = static_cast<std::size_t>(index.value());
        value = list != nullptr && place < list->size() ? &list->at(place) : nullptr;
      }
      if (value == nullptr) return "";
    }
    return value->text() != nullptr ? *value->text() : value->dump();
  }
  std::size_t size(std::string_view list = "data") const {
    const JsonValue* value = json.find(list);
    return value != nullptr && value->array() != nullptr ? value->array()->size() : 0;
  }
};

// How a request says who sends it.
using Credentials = std::vector<http::Header>;

struct Person {
  people::User user;
  Credentials token;
  Credentials session;       // with the CSRF token
  Credentials session_only;  // the cookie alone, as another site would make a browser send it
};

class ApiFixture : public ApiServer {
 public:
  ApiFixture() : ApiServer(cheap_passwords()) {
    std::filesystem::create_directories(settings.downloads_directory);
    for (const auto& [name, role] : {std::pair("rena", people::Role::kRequester),
                                     {"vida", people::Role::kViewer},
                                     {"tone", people::Role::kTechnician},
                                     {"ana", people::Role::kAdmin}}) {
      people.push_back(add_person(name, role));
    }
  }

  Person add_person(const std::string& name, people::Role role, bool must_change = false) {
    const Account account = add_account(name, role, must_change);
    Person person{account.user, {{"authorization", "Bearer " + account.token}}, {}, {}};
    sign_in_again(person);
    return person;
  }
  void sign_in_again(Person& person) {
    const people::SignedIn begun =
        sign_in.login(person.user.name, kApiPassword, {"192.0.2.9", "t", "", ""});
    person.session_only = {{"cookie", std::string(kCookie) + "=" + begun.cookie}};
    person.session = person.session_only;
    person.session.push_back({"x-csrf-token", begun.csrf_token});
  }

  const Person& requester() const { return people[0]; }
  const Person& viewer() const { return people[1]; }
  const Person& technician() const { return people[2]; }
  const Person& admin() const { return people[3]; }

  // One request; a body is sent as JSON.
  Answer send(const Credentials& who, std::string method, const std::string& target,
              const std::string& body = "", const Credentials& more = {}) {
    http::Request request;
    request.method = std::move(method);
    auto parsed = std::get<http::Target>(http::parse_target(target));
    for (const std::string& segment : parsed.segments)
      request.path += '/' + segment;
    request.segments = std::move(parsed.segments);
    request.query = std::move(parsed.query);
    request.peer_address = "192.0.2.9";
    request.request_id = "r1";
    request.body = body;
    request.headers = who;
    if (!body.empty()) request.headers.push_back({"content-type", "application/json"});
    request.headers.insert(request.headers.end(), more.begin(), more.end());
    Answer answer{handle(request), {}};
    check(request, target, answer);
    if (auto json = JsonValue::parse(answer.response.body)) answer.json = *std::move(json);
    return answer;
  }
  // As the administrator.
  Answer get(const std::string& target) { return send(admin().token, "GET", target); }
  Answer post(const std::string& target, const std::string& body = "{}") {
    return send(admin().token, "POST", target, body);
  }
  Answer patch(const std::string& target, const std::string& etag, const std::string& body) {
    return send(admin().token, "PATCH", target, body, {{"if-match", etag}});
  }
  Answer remove(const std::string& target) { return send(admin().token, "DELETE", target); }

  // Statuses that each operation has answered so far, by "GET /api/v1/items".
  std::map<std::string, std::set<int>> answered;

  std::vector<Person> people;

 private:
  static constexpr std::string_view kCookie = "__Host-muster_session";

  static people::PasswordOptions cheap_passwords() {
    people::PasswordOptions options;
    options.cost = {.log2_n = 10, .r = 8, .p = 1};
    return options;
  }
  void check(const http::Request& request, const std::string& target, const Answer& answer) {
    if (matched() != nullptr)
      answered[matched()->method + ' ' + matched()->pattern].insert(answer.status());
    for (const std::string& each : ApiDocument::instance().violations(matched(), answer.response)) {
      FAIL_CHECK(request.method << ' ' << target << " answers " << answer.status() << ": " << each);
    }
  }
};

}  // namespace muster::server
