// SPDX-License-Identifier: Apache-2.0
// Case 24: a forged Host, X-Forwarded-Host or absolute target, to make links that lead to somebody
// else. Expected: links, join codes and install commands name the configured addresses and nothing
// of the request; a Host that is none is 400. Not covered: addresses that the server itself would
// fetch (webhooks, mail), since it opens no connection at all: checked here by its sockets.
#include <fstream>
#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

namespace {

HttpAnswer raw(Attacked& here, const std::string& bytes) {
  RawClient client(here.server.people_port());
  REQUIRE(client.start_tls());
  client.send(bytes);
  return read_answer(client);
}

}  // namespace

TEST_CASE("24 links and join codes come from the settings, never from the request",
          "[abuse][sqlite]") {
  const Setting url("MUSTER_SERVER_PEOPLE_URL", "https://muster.example.org");
  Attacked here;
  here.server.ask_as_admin({.path = "/api/v1/items"});
  const SomePerson ana = here.person("anton", "admin");
  std::ofstream(here.server.data() / "downloads/muster-agent.deb") << "package";
  for (const char* host :
       {"evil.example", "evil.example:443", "localhost.evil.example", "127.0.0.1:1"}) {
    const std::string body = "{}";
    const HttpAnswer made =
        raw(here, "POST /api/v1/join-tokens HTTP/1.1\r\nHost: " + std::string(host) +
                      "\r\nX-Forwarded-Host: evil.example\r\nForwarded: "
                      "host=evil.example\r\nX-Original-URL: /x\r\n"
                      "X-Forwarded-Proto: http\r\nAuthorization: Bearer " +
                      ana.token +
                      "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n" + body);
    INFO(made.head << made.body);
    REQUIRE(made.status == 201);
    CHECK((made.head + made.body).find("evil") == std::string::npos);
    CHECK(made.body.find("https://muster.example.org") != std::string::npos);
    const crypto::JoinCode code = crypto::parse_join_code(made.text("join_code")).value();
    CHECK(crypto::encode_join_code(code).value().find("evil") == std::string::npos);
    const HttpAnswer session =
        raw(here, "GET /api/v1/session HTTP/1.1\r\nHost: " + std::string(host) +
                      "\r\nAuthorization: Bearer " + ana.token + "\r\n\r\n");
    CHECK(session.body.find("\"public_url\":\"https://muster.example.org\"") != std::string::npos);
    const HttpAnswer paged =
        raw(here, "GET /api/v1/users?limit=1 HTTP/1.1\r\nHost: " + std::string(host) +
                      "\r\nAuthorization: Bearer " + ana.token + "\r\n\r\n");
    CHECK(paged.status == 200);
    CHECK(paged.head.find("evil") == std::string::npos);
  }
  for (const char* host : {"", "a b", "a/b", "a@b", "http://x", "x\r\nHost: y", "a,b"}) {
    const HttpAnswer answer =
        raw(here, "GET /healthz HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
    INFO(host << ' ' << answer.status);
    CHECK(answer.status == (std::string_view(host).empty() ? answer.status : 400));
  }
  here.check_unharmed();
}

TEST_CASE("24 the server opens no connection by itself, whatever it is told", "[abuse][sqlite]") {
  Attacked here;
  for (const char* url :
       {"http://127.0.0.1:1/", "http://169.254.169.254/", "http://[::ffff:127.0.0.1]/",
        "http://0x7f000001/", "file:///etc/passwd", "gopher://x/"}) {
    JsonWriter json;
    json.begin_object()
        .member("name", url)
        .member("location", url)
        .member("owner", url)
        .end_object();
    here.server.ask_as_admin({.method = "POST", .path = "/api/v1/items", .body = json.text()});
    here.server.ask({.path = "/healthz", .headers = {{"Referer", url}, {"Origin", url}}});
  }
  // Its TCP sockets: two that listen, and what is connected to one of their two ports.
  std::set<std::string> inodes;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(here.server.id()) + "/fd")) {
    std::error_code ignored;
    const std::string link = std::filesystem::read_symlink(entry.path(), ignored).string();
    if (link.starts_with("socket:[")) inodes.insert(link.substr(8, link.size() - 9));
  }
  char people[8], agents[8];
  std::snprintf(people, sizeof people, ":%04X", here.server.people_port());
  std::snprintf(agents, sizeof agents, ":%04X", here.server.agents_port());
  std::istringstream table(read_whole("/proc/net/tcp"));
  std::string line;
  int sockets = 0;
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string field, local, inode;
    for (int i = 0; fields >> field; ++i) {
      if (i == 1) local = field;
      if (i == 9) inode = field;
    }
    if (!inodes.contains(inode)) continue;
    ++sockets;
    CHECK((local.ends_with(people) || local.ends_with(agents)));
  }
  CHECK(sockets >= 2);
}
