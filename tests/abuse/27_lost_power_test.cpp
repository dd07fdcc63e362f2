// SPDX-License-Identifier: Apache-2.0
// Case 27: the power goes before each change of the files that are not the database: the agent's
// key, certificate, sequence, snapshot and spool, the authority's keys and certificates, the side
// log. What was not synced is dropped, torn or zeroed (tests/faults/lost_power.cpp), and while it
// recovers the power goes again. Expected: an agent that was told that it is enrolled stays so, no
// report is lost and none counted twice, both sides agree within two cycles; an interrupted init
// can be finished; what was acknowledged as revoked is in the side log. Kills at the named fault
// points, and the loss of power under the database, are in tests/faults (points_test.cpp,
// agent_points_test.cpp, disk_test.cpp, rounds_test.cpp). Not covered: attachments, which do not
// exist yet.
#include "server/ca/side_log.h"
#include "tests/faults/active_fault.h"
#include "tests/support/programs/agent_agreement.h"
#include "tests/support/programs/attacked.h"
#include "tests/support/programs/fault_server.h"
#include "tests/support/programs/machine.h"
#include "tests/support/programs/simulated_agent.h"

using namespace muster;
using namespace muster::test;

namespace {

std::string power(const std::filesystem::path& root, int crash_at, int seed) {
  return "MUSTER_POWER=root=" + root.string() + ",crash_at=" + std::to_string(crash_at) +
         ",seed=" + std::to_string(seed);
}

// Calls try_one(position, seed) for the positions from 1 on, until it tells that its program came
// to its end without a loss of power; returns how many there were. The quick form takes some
// positions, and of three kinds of loss one each; with sanitizers half as many where each takes
// long.
template <class Try>
std::int64_t walk(const char* name, int first, int step, Try try_one) {
  Turns turns(name);
  for (int at = first;; at += whole_loops() ? 1 : step) {
    for (int seed = 0; seed < 4; ++seed) {
      if (!whole_loops() && seed != (at / step) % 3) continue;
      const bool is_taken = turns.takes_next();
      if (!turns.goes_on()) return turns.turn();
      INFO("before change " << at << ", seed " << seed);
      if (is_taken && !try_one(at, seed)) return turns.turn();
    }
  }
}

class AgentWorld {
 public:
  AgentWorld() : server_(folder_.path()) {
    if (server_.init().code != 0 || !server_.start()) throw std::runtime_error(server_.log());
    code_ = server_.join_code();
  }

  FaultServer& server() { return server_; }
  Ended run(const std::vector<std::string>& arguments, const std::string& loss = {},
            const std::string& input = {}) const {
    std::vector<std::string> agent = machine_.agent(arguments);
    agent.front() = binary("muster-agent-faults");
    std::vector<std::string> command = {"env"};
    if (!loss.empty()) command.push_back(loss);
    command.insert(command.end(), agent.begin(), agent.end());
    return run_program(command, input);
  }
  Ended enroll(const std::string& loss = {}) {
    machine_.wipe_agent();
    return run({"enroll", "-"}, loss, code_ + "\n");
  }
  Ended report(const std::string& loss = {}) {
    machine_.install("tool-" + std::to_string(++changes_), "1.0");
    return cycle(loss);
  }
  Ended cycle(const std::string& loss = {}) const {
    return run({"run", "--once", "--root", machine_.root()}, loss);
  }
  std::string state() const { return machine_.state(); }

  // What is wrong after two cycles with power; empty: nothing.
  std::string heal() {
    return disagreement_after_two_cycles(server_, machine_, [&] { return cycle(); });
  }
  std::string ensure_enrolled() {
    return enrolment_failure(run({"enroll", "-"}, "", code_ + "\n"));
  }

 private:
  TemporaryFolder folder_;
  FaultServer server_;
  Machine machine_{"loom"};
  std::string code_;
  int changes_ = 0;
};

}  // namespace

TEST_CASE("27 power that goes while an agent enrols leaves one that can be enrolled",
          "[abuse][sqlite]") {
  AgentWorld world;
  const auto tried = walk("enrolment", 1, 5, [&](int at, int seed) {
    const Ended ended = world.enroll(power(world.state(), at, seed));
    if (ended.code != kFaultCrash) {
      CHECK(ended.code == 0);
      return false;
    }
    if (at % 2 == 0) world.cycle(power(world.state(), 1 + at % 7, seed));
    CHECK(world.ensure_enrolled() == "");
    CHECK(world.heal() == "");
    return true;
  });
  std::printf("case 27: the power went at %lld places of an enrolment\n",
              static_cast<long long>(tried));
  CHECK(tried > 3);
}

TEST_CASE("27 power that goes while an agent reports loses neither its key nor a report",
          "[abuse][sqlite]") {
  AgentWorld world;
  REQUIRE(world.enroll().code == 0);
  REQUIRE(world.report().code == 0);
  const auto reports = walk("report", 1, 4, [&](int at, int seed) {
    const Ended ended = world.report(power(world.state(), at, seed));
    if (ended.code != kFaultCrash) {
      CHECK(ended.code == 0);
      return false;
    }
    if (at % 2 == 0) world.cycle(power(world.state(), 1 + at % 5, seed + 1));  // once more
    CHECK(world.heal() == "");
    return true;
  });
  // With the server away: what waits in the spool. Afterwards, while it is sent.
  const auto outages = walk("outage", 2, 6, [&](int at, int seed) {
    REQUIRE(world.server().stop() == 0);
    world.report();
    const Ended away = world.report(power(world.state(), at, seed));
    REQUIRE(world.server().start());
    const Ended back = world.cycle(power(world.state(), at, seed + 1));
    CHECK(world.heal() == "");
    return away.code == kFaultCrash || back.code == kFaultCrash;
  });
  std::printf("case 27: the power went at %lld places of a report, %lld of an outage\n",
              static_cast<long long>(reports), static_cast<long long>(outages));
  CHECK(reports > 2);
  CHECK(world.server().stop() == 0);
  CHECK(world.server().doctor().code == 0);
}

TEST_CASE("27 power that goes while an installation is made leaves one that can be finished",
          "[abuse][sqlite][long]") {
  const auto tried = walk("init", 1, kSanitized ? 10 : 5, [&](int at, int seed) {
    const TemporaryFolder folder;
    FaultServer server(folder.path());
    const Ended ended = server.init({power(server.data(), at, seed)});
    if (ended.code != kFaultCrash) {
      CHECK(ended.code == 0);
      return false;
    }
    const Ended again = server.init();
    INFO(again.out << again.error);
    CHECK(again.code == 0);
    CHECK(server.start());
    SimulatedAgent agent("loom");
    CHECK(agent.enroll(server, server.join_code()));
    CHECK(agent.cycle(server));
    CHECK(server.stop() == 0);
    CHECK(server.doctor().code == 0);
    return true;
  });
  std::printf("case 27: the power went at %lld places of init\n", static_cast<long long>(tried));
  CHECK(tried > 2);
}

TEST_CASE("27 power that goes under the authority and the side log undoes nothing acknowledged",
          "[abuse][sqlite][long]") {
  const TemporaryFolder folder;
  FaultServer server(folder.path());
  REQUIRE(server.init().code == 0);
  int number = 0;
  const auto tried = walk("authority", 1, kSanitized ? 6 : 3, [&](int at, int seed) {
    // The listeners' certificates are made anew.
    for (const char* const name : {"agents.pem", "people.pem"})
      std::filesystem::remove(server.data() / "ca" / name);
    SimulatedAgent agent("loom-" + std::to_string(++number));
    bool is_enrolled = false, is_revoked = false;
    const bool has_started = server.start({power(server.data(), at, seed)});
    if (has_started) {
      server.forget_session();
      is_enrolled = agent.enroll(server, server.join_code());
      is_revoked = is_enrolled &&
                   server.ask_as_admin({.method = "POST",
                                        .path = "/api/v1/agents/" + agent.agent_id() + "/revoke",
                                        .body = "{\"reason\":\"stolen\"}"})
                           .status == 200;
      if (server.is_running() && is_revoked) {
        CHECK(server.stop() == 0);
        return false;
      }
      server.kill();
    }
    CHECK(server.ended_with() == kFaultCrash);
    // And once more while it starts.
    if (at % 2 == 0) {
      if (server.start({power(server.data(), 1 + at % 3, seed + 1)})) server.kill();
    }
    CHECK(server.start());
    INFO(server.log());
    const auto log = server::ca::parse_side_log(read_whole(server.data() / "revocations.log"));
    REQUIRE(log);
    // Revoked without an answer is revoked.
    if (is_enrolled) CHECK((agent.cycle(server) || agent.last_status() == 403));
    CHECK(server.stop() == 0);
    CHECK(server.doctor().code == 0);
    return true;
  });
  std::printf("case 27: the power went at %lld places of a server's life\n",
              static_cast<long long>(tried));
  CHECK(tried > 2);
  // What was acknowledged before a later loss stays.
  REQUIRE(server.start());
  server.forget_session();
  SimulatedAgent stolen("stolen");
  REQUIRE(stolen.enroll(server, server.join_code()));
  REQUIRE(server.stop() == 0);
  REQUIRE(server.start({power(server.data(), 1'000, 0)}));
  REQUIRE(server
              .ask_as_admin({.method = "POST",
                             .path = "/api/v1/agents/" + stolen.agent_id() + "/revoke",
                             .body = "{\"reason\":\"stolen\"}"})
              .status == 200);
  server.kill();
  CHECK(read_whole(server.data() / "revocations.log").find(stolen.agent_id()) != std::string::npos);
}

TEST_CASE("27 control: with syncing switched off the same loss of power is noticed",
          "[abuse][sqlite]") {
  AgentWorld world;
  REQUIRE(world.enroll().code == 0);
  REQUIRE(world.report().code == 0);
  bool is_noticed = false;
  for (int at = 6; at < 30 && !is_noticed; ++at) {
    world.report(power(world.state(), at, at % 2) + ",no_sync");
    is_noticed = !world.heal().empty();
  }
  CHECK(is_noticed);
}
