// SPDX-License-Identifier: Apache-2.0
// Case 28: the disk is full, read-only or does not confirm writes; memory runs out; a bit of the
// database flips. Expected: a clear answer with 507, 503 or 500 and no acknowledgement; a sync that
// fails ends the server, of the database as of the side log; corruption is named by the doctor and
// never served as the truth where hashes cover it; with space (memory, a right disk) again
// everything works. EIO, short writes and no space at every operation of the database are walked in
// tests/faults/disk_test.cpp, flipped bits of every class of page in storage_test.cpp there. Not
// covered: a file system that becomes read-only under a running server (the kernel does that to
// disks with errors only; what the server sees is the error of a write, which disk_test.cpp has);
// memory that runs out under the agent. Running out of memory is tried without sanitizers only,
// which reserve more than any limit.
#include <sys/resource.h>
#include <fstream>

#include <atomic>

#include "server/ca/side_log.h"
#include "server/store/sqlite.h"
#include "tests/support/programs/attacked.h"
#include "tests/support/programs/fault_server.h"
#include "tests/support/programs/machine.h"
#include "tests/support/programs/simulated_agent.h"
#include "tests/support/programs/small_disk.h"

using namespace muster;
using namespace muster::test;

namespace {

// One reporting agent of a server that serves.
struct World {
  explicit World(const std::filesystem::path& folder, const EnvironmentLines& environment = {})
      : server(folder) {
    REQUIRE(server.init().code == 0);
    REQUIRE(server.start(environment));
    REQUIRE(agent.enroll(server, server.join_code()));
    REQUIRE(agent.cycle(server));
  }
  std::string missing() {
    const auto database = server::store::open_sqlite((server.data() / "muster.db").string(), false);
    return agent.missing_in(*database->connect(true, 0), true);
  }
  HttpAnswer revoke(const SimulatedAgent& whom) {
    return server.ask_as_admin({.method = "POST",
                                .path = "/api/v1/agents/" + whom.agent_id() + "/revoke",
                                .body = "{\"reason\":\"stolen\"}"});
  }
  bool is_in_side_log(const SimulatedAgent& whom) const {
    return read_whole(server.data() / "revocations.log").find(whom.agent_id()) != std::string::npos;
  }
  void check_well() {
    CHECK(server.stop() == 0);
    const Ended doctor = server.doctor();
    INFO(doctor.out);
    // On a small disk it says so, too.
    CHECK((doctor.code == 0 || (doctor.out.find("1 check FAILED") != std::string::npos &&
                                doctor.out.find("FAILED  disk space") != std::string::npos)));
    CHECK(missing() == "");
  }

  FaultServer server;
  SimulatedAgent agent{"loom"};
};

}  // namespace

TEST_CASE("28 on a full disk people and agents are told so, and nothing stays broken",
          "[abuse][sqlite]") {
  const SmallDisk disk("16m");
  World world(disk.path());
  SimulatedAgent stolen("stolen");
  REQUIRE(stolen.enroll(world.server, world.server.join_code()));
  disk.fill(0);
  HttpAnswer refused;
  for (int i = 0; i < 200 && refused.status < 500; ++i)
    refused = world.server.ask_as_admin({.method = "POST",
                                         .path = "/api/v1/tickets",
                                         .body = R"({"title":"on a full disk","description":")" +
                                                 std::string(20'000, 'x') + "\"}"});
  INFO(refused.body);
  CHECK((refused.status == 507 || refused.status == 503));
  CHECK_FALSE(refused.text("detail").empty());
  CHECK(refused.body.find("SQL") == std::string::npos);
  CHECK(refused.body.find(disk.path().string()) == std::string::npos);
  bool was_refused = false;
  for (int i = 0; i < 60 && !was_refused; ++i) {
    world.agent.change();
    was_refused = !world.agent.cycle(world.server);
  }
  CHECK(was_refused);
  CHECK((world.agent.last_status() == 507 || world.agent.last_status() == 503));
  const int status = world.revoke(stolen).status;
  CHECK((status == 507 || status == 503 || status == 200));
  CHECK(try_exchange(world.server.people_port(), {.path = "/healthz"}).status == 200);
  disk.make_room();
  CHECK(world.agent.cycle(world.server));
  CHECK(world.revoke(stolen).status == 200);
  CHECK(world.is_in_side_log(stolen));
  world.check_well();
}

TEST_CASE("28 a side log without space refuses, and takes the same again when there is some",
          "[abuse][sqlite]") {
  const TemporaryFolder folder;
  World world(folder.path());
  SimulatedAgent stolen("stolen");
  REQUIRE(stolen.enroll(world.server, world.server.join_code()));
  REQUIRE(world.server.stop() == 0);
  REQUIRE(world.server.start({"MUSTER_FAULT=side_log.write:no_space"}));
  const HttpAnswer refused = world.revoke(stolen);
  CHECK(refused.status == 503);
  CHECK(refused.text("code") == "side_log_failed");
  CHECK_FALSE(world.is_in_side_log(stolen));
  CHECK(world.revoke(stolen).status == 200);
  CHECK(world.is_in_side_log(stolen));
  CHECK(world.agent.cycle(world.server));
  world.check_well();
}

TEST_CASE("28 a sync of the side log that fails ends the server before it answers",
          "[abuse][sqlite]") {
  const TemporaryFolder folder;
  World world(folder.path());
  SimulatedAgent stolen("stolen");
  REQUIRE(stolen.enroll(world.server, world.server.join_code()));
  const std::string backup = (folder.path() / "backup.db").string();
  REQUIRE(world.server.command({"backup", backup}).code == 0);
  REQUIRE(world.server.stop() == 0);
  REQUIRE(world.server.start({"MUSTER_FAULT=side_log.sync:error"}));
  CHECK(world.revoke(stolen).status == 0);
  const auto code = world.server.wait_ms(10'000);
  REQUIRE(code.has_value());
  CHECK(*code == 1);
  CHECK_THAT(world.server.log(), Catch::Contains("the disk did not confirm a write"));
  REQUIRE(world.server.start());
  // Asked again, as whoever got no answer does, it is in both; a backup does not undo it.
  CHECK(world.revoke(stolen).status == 200);
  CHECK(world.is_in_side_log(stolen));
  world.agent.change();
  CHECK(world.agent.cycle(world.server));
  REQUIRE(world.server.stop() == 0);
  REQUIRE(world.server.command({"restore", backup, "--force"}).code == 0);
  REQUIRE(world.server.start());
  CHECK_FALSE(stolen.cycle(world.server));
  CHECK(stolen.last_status() == 403);
  CHECK(world.server.stop() == 0);
  CHECK(world.server.doctor().code == 0);
}

TEST_CASE("28 on a read-only disk server and agent say so, and go on when it can be written",
          "[abuse][sqlite]") {
  const SmallDisk disk("16m");
  World world(disk.path());
  Machine machine("loom-2");
  machine.wipe_agent();
  const SmallDisk agents_disk("4m");
  const std::string state = (agents_disk.path() / "state").string();
  const auto run = [&] {
    return run_program(
        machine.agent_with_state(state, {"run", "--once", "--root", machine.root()}));
  };
  REQUIRE(
      run_program(machine.agent_with_state(state, {"enroll", "-"}), world.server.join_code() + "\n")
          .code == 0);
  reported(run());
  machine.install("meanwhile", "1.0-1");
  agents_disk.set_read_only(true);
  const Ended refused = run();
  INFO(all_of(refused));
  CHECK(refused.code != 0);
  CHECK(refused.code < 128);
  CHECK_THAT(refused.error, Catch::Contains("ead-only file system"));
  agents_disk.set_read_only(false);
  agents_disk.fill(0);
  machine.install("on-a-full-disk", "1.0-1");
  const Ended full = run();
  INFO(all_of(full));
  CHECK(full.code != 0);
  CHECK_THAT(full.error, Catch::Contains("No space left on device"));
  agents_disk.make_room();
  CHECK(reported(run()).changed == std::vector<std::string>{"packages"});

  REQUIRE(world.server.stop() == 0);
  disk.set_read_only(true);
  const Ended stopped = world.server.command({"serve", "--people-port", "0", "--agents-port", "0"});
  INFO(all_of(stopped));
  CHECK(stopped.code == 1);
  CHECK_FALSE(stopped.error.empty());
  disk.set_read_only(false);
  REQUIRE(world.server.start());
  CHECK(world.agent.cycle(world.server));
  world.check_well();
}

TEST_CASE("28 what a flipped bit damaged is not served as the truth, and the doctor names it",
          "[abuse][sqlite]") {
  const TemporaryFolder folder;
  World world(folder.path());
  for (int i = 0; i < 10; ++i) {
    world.agent.change();
    REQUIRE(world.agent.cycle(world.server));
  }
  const HttpAsk packages{.path = "/api/v1/items/1/sections/packages"};
  const HttpAnswer truth = world.server.ask_as_admin(packages);
  REQUIRE(truth.status == 200);
  REQUIRE(world.server.stop() == 0);
  const std::filesystem::path database = world.server.data() / "muster.db";
  const std::string whole = read_whole(database);
  // Inside the names of packages, wherever they stand in the file.
  std::vector<std::size_t> places;
  for (auto at = whole.find("-loom"); at != std::string::npos; at = whole.find("-loom", at + 1))
    places.push_back(at + 2);
  places.push_back(100);  // the header of the first page
  places.push_back(18);   // the file's own header
  places.push_back(28'672 + 3);
  int served = 0, refused = 0, not_started = 0, named = 0;
  Turns turns("bits",
              {.every = std::max<std::int64_t>(1, std::ssize(places) / (kSanitized ? 3 : 6))});
  for (std::size_t i = 0; i < places.size() && turns.goes_on(); ++i) {
    if (!turns.takes_next()) continue;
    flip_bit(database, places[i] * 8 + 1);
    INFO("byte " << places[i]);
    const bool is_named = world.server.doctor().code == 1;
    named += is_named ? 1 : 0;
    if (world.server.start()) {
      world.server.forget_session();
      const HttpAnswer answer = world.server.ask_as_admin(packages);
      if (answer.status == 200) {
        // Told all the same: then it is right, or the doctor knows better.
        ++served;
        CHECK((answer.body == truth.body || is_named));
      } else {
        ++refused;
        CHECK((answer.status == 0 || answer.status >= 500 || is_named));
      }
      world.server.kill();
    } else {
      ++not_started;
    }
    std::ofstream(database, std::ios::binary) << whole;
    for (const char* const more : {"-wal", "-shm"})
      std::filesystem::remove(database.string() + more);
  }
  std::printf(
      "case 28: flipped bits: %d named by the doctor; served %d, refused %d, not started %d\n",
      named, served, refused, not_started);
  REQUIRE(world.server.start());
  CHECK(world.agent.cycle(world.server));
  world.check_well();
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
TEST_CASE("28 a server that runs out of memory refuses or ends, and loses nothing",
          "[abuse][sqlite]") {
  const TemporaryFolder folder;
  World world(folder.path());
  Machine machine("wide");
  REQUIRE(run_program(machine.agent({"enroll", "-"}), world.server.join_code() + "\n").code == 0);
  reported(machine.run_once());
  int refused = 0, taken = 0, ended = 0, round = 0;
  // Less and less is left over what it has, for a report that takes tens of megabytes.
  for (const rlim_t spare_kb : {16'384, 4'096, 1'024, 0}) {
    if (!world.server.is_running()) REQUIRE(world.server.start());
    const auto has_kb = static_cast<rlim_t>(status_kb(world.server.id(), "VmData"));
    const rlimit limit{(has_kb + spare_kb) * 1024, RLIM_INFINITY};
    REQUIRE(::prlimit(world.server.id(), RLIMIT_DATA, &limit, nullptr) == 0);
    ++round;
    std::map<std::string, std::string> more;
    for (int i = 0; i < 6'000; ++i)
      more["wide-" + std::to_string(round) + "-" + std::to_string(i)] = "1.0-1";
    machine.install_all(more);
    const Ended wide = machine.run_once();
    INFO(spare_kb << " KiB: " << all_of(wide) << world.server.log());
    CHECK(wide.code < 128);
    ++(wide.code == 0 ? taken : refused);
    world.agent.change();
    if (world.agent.cycle(world.server)) {
      ++taken;
    } else {
      ++refused;
      CHECK((world.agent.last_status() == 0 || world.agent.last_status() >= 500));
    }
    if (!world.server.is_running()) {
      ++ended;
      CHECK(world.server.ended_with() == 1);
      continue;
    }
    // With memory again it goes on without a new start.
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    REQUIRE(::prlimit(world.server.id(), RLIMIT_DATA, &none, nullptr) == 0);
    CHECK(world.agent.cycle(world.server));
    CHECK(try_exchange(world.server.people_port(), {.path = "/readyz"}).status == 200);
  }
  std::printf("case 28: short of memory: %d reports taken, %d refused, the server ended %d times\n",
              taken, refused, ended);
  if (!world.server.is_running()) REQUIRE(world.server.start());
  CHECK(machine.run_once().code == 0);
  CHECK(reported(machine.run_once()).changed.empty());
  CHECK(world.agent.cycle(world.server));
  world.check_well();
}
#endif
