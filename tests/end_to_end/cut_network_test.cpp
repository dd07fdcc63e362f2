// SPDX-License-Identifier: Apache-2.0
// The network between a real agent and a real server, in two network namespaces, is cut in the
// middle of a report, of its answer, before the connection; resets it; goes silent and heals. Each
// report is applied exactly once, nothing is lost, the agent's own deadlines end its waiting and it
// says what was wrong. With MUSTER_TEST_FULL also the minute that its longest deadline takes.
#include <catch2/catch.hpp>
#include <thread>

#include "common/support/digest.h"
#include "tests/end_to_end/network_between.h"
#include "tests/support/programs/database.h"
#include "tests/support/programs/installation.h"
#include "tests/support/whole_loop.h"

using namespace muster;
using namespace muster::test;

namespace {

struct World {
  World() {
    installation.server().stop();
    write_file(installation.server().data() / "ca/public_names",
               std::string(NetworkBetween::kHere) + "\nlocalhost\n127.0.0.1\n");
    installation.server().start();
    const Ended enrolled =
        run_program(network.there(machine.agent({"enroll", "-"})), installation.join_code() + "\n");
    if (enrolled.code != 0) throw std::runtime_error(all_of(enrolled));
    reported(cycle());
  }
  Ended cycle() {
    return run_program(network.there(machine.agent({"run", "--once", "--root", machine.root()})));
  }
  // A change that makes a report of more than 16 KiB, also compressed.
  void change() {
    ++round;
    std::map<std::string, std::string> changed;
    for (int i = 0; i < 600; ++i) {
      const std::string name = "package-" + std::to_string(i);
      changed[name] = "1." + sha256_hex(name + "-" + std::to_string(round));
    }
    machine.install_all(changed);
  }
  std::int64_t applied() {
    return database_session(installation.server())
        ->find_integer("SELECT count(*) FROM revisions")
        .value_or(-1);
  }
  void check_agreed(std::int64_t reports_applied) {
    CHECK(applied() == reports_applied);
    std::map<std::string, std::string> stored;
    database_session(installation.server())
        ->query(
            "SELECT c.name, c.version FROM section_packages r JOIN section_packages_content c ON "
            "c.content_id = r.content_id WHERE r.until IS NULL",
            {},
            [&](const server::store::ResultRow& row) { stored.emplace(row.text(0), row.text(1)); });
    CHECK(stored == machine.packages());
    const Ended doctor = installation.server().command({"doctor"});
    INFO(doctor.out);
    CHECK(doctor.code == 0);
  }

  NetworkBetween network;
  Installation installation;
  Machine machine{"srv-far"};
  int round = 0;
};

}  // namespace

TEST_CASE("a network that fails in any part of an exchange loses and doubles nothing",
          "[end_to_end][network][sqlite]") {
  World world;
  struct Way {
    const char* what;
    const char* direction;
    std::string rule;
    bool heals_meanwhile;  // the agent is still at it then
  };
  std::vector<Way> ways = {
      {"reset in the middle of a report", "in", "quota over 8 kbytes reject with tcp reset", false},
      {"reset at once", "in", "reject with tcp reset", false},
      {"silence in the middle of a report, then healed", "in", "quota over 8 kbytes drop", true},
      {"the answer is held up, then healed", "out", "quota over 2 kbytes drop", true},
      {"both directions, then healed", "out", "drop", true},
      {"one packet in five is lost", "in", "numgen random mod 100 < 20 drop", false},
  };
  if (whole_loops()) {
    ways.push_back({"silence before the connection", "in", "drop", false});
    ways.push_back({"silence in the middle of a report", "in", "quota over 8 kbytes drop", false});
    ways.push_back({"the answer is lost", "out", "quota over 2 kbytes drop", false});
  }
  for (const Way& way : ways) {
    INFO(way.what);
    const std::int64_t before = world.applied();
    world.change();
    world.network.rule(way.direction, way.rule);
    std::thread healer;
    if (way.heals_meanwhile) {
      healer = std::thread([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
        world.network.heal();
      });
    }
    const auto begin = std::chrono::steady_clock::now();
    const Ended cut = world.cycle();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    if (healer.joinable()) healer.join();
    world.network.heal();
    INFO(all_of(cut));
    std::printf("network: %s: the agent ended with %d after %lld ms\n", way.what, cut.code,
                static_cast<long long>(took.count()));
    // Its longest deadline is a minute.
    CHECK(took < std::chrono::seconds(75));
    if (cut.code != 0) CHECK_FALSE(cut.error.empty());
    // It tries again by itself; here somebody asks it to.
    const Ended healed = cut.code == 0 ? cut : world.cycle();
    INFO(all_of(healed));
    CHECK(healed.code == 0);
    world.check_agreed(before + 1);
  }
}
