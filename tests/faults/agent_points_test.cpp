// SPDX-License-Identifier: Apache-2.0
// Every fault point of the agent in turn, with the real agent against the real server: a crash, an
// error, a full disk, a stop, once and always. Afterwards both sides agree within two cycles, no
// number of a report was used twice, and an agent that was told that it is enrolled still is. CI
// takes a fixed sample (whole_loop.h).
#include <signal.h>
#include <sys/wait.h>
#include <fstream>

#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <set>

#include "common/support/text.h"
#include "tests/faults/active_fault.h"
#include "tests/faults/walked_points.h"
#include "tests/support/programs/agent_agreement.h"
#include "tests/support/programs/fault_server.h"
#include "tests/support/programs/machine.h"
#include "tests/support/whole_loop.h"

namespace muster::test {
namespace {

namespace fs = std::filesystem;

// They need 64 MiB that wait, and a server that asks for more: tests/agent/sync/reporter_test.cpp
// has both.
const std::set<std::string_view> kElsewhere = {"spool.merged", "report.saved"};

class AgentWorld {
 public:
  AgentWorld() : server_(folder_.path()) {
    if (server_.init().code != 0 || !server_.start()) throw std::runtime_error(server_.log());
    code_ = server_.join_code();
  }

  // Enrolment, as far as it comes.
  Ended enroll(const std::string& plan) {
    machine_.wipe_agent();
    return run({"enroll", "-"}, plan, code_ + "\n");
  }
  // A change, and one cycle that reports it.
  Ended report(const std::string& plan) {
    change();
    return run({"run", "--once", "--root", machine_.root()}, plan);
  }
  // A change that is reported while the server is away, and one after it is back.
  Ended outage(const std::string& plan) {
    server_.stop();
    report("");
    Ended ended = report(plan);
    if (!server_.start()) throw std::runtime_error(server_.log());
    if (ended.code == 1) ended = report(plan);
    return ended;
  }
  // The cycle after one that died behind its spool.
  Ended recover(const std::string& plan) {
    report("report.spooled:crash");
    return report(plan);
  }

  // What is wrong after two cycles without faults; empty: nothing.
  std::string heal() {
    return disagreement_after_two_cycles(server_, machine_, [&] {
      return run({"run", "--once", "--root", machine_.root()}, "");
    });
  }
  std::string ensure_enrolled() {
    return enrolment_failure(run({"enroll", "-"}, "", code_ + "\n"));
  }
  void record_into(const fs::path& file) { reached_ = file; }
  std::string doctor() {
    const Ended ended = server_.doctor();
    return ended.code == 0 ? "" : ended.out;
  }

 private:
  void change() { machine_.install("tool-" + std::to_string(++changes_), "1.0"); }

  Ended run(const std::vector<std::string>& arguments, const std::string& plan,
            const std::string& input = {}) {
    std::vector<std::string> agent = machine_.agent(arguments);
    agent.front() = binary("muster-agent-faults");
    std::vector<std::string> command = {"env"};
    if (!plan.empty()) command.push_back("MUSTER_FAULT=" + plan);
    if (!reached_.empty()) command.push_back("MUSTER_FAULT_REACHED=" + reached_.string());
    command.insert(command.end(), agent.begin(), agent.end());
    const TemporaryFolder files;
    std::ofstream(files.path() / "in") << input;
    const pid_t child =
        spawn(command, files.path() / "in", files.path() / "out", files.path() / "error");
    int status = 0;
    // A stopped one goes on as if nothing had been.
    while (::waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status))
      ::kill(child, SIGCONT);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {code, read_whole(files.path() / "out"), read_whole(files.path() / "error")};
  }

  TemporaryFolder folder_;
  FaultServer server_;
  Machine machine_{"loom"};
  std::string code_;
  fs::path reached_;
  int changes_ = 0;
};

struct Step {
  const char* name;
  Ended (AgentWorld::*run)(const std::string& plan);
};
constexpr Step kAgentSteps[] = {{"enroll", &AgentWorld::enroll},
                                {"report", &AgentWorld::report},
                                {"outage", &AgentWorld::outage},
                                {"recover", &AgentWorld::recover}};

std::map<std::string, std::size_t> record_where_reached(AgentWorld& world) {
  const TemporaryFolder folder;
  std::map<std::string, std::size_t> out;
  for (std::size_t i = 0; i < std::size(kAgentSteps); ++i) {
    const fs::path file = folder.path() / kAgentSteps[i].name;
    world.record_into(file);
    (world.*kAgentSteps[i].run)("");
    const std::string text = read_whole(file);
    for (const std::string_view line : lines(text))
      out.emplace(std::string(line), i);
  }
  world.record_into({});
  return out;
}

std::string try_fault(AgentWorld& world, const Step& step, const std::string& plan) {
  const Ended ended = (world.*step.run)(plan);
  if (std::string_view(step.name) == "enroll" && ended.code != 0) {
    if (std::string wrong = world.ensure_enrolled(); !wrong.empty()) return wrong;
  }
  return world.heal();
}

}  // namespace

TEST_CASE("at no fault point of the agent does it lose its key, its reports or their order",
          "[faults][agent]") {
  AgentWorld world;
  const std::map<std::string, std::size_t> reached = record_where_reached(world);
  REQUIRE(world.heal() == "");
  int points = 0, tried = 0;
  Turns turns("agent", {.every = 29, .first = 3});
  for (const FaultPointInfo& point : agent_points()) {
    if (kElsewhere.contains(point.name)) continue;
    const auto where = reached.find(std::string(point.name));
    if (where == reached.end()) {
      FAIL_CHECK(point.name << " was never reached");
      continue;
    }
    ++points;
    for (const char* kind : {"crash", "error", "no_space", "stop"}) {
      const bool is_error = kind[0] == 'e' || kind[0] == 'n';
      if (point.reach == FaultReach::kCrash && is_error) continue;
      for (const char* often : {"", ",always"}) {
        if (!turns.takes_next()) continue;
        const std::string plan = std::string(point.name) + ":" + kind + often;
        INFO(plan << " in " << kAgentSteps[where->second].name);
        CHECK(try_fault(world, kAgentSteps[where->second], plan) == "");
        ++tried;
      }
    }
  }
  CHECK(world.doctor() == "");
  std::cout << "fault points of the agent: " << points << " reached, " << tried
            << " faults tried, healed within two cycles\n";
}

}  // namespace muster::test
