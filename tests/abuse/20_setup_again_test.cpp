// SPDX-License-Identifier: Apache-2.0
// Case 20: setting up a second time, paths that mean the same in other spellings, default accounts
// and keys, forgotten debug and test pages, open metrics. Expected: there is no set-up by network,
// and init does nothing to an installation that is there; no default account; two installations
// share no secret; what a stranger may see is this list and no more. Not covered: files of the web
// pages, which come later.
#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("20 there is no second set-up and no default account", "[abuse]") {
  Attacked here;
  const std::string before = read_whole(here.server.data() / "ca/agents.pem");
  const Ended again = here.server.command(
      {"init", "--admin", "mallory", "--password-stdin", "--public-name", "evil.example"},
      "a very long pass phrase\n");
  CHECK(again.code != 0);
  CHECK(read_whole(here.server.data() / "ca/agents.pem") == before);
  CHECK(here.sign_in("mallory", "a very long pass phrase").status == 401);
  here.server.stop();
  CHECK(here.server
            .command(
                {"init", "--admin", "mallory", "--password-stdin", "--public-name", "evil.example"},
                "a very long pass phrase\n")
            .code != 0);
  here.server.start();
  CHECK(here.sign_in("mallory", "a very long pass phrase").status == 401);
  // Only the person who was named is there, so no name and no password needs to be guessed; a few are,
  // each of which costs a hash.
  const auto users = JsonValue::parse(here.server.ask_as_admin({.path = "/api/v1/users"}).body);
  REQUIRE(users.ok());
  REQUIRE(users->find("data") != nullptr);
  REQUIRE(users->find("data")->array()->size() == 1);
  CHECK(users->find("data")->array()->front().text_at("name") == ServerProcess::kAdmin);
  for (const char* const name : {"admin", "root", "muster"})
    CHECK(here.sign_in(name, name).status == 401);
  const int without_password = here.sign_in("admin", "").status;
  CHECK((without_password == 401 || without_password == 422));
  here.check_unharmed();
}

TEST_CASE("20 two installations share no secret", "[abuse]") {
  const ServerProcess one(Made::kByInit);
  const ServerProcess two(Made::kByInit);
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(one.data() / "ca")) {
    if (entry.is_regular_file())
      files[std::filesystem::relative(entry.path(), one.data()).string()] =
          read_whole(entry.path());
  }
  int keys = 0;
  for (const auto& [name, text] : files) {
    if (text.find("PRIVATE KEY") == std::string::npos) continue;
    ++keys;
    CHECK(read_whole(two.data() / name) != text);
  }
  CHECK(keys >= 2);
}

TEST_CASE("20 a stranger sees what is on the list, in no other spelling either", "[abuse]") {
  Attacked here;
  const std::set<std::string> open = {"/healthz", "/readyz", "/downloads", "/api/v1/openapi.yaml"};
  for (const std::string& path : open)
    CHECK(here.server.ask({.path = path}).status == 200);
  for (const char* path : {"/",
                           "/setup",
                           "/setup/",
                           "/install",
                           "/init",
                           "/api/v1/setup",
                           "/api/v1/init",
                           "/debug",
                           "/debug/pprof/",
                           "/status",
                           "/server-status",
                           "/.git/config",
                           "/.env",
                           "/admin",
                           "/phpinfo.php",
                           "/vendor/",
                           "/test",
                           "/tests",
                           "/swagger",
                           "/swagger-ui/",
                           "/api-docs",
                           "/actuator",
                           "/console",
                           "/robots.txt",
                           "/favicon.ico",
                           "/muster.db",
                           "/ca/ca.pem",
                           "/downloads/",
                           "/healthz/",
                           "//healthz",
                           "/healthz/../metrics",
                           "/%6detrics/",
                           "/.well-known/est/cacerts",
                           "/agent/v1/report"}) {
    const HttpAnswer answer = here.server.ask({.path = path});
    INFO(path << ' ' << answer.status);
    CHECK((answer.status == 404 || answer.status == 400));
  }
  for (const char* path :
       {"/metrics", "/%6detrics", "/api/v1/items", "/api/v1/%69tems", "/api/v1/users",
        "/api/v1/audit", "/api/v1/agents", "/api/v1/join-tokens", "/api/v1/tokens"}) {
    for (const std::string method : {"GET", "HEAD"}) {
      RawClient client(here.server.people_port());
      REQUIRE(client.start_tls());
      client.send(method + ' ' + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
      INFO(method << ' ' << path);
      CHECK(client.receive_response(method == "HEAD").starts_with("HTTP/1.1 401"));
    }
  }
  for (const char* path :
       {"/api/v1//items", "/api/v1/items/", "/api/v1/./items", "/api/v1/x/../items",
        "/api/v1/items%2f", "/API/V1/items", "/api/v1/items;x=1", "/api/v1/items%00"}) {
    const HttpAnswer answer = here.server.ask({.path = path});
    INFO(path << ' ' << answer.status);
    CHECK((answer.status == 404 || answer.status == 400));
  }
}

TEST_CASE("20 metrics are for those who have the permission", "[abuse]") {
  Attacked here;
  CHECK(here.server.ask({.path = "/metrics"}).status == 401);
  CHECK(here.ask_with_token(here.person("rena", "requester").token, {.path = "/metrics"}).status ==
        403);
  const SomePerson vida = here.person("vida", "viewer");
  const HttpAnswer metrics = here.ask_with_token(vida.token, {.path = "/metrics"});
  CHECK(metrics.status == 200);
  CHECK(metrics.body.find("muster_http_responses_total") != std::string::npos);
  CHECK(metrics.body.find("rena") == std::string::npos);
}
