// SPDX-License-Identifier: Apache-2.0
// Case 30: the clock of the server or of an agent is an hour or ten years behind or ten years
// ahead, while they run and from their start, and is then put right; a server restored from an old
// backup; an agent's disk rolled back, or copied to run twice. Expected: the invariants hold, no
// row closes because of it, what was refused meanwhile is accepted within two cycles after it was
// put right, what was lost is shown as a gap, revocations and used join tokens stay what they are.
// The real programs under libfaketime, which moves CLOCK_REALTIME only: what they time, they time
// by the clock since boot. Not covered: certificates that agents renewed while server and agents
// were both up to 270 days ahead are of the future afterwards, and such machines have to be
// enrolled again (docs/operate.md). Summer time is not visible: everything is UTC.
#include "tests/support/programs/attacked.h"
#include "tests/support/programs/database.h"
#include "tests/support/programs/faked_clock.h"
#include "tests/support/programs/installation.h"

using namespace muster;
using namespace muster::test;

namespace {

// With sanitizers one each is enough: they watch the code that meets such a clock, which is the
// same.
std::vector<const char*> leaps(std::vector<const char*> all) {
  if (kSanitized) all.erase(all.begin(), all.end() - 1);
  return all;
}

// An installation that is forty days old, with a machine that reports, an agent that was revoked,
// and a join token that is used up.
struct ClockWorld {
  ClockWorld() : installation(made_then(clock)), machine("srv-07") {
    clock.set("+0");
    await_set(1);
    installation->server().check_sign_in();
    join(*installation, machine);
    used_up = installation->server().join_code("{\"max_uses\":1}");
    REQUIRE(revoked().enroll(used_up).status == 200);
    REQUIRE(revoked().send(revoked().report_json(1)).status == 200);
    REQUIRE(installation->server()
                .ask_as_admin({.method = "POST",
                               .path = "/api/v1/agents/" + revoked().agent_id() + "/revoke",
                               .body = "{\"reason\":\"stolen\"}"})
                .status == 200);
    unused = installation->server().join_code("{\"max_uses\":5}");
  }
  static std::unique_ptr<Installation> made_then(FakedClock& clock) {
    clock.set("-40d");
    return clock.wear([] { return std::make_unique<Installation>(Made::kByInit); });
  }
  WireAgent& revoked() {
    if (!stolen) stolen.emplace(installation->server(), "stolen");
    return *stolen;
  }
  // The server has noticed that often since its start that its clock was set.
  void await_set(int times) {
    const bool noticed = eventually([&] {
      const std::string log = installation->server().log();
      int seen = 0;
      for (auto at = log.find("the clock was set"); at != std::string::npos;
           at = log.find("the clock was set", at + 1))
        ++seen;
      return seen >= times;
    });
    INFO(installation->server().log());
    REQUIRE(noticed);
  }
  std::int64_t open_rows() {
    return database_session(installation->server())
        ->find_integer(
            "SELECT count(*) FROM section_packages WHERE until IS NULL AND source_record IN "
            "(SELECT source_record FROM section_system WHERE until IS NULL AND serial_number = '" +
            machine.serial_number() + "')")
        .value_or(-1);
  }
  // After everything was put right.
  void check_healed() {
    Ended last;
    for (int cycle = 0; cycle < 2; ++cycle)
      last = machine.run_once();
    INFO(all_of(last) << installation->server().log());
    CHECK(last.code == 0);
    CHECK(shown_packages(*installation, machine.name()) == machine.packages());
    CHECK(open_rows() == static_cast<std::int64_t>(machine.packages().size()));
    CHECK(revoked().send(revoked().report_json(2)).text("code") == "agent_revoked");
    WireAgent second(installation->server(), "second");
    CHECK(second.enroll(used_up).text("code") == "token_used_up");
    CHECK(WireAgent(installation->server(), "third").enroll(unused).status == 200);
    const Ended doctor = installation->server().command({"doctor"});
    INFO(doctor.out);
    // It may, and then must, say that the database has changes of the future.
    if (doctor.code != 0) {
      CHECK_THAT(doctor.out, Catch::Contains("FAILED  clock") && Catch::Contains("set the clock"));
      CHECK_THAT(doctor.out, Catch::Contains("1 check FAILED"));
    }
  }

  FakedClock clock;
  std::unique_ptr<Installation> installation;
  Machine machine;
  std::optional<WireAgent> stolen;
  std::string used_up;
  std::string unused;
};

}  // namespace

TEST_CASE("30 a server whose clock is wrong for a while closes nothing and comes back by itself",
          "[abuse][sqlite][long]") {
  for (const char* const leap : leaps({"-1h", "-10y", "+10y"})) {
    INFO(leap);
    ClockWorld world;
    ServerProcess& server = world.installation->server();
    world.clock.set(leap);
    world.await_set(2);
    CHECK(server.ask({.path = "/healthz"}).status == 200);
    world.machine.install("meanwhile", "1.0-1");
    const Ended meanwhile = world.machine.run_once();
    std::printf("case 30: server at %s: the agent's report ended with %d\n", leap, meanwhile.code);
    CHECK(world.open_rows() >= 50);
    world.clock.set("+0");
    world.await_set(3);
    world.check_healed();

    // And from its start, which it may refuse if it says why.
    REQUIRE(server.stop() == 0);
    world.clock.set(leap);
    bool has_started = true;
    try {
      world.clock.wear([&] { server.start(); });
    } catch (const std::runtime_error& ended) {
      has_started = false;
      CHECK_THAT(ended.what(), Catch::Contains("clock"));
    }
    std::printf("case 30: server at %s: %s\n", leap, has_started ? "starts" : "does not start");
    if (has_started) {
      world.machine.install("behind-the-start", "1.0-1");
      world.machine.run_once();
      CHECK(world.open_rows() >= 50);
      REQUIRE(server.stop() == 0);
    }
    world.clock.set("+0");
    world.clock.wear([&] { server.start(); });
    world.check_healed();
    CHECK(server.is_running());
  }
}

TEST_CASE("30 an agent whose clock is wrong for a while loses nothing and comes back by itself",
          "[abuse][sqlite]") {
  ClockWorld world;
  FakedClock agents;
  for (const char* const leap : leaps({"-1h", "-10y", "+10y"})) {
    INFO(leap);
    agents.set(leap);
    world.machine.install(std::string("at") + leap, "1.0-1");
    const Ended wrong = agents.wear([&] { return world.machine.run_once(); });
    std::printf("case 30: agent at %s: its report ended with %d\n", leap, wrong.code);
    CHECK(wrong.code <= 5);  // a documented code, no signal
    CHECK(world.open_rows() >= 50);
    agents.set("+0");
    const Ended right = agents.wear([&] { return world.machine.run_once(); });
    INFO(all_of(wrong) << all_of(right));
    CHECK(right.code == 0);
    CHECK(shown_packages(*world.installation, world.machine.name()) == world.machine.packages());
  }
  // The daemon, whose clock leaps while it runs.
  {
    world.machine.install("before", "1.0-1");
    const auto daemon = agents.wear([&] { return std::make_unique<RunningAgent>(world.machine); });
    const auto arrives = [&](const std::string& package) {
      world.machine.install(package, "1.0-1");
      return eventually([&] {
        daemon->report_now();
        return shown_packages(*world.installation, world.machine.name()).contains(package);
      });
    };
    // It looks once by itself; only then SIGUSR1 is awaited.
    REQUIRE(eventually([&] {
      return shown_packages(*world.installation, world.machine.name()).contains("before");
    }));
    for (const char* const leap : leaps({"-10y", "+10y"})) {
      agents.set(leap);
      daemon->report_now();
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      agents.set("+0");
      CHECK(arrives(std::string("after") + leap));
    }
    CHECK(daemon->stop() == 0);
  }
  // No time of the future, and none of before the machine was known.
  const std::int64_t now_ms = SystemClock().now().ms;
  const auto connection = database_session(world.installation->server());
  CHECK(connection->find_integer("SELECT count(*) FROM section_packages WHERE since > " +
                                 std::to_string(now_ms) + " OR since < " +
                                 std::to_string(now_ms - 3'600'000)) == 0);
  world.check_healed();
}

TEST_CASE("30 an agent's disk that is rolled back or runs twice heals, and says so",
          "[abuse][sqlite]") {
  ClockWorld world;
  Machine& machine = world.machine;
  const auto old_state = world.installation->file("old-state");
  const auto copy_to = [](const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  };
  copy_to(machine.state(), old_state);
  for (const char* const package : {"one", "two", "three"}) {
    machine.install(package, "1.0-1");
    reported(machine.run_once());
  }
  copy_to(old_state, machine.state());
  machine.remove("one");
  const Ended rolled_back = machine.run_once();
  INFO(all_of(rolled_back));
  CHECK_THAT(rolled_back.error, Catch::Contains("restored or copied"));
  world.check_healed();

  // The copy reports as well, in turns with the first: neither may make the server keep nonsense.
  copy_to(machine.state(), old_state);
  for (int turn = 0; turn < 3; ++turn) {
    machine.install("turn-" + std::to_string(turn), "1.0-1");
    run_program(machine.agent_with_state(old_state, {"run", "--once", "--root", machine.root()}));
    machine.run_once();
  }
  world.check_healed();
}

TEST_CASE("30 an old backup and an old disk at once: both sides agree on the present again",
          "[abuse][sqlite]") {
  ClockWorld world;
  Machine& machine = world.machine;
  ServerProcess& server = world.installation->server();
  const std::string backup = world.installation->file("backup.db").string();
  REQUIRE(server.command({"backup", backup}).code == 0);
  machine.install("after-the-backup", "1.0-1");
  reported(machine.run_once());
  const auto old_state = world.installation->file("old-state");
  std::filesystem::copy(machine.state(), old_state, std::filesystem::copy_options::recursive);
  machine.install("later-still", "1.0-1");
  reported(machine.run_once());
  WireAgent late(server, "late");
  REQUIRE(late.enroll(world.unused).status == 200);
  REQUIRE(server
              .ask_as_admin({.method = "POST",
                             .path = "/api/v1/agents/" + late.agent_id() + "/revoke",
                             .body = "{\"reason\":\"stolen too\"}"})
              .status == 200);
  REQUIRE(server.stop() == 0);
  REQUIRE(server.command({"restore", backup, "--force"}).code == 0);
  std::filesystem::remove_all(machine.state());
  std::filesystem::copy(old_state, machine.state(), std::filesystem::copy_options::recursive);
  machine.remove("library-7");
  server.start();
  world.check_healed();
  CHECK(late.send(late.report_json(1)).text("code") == "agent_revoked");
  const JsonValue answer = world.installation->json({"changes", machine.name(), "--all"});
  const JsonValue* gaps = answer.find("gaps");
  INFO(answer.dump());
  REQUIRE(gaps != nullptr);
  CHECK_FALSE(gaps->array()->empty());
}
