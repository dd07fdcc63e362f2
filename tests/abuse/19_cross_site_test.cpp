// SPDX-License-Identifier: Apache-2.0
// Case 19: another web site in a signed-in person's browser: forms, text/plain JSON, GET and HEAD
// with effects, method overrides, CORS with Origin null, framing. Expected: 403 without the token
// beside the cookie, 415 for what a form can send; no Allow-Origin ever; frame-ancestors 'none';
// the cookie is __Host-, Secure, HttpOnly and SameSite=Strict. Not covered: a real browser, which
// comes with the web pages.
#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("19 what another site can make a browser send changes nothing", "[abuse]") {
  Attacked here;
  const SomePerson tone = here.person("tone", "technician");
  const HttpAnswer signed_in = here.sign_in("tone", "a fine pass phrase of tone now");
  const std::string cookie = signed_in.header("Set-Cookie");
  CHECK(cookie.starts_with("__Host-muster_session="));
  for (const char* attribute : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"})
    CHECK(cookie.find(attribute) != std::string::npos);
  CHECK(cookie.find("Domain=") == std::string::npos);

  const std::string body = R"({"name":"planted"})";
  const std::string session = cookie.substr(0, cookie.find(';'));
  const auto forged = [&](std::vector<std::pair<std::string, std::string>> more,
                          const std::string& method = "POST",
                          const std::string& path = "/api/v1/items") {
    more.emplace_back("Cookie", session);
    more.emplace_back("Origin", "https://evil.example");
    more.emplace_back("Referer", "https://evil.example/");
    return here.server.ask({.method = method, .path = path, .headers = more, .body = body});
  };
  for (const char* type : {"application/json", "text/plain", "application/x-www-form-urlencoded",
                           "multipart/form-data; boundary=x", "text/plain; application/json"}) {
    const HttpAnswer answer = forged({{"Content-Type", type}});
    INFO(type << answer.body);
    CHECK(answer.status == 403);
    CHECK(answer.text("code") == "csrf");
  }
  for (const std::string& token : {std::string(), std::string("x"), std::string(64, '0'),
                                   signed_in.text("csrf_token").substr(0, 63)})
    CHECK(forged({{"Content-Type", "application/json"}, {"X-CSRF-Token", token}}).status == 403);
  // With the token but as a form would send it: not JSON.
  const std::string token = signed_in.text("csrf_token");
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded"})
    CHECK(forged({{"Content-Type", type}, {"X-CSRF-Token", token}}).status == 415);
  // A token of another session.
  CHECK(forged({{"Content-Type", "application/json"}, {"X-CSRF-Token", tone.csrf_token}}).status ==
        403);
  // Methods that mean other methods.
  for (const char* field : {"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"}) {
    CHECK(here.server
              .ask({.path = "/api/v1/items",
                    .headers = {{"Cookie", session},
                                {field, "POST"},
                                {"Content-Type", "application/json"}}})
              .status == 200);
  }
  CHECK(here.server.ask({.path = "/api/v1/items?_method=POST", .headers = {{"Cookie", session}}})
            .status == 400);
  // GET and HEAD change nothing: whatever changes something answers 404 or 405 to them.
  for (const char* path : {"/api/v1/session/password", "/api/v1/items/1/archive",
                           "/api/v1/agents/x/revoke", "/api/v1/users/1/reset-password"}) {
    for (const std::string method : {"GET", "HEAD"}) {
      RawClient client(here.server.people_port());
      REQUIRE(client.start_tls());
      client.send(method + ' ' + path + " HTTP/1.1\r\nHost: x\r\nCookie: " + session + "\r\n\r\n");
      CHECK(client.receive_response(method == "HEAD").starts_with("HTTP/1.1 405"));
    }
  }
  CHECK(here.items() == 0);
}

TEST_CASE("19 no answer lets another origin read it or frame it", "[abuse][sqlite]") {
  Attacked here;
  for (const char* path : {"/api/v1/session", "/api/v1/items", "/healthz", "/downloads", "/nothing",
                           "/api/v1/openapi.yaml"}) {
    for (const char* origin : {"null", "https://evil.example", "https://localhost"}) {
      for (const char* method : {"GET", "OPTIONS"}) {
        const HttpAnswer answer = here.server.ask(
            {.method = method,
             .path = path,
             .headers = {{"Origin", origin}, {"Access-Control-Request-Method", "POST"}}});
        INFO(method << ' ' << path << ' ' << answer.head);
        CHECK(answer.head.find("Access-Control") == std::string::npos);
        CHECK(answer.header("Content-Security-Policy").find("frame-ancestors 'none'") !=
              std::string::npos);
        CHECK(answer.header("X-Content-Type-Options") == "nosniff");
        CHECK(answer.header("Strict-Transport-Security").starts_with("max-age="));
        if (std::string_view(method) == "OPTIONS") CHECK(answer.status >= 400);
      }
    }
  }
}
