// SPDX-License-Identifier: Apache-2.0
// Two servers on one PostgreSQL are one installation: what is begun, used up or taken back at one
// counts at the other at the next request.
#include <catch2/catch.hpp>
#include <fstream>

#include <thread>

#include "common/json/value.h"
#include "tests/support/programs/database.h"
#include "tests/support/programs/wire_agent.h"

using namespace muster;
using namespace muster::test;

namespace {

struct TwoServers {
  TwoServers() {
    a.start();
    b.start();
  }
  // The agent's report, at either server.
  static HttpAnswer send(const ServerProcess& server, const WireAgent& agent,
                         std::int64_t sequence) {
    try {
      return exchange(server.agents_port(),
                      WireAgent::ask_bytes(wire::compress(agent.report_json(sequence))),
                      agent.identity());
    } catch (const std::runtime_error&) {
      return {};  // nobody listens there any more
    }
  }
  std::int64_t count(const std::string& what) const {
    return database_session(a)->find_integer("SELECT COUNT(*) FROM " + what).value();
  }

  ServerProcess a{shared_postgres().connection(new_postgres_database())};
  ServerProcess b{&a};
};

}  // namespace

TEST_CASE("a session of one server is one of the other, and ends on both at once",
          "[end_to_end][postgresql]") {
  TwoServers servers;
  HttpAsk ask{.path = "/api/v1/session"};
  REQUIRE(servers.a.ask_as_admin(ask).status == 200);
  ask.headers = servers.a.admin_headers();
  CHECK(servers.b.ask(ask).status == 200);

  // An API token made at one and revoked at the other.
  HttpAsk make{.method = "POST", .path = "/api/v1/tokens", .body = "{\"name\":\"script\"}"};
  const HttpAnswer made = servers.a.ask_as_admin(make);
  REQUIRE(made.status == 201);
  const std::string token = made.text("token");
  HttpAsk by_token{.path = "/api/v1/items", .headers = {{"Authorization", "Bearer " + token}}};
  CHECK(servers.b.ask(by_token).status == 200);
  const auto id = JsonValue::parse(made.body)->integer_at("token_id");
  REQUIRE(id);
  HttpAsk revoke{.method = "DELETE", .path = "/api/v1/tokens/" + std::to_string(*id)};
  revoke.headers = servers.a.admin_headers();
  REQUIRE(servers.b.ask(revoke).status == 204);
  CHECK(servers.a.ask(by_token).status == 401);

  HttpAsk out{.method = "DELETE", .path = "/api/v1/session", .headers = servers.a.admin_headers()};
  REQUIRE(servers.b.ask(out).status == 204);
  CHECK(servers.a.ask(ask).status == 401);
  CHECK(servers.b.ask(ask).status == 401);
}

TEST_CASE("an agent that was revoked at one server is refused by the other at its next request",
          "[end_to_end][postgresql]") {
  TwoServers servers;
  WireAgent agent(servers.a, "laptop");
  REQUIRE(agent.enroll(servers.b.join_code()).status == 200);
  REQUIRE(TwoServers::send(servers.b, agent, 1).status == 200);
  REQUIRE(servers.a
              .ask_as_admin({.method = "POST",
                             .path = "/api/v1/agents/" + agent.agent_id() + "/revoke",
                             .body = "{\"reason\":\"stolen\"}"})
              .status == 200);
  CHECK(TwoServers::send(servers.b, agent, 2).text("code") == "agent_revoked");
  CHECK(TwoServers::send(servers.a, agent, 2).text("code") == "agent_revoked");
}

TEST_CASE("a join token for one use enrols one machine, however many servers are asked at once",
          "[end_to_end][postgresql]") {
  TwoServers servers;
  for (int round = 0; round < 5; ++round) {
    const std::string code = servers.a.join_code("{\"max_uses\":1}");
    const std::int64_t before = servers.count("certificates");
    std::vector<std::unique_ptr<WireAgent>> agents;
    std::vector<int> statuses(6);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < statuses.size(); ++i) {
      agents.push_back(std::make_unique<WireAgent>(i % 2 == 0 ? servers.a : servers.b, "host"));
      threads.emplace_back(
          [&, i, agent = agents.back().get()] { statuses[i] = agent->enroll(code).status; });
    }
    for (std::thread& thread : threads)
      thread.join();
    CHECK(std::count(statuses.begin(), statuses.end(), 200) == 1);
    CHECK(std::count(statuses.begin(), statuses.end(), 401) == 5);
    CHECK(servers.count("certificates") == before + 1);
  }
}

TEST_CASE("attempts to sign in are counted across servers", "[end_to_end][postgresql]") {
  TwoServers servers;
  const HttpAsk wrong{.method = "POST",
                      .path = "/api/v1/session",
                      .headers = {{"Content-Type", "application/json"}},
                      .body = "{\"name\":\"ana\",\"password\":\"not the right one\"}"};
  int refused = 0;
  for (int i = 0; i < 12; ++i) {
    const int status = (i % 2 == 0 ? servers.a : servers.b).ask(wrong).status;
    CHECK((status == 401 || status == 429));
    refused += status == 429 ? 1 : 0;
  }
  CHECK(refused == 2);  // ten for a name from one address
}

TEST_CASE("an agent may report to any server, and a report whose answer was lost counts once",
          "[end_to_end][postgresql]") {
  TwoServers servers;
  WireAgent agent(servers.a, "laptop");
  REQUIRE(agent.enroll(servers.a.join_code()).status == 200);
  const std::string first = wire::compress(agent.report_json(1));
  const auto send = [&](const ServerProcess& server, const std::string& body) {
    return exchange(server.agents_port(), WireAgent::ask_bytes(body), agent.identity());
  };
  const HttpAnswer answer = send(servers.a, first);
  REQUIRE(answer.status == 200);
  const std::int64_t revisions = servers.count("revisions");
  // The answer never came, so it goes to the other one again.
  const HttpAnswer again = send(servers.b, first);
  CHECK(again.status == 200);
  CHECK(again.body == answer.body);
  CHECK(servers.count("revisions") == revisions);
  CHECK(servers.count("items") == 1);
  CHECK(TwoServers::send(servers.b, agent, 2).status == 200);
  CHECK(TwoServers::send(servers.a, agent, 3).status == 200);
  CHECK(send(servers.b, first).text("code") == "stale_sequence");
}

TEST_CASE("one server goes on when the other is killed, and neither loses what it answered",
          "[end_to_end][postgresql]") {
  TwoServers servers;
  const std::string code = servers.a.join_code("{\"max_uses\":20}");
  std::vector<std::unique_ptr<WireAgent>> agents;
  for (int i = 0; i < 4; ++i) {
    agents.push_back(std::make_unique<WireAgent>(servers.a, "host-" + std::to_string(i)));
    REQUIRE(agents.back()->enroll(code).status == 200);
  }
  std::vector<std::int64_t> acknowledged(agents.size());
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < agents.size(); ++i) {
    threads.emplace_back([&, i] {
      for (std::int64_t sequence = 1; sequence <= 40; ++sequence) {
        // Like an agent behind a balancer: whoever answers is right.
        int status = 0;
        for (int attempt = 0; attempt < 100 && status != 200; ++attempt) {
          const ServerProcess& at = (sequence + attempt) % 2 == 0 ? servers.a : servers.b;
          status = TwoServers::send(at, *agents[i], sequence).status;
        }
        if (status == 200) acknowledged[i] = sequence;
        ++taken;
      }
    });
  }
  while (taken < 40)
    std::this_thread::yield();
  CHECK(servers.a.stop(SIGKILL) == 128 + SIGKILL);
  for (std::thread& thread : threads)
    thread.join();
  const auto connection = database_session(servers.b);
  for (std::size_t i = 0; i < agents.size(); ++i) {
    CHECK(acknowledged[i] == 40);
    CHECK(connection->find_integer("SELECT sequence FROM agent_state WHERE agent_id = ?1",
                                   {agents[i]->agent_id()}) == acknowledged[i]);
  }
  const Ended doctor = servers.b.command({"doctor"});
  INFO(doctor.out);
  CHECK(doctor.code == 0);
  servers.a.start();
  CHECK(TwoServers::send(servers.a, *agents[0], 41).status == 200);
}

TEST_CASE("a further server needs the cluster key, and says so", "[end_to_end][postgresql]") {
  ServerProcess first(shared_postgres().connection(new_postgres_database()));
  const TemporaryFolder folder;
  const auto data = (folder.path() / "data").string();
  const auto join = [&] {
    return run_program({binary("muster-server"), "init", "--join", "--config",
                        (first.folder() / "server.ini").string(), "--data", data});
  };
  const Ended without = join();
  CHECK(without.code == 1);
  CHECK_THAT(without.error, Catch::Contains("cluster.key"));
  std::ofstream(data + "/cluster.key") << std::string(64, '0') << "\n";
  std::filesystem::permissions(data + "/cluster.key", std::filesystem::perms(0600));
  const Ended wrong = join();
  CHECK(wrong.code == 1);
  CHECK_THAT(wrong.error, Catch::Contains("does not open"));
  std::filesystem::copy_file(first.data() / "cluster.key", data + "/cluster.key",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(join().code == 0);
  // The key of the authority stands nowhere but in the database, and there not in the clear.
  CHECK_FALSE(std::filesystem::exists(first.data() / "ca/ca.key"));
  const auto connection = database_session(first);
  CHECK(connection->find_text("SELECT sealed_key FROM authorities")->find("PRIVATE KEY") ==
        std::string::npos);
}

TEST_CASE("what PostgreSQL's own tools do is said with their commands",
          "[end_to_end][postgresql]") {
  ServerProcess server(shared_postgres().connection(new_postgres_database()));
  const Ended backup = server.command({"backup", "/tmp/never"});
  CHECK(backup.code == 1);
  CHECK_THAT(backup.error, Catch::Contains("pg_dump"));
  const Ended restore = server.command({"restore", "/tmp/never"});
  CHECK(restore.code == 1);
  CHECK_THAT(restore.error, Catch::Contains("pg_restore"));
  const Ended doctor = server.command({"doctor"});
  INFO(doctor.out);
  CHECK(doctor.code == 0);
  const Ended again =
      server.command({"init", "--admin", "ana", "--password-stdin", "--public-name", "localhost"},
                     "correct horse battery staple\n");
  CHECK(again.code == 1);
  CHECK_THAT(again.error, Catch::Contains("--join"));
}

TEST_CASE("an installation moves from SQLite to PostgreSQL, and its agents go on",
          "[end_to_end][postgresql]") {
  ServerProcess server("sqlite");
  server.start();
  WireAgent agent(server, "laptop");
  REQUIRE(agent.enroll(server.join_code()).status == 200);
  REQUIRE(agent.send(agent.report_json(1)).status == 200);
  const std::string target = shared_postgres().connection(new_postgres_database());
  const Ended busy = server.command({"migrate", "--to", target});
  CHECK(busy.code == 1);
  CHECK_THAT(busy.error, Catch::Contains("stop it first"));
  REQUIRE(server.stop() == 0);
  const Ended secret = server.command({"migrate", "--to", target + " password=geheim"});
  CHECK(secret.code == 1);
  CHECK(secret.error.find("geheim") == std::string::npos);

  const Ended moved = server.command({"migrate", "--to", target});
  INFO(moved.out << moved.error);
  REQUIRE(moved.code == 0);
  CHECK_THAT(moved.out, Catch::Contains("certificates: 1 rows"));
  const Ended again = server.command({"migrate", "--to", target});
  CHECK(again.code == 1);
  CHECK_THAT(again.error, Catch::Contains("not empty"));

  server.set_database(target);
  std::filesystem::rename(server.data() / "ca/ca.key", server.folder() / "ca.key");
  server.start();
  CHECK(agent.send(agent.report_json(2)).status == 200);
  CHECK(agent.renew().status == 200);
  CHECK(server.ask_as_admin({.path = "/api/v1/items"}).status == 200);  // signed in before
  ServerProcess second(&server);
  second.start();
  CHECK(TwoServers::send(second, agent, 3).status == 200);
  const Ended doctor = second.command({"doctor"});
  INFO(doctor.out);
  CHECK(doctor.code == 0);
}
