// SPDX-License-Identifier: Apache-2.0
// Case 29: two servers on one PostgreSQL, and one of the three goes wrong: a server is killed,
// stands still while it holds the lock on writing, is cut off from PostgreSQL by packets that are
// dropped, does not hear the answer to its COMMIT, or dies with a job begun; PostgreSQL fails over
// to an asynchronous replica. Expected: nothing acknowledged is lost, nothing is there twice, there
// is service again within 60 s, a job's effect is there once; what an asynchronous replica had not
// received is shown as a gap. Elsewhere: the synchronous replica (end_to_end/failover_test.cpp),
// the same by chance 200 times (faults/two_server_rounds_test.cpp). Not covered: a device that
// acknowledges bytes for PostgreSQL and keeps them, which no keepalive notices; Patroni itself.
#include <sched.h>

#include <catch2/catch.hpp>
#include <iostream>

#include "common/crypto/issue.h"
#include "server/ca/authority_database.h"
#include "server/ca/cluster_key.h"
#include "server/store/postgres.h"
#include "tests/support/programs/postgres_pair.h"
#include "tests/support/programs/two_server_rounds.h"
#include "tests/support/whole_loop.h"

using namespace muster;
using namespace muster::test;

namespace {

constexpr int kServiceWithin_ms = 60'000;
constexpr std::chrono::milliseconds kServiceWithin{kServiceWithin_ms};
constexpr const char* kSequences =
    "SELECT string_agg(agent_id || ' ' || sequence, ', ' ORDER BY agent_id) || ' ' || "
    "(SELECT MAX(revision_id) FROM revisions) FROM agent_state";

struct Pair : TwoServerRounds {
  Pair() : TwoServerRounds(29) { make(); }
  void restart_with(std::size_t number, const std::string& faults) {
    server(number).stop();
    server(number).start({"MUSTER_FAULT=" + faults});
  }
  // Ends one server after a crash point that only one step of its start reaches.
  bool dies_at(std::size_t number, const std::string& fault) {
    restart_with(number, fault);
    return server(number).wait_ms(3000).has_value();
  }
};

std::string seconds_since(std::chrono::steady_clock::time_point begin) {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  return std::to_string(taken.count()).substr(0, 5) + " s";
}

// On a thread in a network namespace of its own: nothing outside sees what happens in it.
void in_own_network(const std::function<void()>& work) {
  std::exception_ptr failure;
  std::thread([&] {
    try {
      REQUIRE(::unshare(CLONE_NEWNET) == 0);
      REQUIRE(run_program({"/usr/sbin/ip", "link", "set", "lo", "up"}).code == 0);
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) std::rethrow_exception(failure);
}

void filter(const std::string& rules) {
  const Ended done = run_program({"/usr/sbin/nft", "-f", "-"}, rules);
  INFO(done.error);
  REQUIRE(done.code == 0);
}

// The authority of the installation as if it had been made so long ago, with the same key.
void age_authority(Pair& pair, std::int64_t days) {
  const SystemClock clock;
  const Instant made{clock.now().ms - days * crypto::kDayMs};
  const auto key = server::ca::ClusterKey::load(pair.server(0).data() / "cluster.key").value();
  const auto database =
      server::store::open_postgres({.connection = pair.postgres().connection("muster")});
  const auto connection = database->connect(false, 0);
  const std::string sealed = connection->find_text("SELECT sealed_key FROM authorities").value();
  const auto own =
      crypto::PrivateKey::from_pem(key.open(sealed, "the key of certificate authority 1").value())
          .value();
  const std::string pem = crypto::issue_authority(own, made).value().certificate.to_pem();
  connection->begin(true);
  connection->execute("UPDATE authorities SET certificate = ?1", {pem});
  connection->commit();
}

}  // namespace

TEST_CASE("29 whichever server is killed, the other goes on and nothing is lost",
          "[abuse][postgresql]") {
  Pair pair;
  for (const std::size_t victim : {0U, 1U}) {
    pair.begin_load();
    REQUIRE(pair.wait_for_reports(20, kServiceWithin_ms));
    pair.server(victim).kill();
    CHECK(pair.wait_for_reports(20, kServiceWithin_ms));
    pair.end_load();
    CHECK(pair.settle() == "");
  }
}

TEST_CASE(
    "29 a server that stands still loses the lock on writing, and writes nothing when it wakes",
    "[abuse][postgresql][long]") {
  Pair pair;
  std::vector<std::string> points = {"store.before_commit"};
  if (whole_loops()) points.emplace_back("ingest.applied");
  for (const std::string& point : points) {
    INFO(point);
    pair.restart_with(0, point + ":stop@20");
    SimulatedAgent &held = pair.agent(0), &other = pair.agent(1);
    // No second report waits at the first server: it would be taken when it wakes, and rightly so.
    bool was_taken = true;
    std::thread reports([&] {
      for (int i = 0; i < 40 && was_taken; ++i) {
        held.change();
        was_taken = held.cycle(pair.server(0));
      }
    });
    for (int i = 0; i < 2000 && !pair.server(0).stands_still(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK(pair.server(0).stands_still());
    const auto begin = std::chrono::steady_clock::now();
    other.change();
    bool is_served = false;
    while (!is_served && std::chrono::steady_clock::now() - begin < kServiceWithin)
      is_served = other.cycle(pair.server(1));
    CHECK(is_served);
    std::cout << "case 29: a server stood still at " << point << ", service again after "
              << seconds_since(begin) << "\n";
    const std::string before = pair.ask(kSequences);
    pair.server(0).resume();
    reports.join();
    CHECK_FALSE(was_taken);
    // A write behind what it had begun.
    for (int i = 0; i < 100 && pair.server(0).join_code().empty(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK_THAT(pair.server(0).log(), Catch::Contains("the connection to the database is lost"));
    CHECK(pair.ask(kSequences) == before);
    CHECK(pair.settle() == "");
  }
}

TEST_CASE("29 a COMMIT whose answer is lost counts once", "[abuse][postgresql]") {
  Pair pair;
  SimulatedAgent& agent = pair.agent(0);
  const std::string changes = "SELECT COUNT(*) FROM revisions";
  for (int i = 0; i < 5; ++i) {
    agent.change();
    const std::string before = pair.ask(changes);
    const int lost = pair.proxy(0).commits_lost();
    pair.proxy(0).lose_commit(1);
    CHECK_FALSE(agent.cycle(pair.server(0)));
    CHECK(pair.proxy(0).commits_lost() == lost + 1);
    CHECK(agent.last_status() == 503);
    // It is there, and is not there once more when it is sent to the other one.
    const std::string after = pair.ask(changes);
    CHECK(std::stoi(after) == std::stoi(before) + 1);
    CHECK(agent.send_waiting(pair.server(1)));
    CHECK(pair.ask(changes) == after);
  }
  // The server says that it does not know whether a person's edit was made, and does not repeat it.
  REQUIRE(pair.server(0).ask_as_admin({.path = "/api/v1/session"}).status == 200);
  pair.proxy(0).lose_commit(1);
  const HttpAnswer made = pair.server(0).ask_as_admin(
      {.method = "POST", .path = "/api/v1/items", .body = R"({"name":"spindle"})"});
  pair.proxy(0).lose_commit(0);
  INFO(made.body);
  CHECK(made.status == 503);
  CHECK(pair.ask("SELECT COUNT(*) FROM item_values WHERE value = 'spindle'") == "1");
  CHECK(pair.settle() == "");
}

TEST_CASE("29 a server that is cut off from PostgreSQL says so, and the other one serves",
          "[abuse][postgresql][long]") {
  in_own_network([] {
    Pair pair;
    pair.begin_load();
    REQUIRE(pair.wait_for_reports(20, kServiceWithin_ms));
    const std::string port = std::to_string(pair.proxy(0).port());
    filter("table inet cut { chain both { type filter hook output priority 0;\n tcp dport " + port +
           " drop\n tcp sport " + port + " drop\n }\n }\n");
    const auto begin = std::chrono::steady_clock::now();
    CHECK(pair.wait_for_reports(20, kServiceWithin_ms));
    std::cout << "case 29: packets to PostgreSQL dropped, 20 more reports acknowledged after "
              << seconds_since(begin) << "\n";
    int ready = 200;
    for (int i = 0; i < 60 && ready == 200; ++i) {
      ready = try_exchange(pair.server(0).people_port(), {.path = "/readyz"}).status;
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    CHECK(ready == 503);
    CHECK(try_exchange(pair.server(0).people_port(), {.path = "/healthz"}).status == 200);
    CHECK(try_exchange(pair.server(1).people_port(), {.path = "/readyz"}).status == 200);
    filter("delete table inet cut\n");
    pair.end_load();
    for (int i = 0; i < 60 && ready != 200; ++i) {
      ready = try_exchange(pair.server(0).people_port(), {.path = "/readyz"}).status;
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    CHECK(ready == 200);
    CHECK(pair.settle() == "");
  });
}

TEST_CASE("29 a job that a dead server had begun is done by the other one, once",
          "[abuse][postgresql][long]") {
  Pair pair;
  const std::string merged =
      "SELECT (SELECT COUNT(*) FROM section_packages_by_content) || ' of ' || (SELECT COUNT(*) "
      "FROM "
      "section_packages) || ' up to ' || (SELECT row_id FROM merged_rows WHERE section = "
      "'packages')";
  pair.agent(0).change();
  REQUIRE(pair.agent(0).cycle(pair.server(1)));
  // The index of contents: the first dies with rows inserted that are not noted yet.
  CHECK(pair.dies_at(0, "index.merged:crash"));
  pair.server(1).kill();
  REQUIRE(pair.server(1).start());
  const std::string rows = pair.ask("SELECT COUNT(*) FROM section_packages");
  const std::string wanted =
      rows + " of " + rows + " up to " + pair.ask("SELECT MAX(row_id) FROM section_packages");
  for (int i = 0; i < 600 && pair.ask(merged) != wanted; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(pair.ask(merged) == wanted);
  CHECK(pair.settle() == "");

  // The next certificate authority: the first dies behind its commit, or just before it.
  const std::string generations = "SELECT COUNT(*) FROM authorities";
  std::vector<std::string> faults = {"authority.rolled_over:crash"};
  for (int i = 1; i <= 4; ++i)
    faults.push_back("store.before_commit:crash@" + std::to_string(i));
  for (const std::string& fault : faults) {
    INFO(fault);
    pair.ask("DELETE FROM authorities WHERE generation > 1");
    age_authority(pair, 9 * 366);
    CHECK((pair.dies_at(0, fault) || fault != faults.front()));
    pair.server(0).kill();
    pair.server(1).kill();
    REQUIRE(pair.server(1).start());
    CHECK(pair.ask(generations) == "2");
    REQUIRE(pair.server(0).start());
    CHECK(pair.ask(generations) == "2");
    CHECK(pair.settle() == "");
  }
}

TEST_CASE("29 what an asynchronous replica had not received is shown as a gap, and nothing else",
          "[abuse][postgresql]") {
  const PostgresServer primary(primary_options(false));
  const PostgresServer replica(replica_options(primary));
  wait_for_replica(primary, "async");
  primary.query("CREATE DATABASE muster TEMPLATE template0");
  const TemporaryFolder folder;
  FaultServer server(folder.path(), over_tcp(primary, replica, "muster"));
  REQUIRE(server.init().code == 0);
  REQUIRE(server.start());
  const std::string code = server.join_code();
  SimulatedAgent early("early"), late("late");
  REQUIRE(early.enroll(server, code));
  REQUIRE(late.enroll(server, code));
  REQUIRE(late.cycle(server));
  // What is committed from now on does not reach the replica.
  const std::string sent = primary.query("SELECT pg_current_wal_lsn()");
  for (int i = 0;
       i < 600 && replica.query("SELECT pg_last_wal_replay_lsn() >= '" + sent + "'::pg_lsn") != "t";
       ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const pid_t receiver = std::stoi(replica.query("SELECT pid FROM pg_stat_wal_receiver"));
  REQUIRE(::kill(receiver, SIGSTOP) == 0);
  // The rows and their contents: the server remembers the numbers of both agents' packages.
  for (SimulatedAgent* agent : {&late, &late, &late}) {
    agent->change();
    REQUIRE(agent->cycle(server));
  }
  primary.crash();
  ::kill(receiver, SIGTERM);
  ::kill(receiver, SIGCONT);
  REQUIRE(replica.query("SELECT pg_promote(true, 60)") == "t");
  // The same server goes on, and both agents agree with it in two cycles.
  for (SimulatedAgent* agent : {&late, &early}) {
    agent->change();
    for (int i = 0; i < 100 && !agent->cycle(server); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    CHECK(agent->cycle(server));
  }
  CHECK(replica.query("SELECT COUNT(*) FROM history_gaps", "muster") == "1");
  const Ended doctor = server.doctor();
  INFO(doctor.out);
  CHECK(doctor.code == 0);
  const auto database = server::store::open_postgres({.connection = replica.connection("muster")});
  CHECK(early.missing_in(*database->connect(true, 0), true) == "");
}
