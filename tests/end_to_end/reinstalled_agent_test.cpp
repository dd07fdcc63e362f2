// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/end_to_end/installation.h"

using muster::JsonValue;
using namespace muster::test;

TEST_CASE("an agent that lost everything and joins again is the same item, without false changes",
          "[end_to_end]") {
  Installation installation;
  Machine machine("lap-0421");
  join(installation, machine);
  machine.install("htop", "3.2.2-2");
  reported(machine.run_once());

  const std::string old_state = installation.file("old-state").string();
  std::filesystem::copy(machine.state(), old_state, std::filesystem::copy_options::recursive);
  machine.wipe_agent();
  const Ended status = machine.status();
  INFO(all_of(status));
  CHECK(status.code == 1);
  CHECK(status.out.find("enroll") != std::string::npos);

  join(installation, machine);
  CHECK(installation.list({"items"}).size() == 1);
  CHECK(changes_of(installation, machine).size() == 1);
  CHECK(shown_packages(installation, machine) == machine.packages());
  REQUIRE(installation.list({"agent", "list"}).size() == 2);
  REQUIRE(installation.list({"agent", "list", "--state", "active"}).size() == 1);
  REQUIRE(installation.list({"agent", "list", "--state", "superseded"}).size() == 1);

  // The copy of the old agent comes back, with something to tell.
  machine.install("late", "1.0-1");
  const Ended late =
      run_program(machine.agent_with_state(old_state, {"run", "--once", "--root", machine.root()}));
  INFO(all_of(late));
  CHECK(late.code == 1);
  CHECK(late.error.find("enroll") != std::string::npos);
  CHECK(installation.server().is_running());
  CHECK(changes_of(installation, machine).size() == 1);

  CHECK(reported(machine.run_once()).changed == std::vector<std::string>{"packages"});
  CHECK(changes_of(installation, machine).size() == 2);
  CHECK(installation.list({"items"}).size() == 1);
}
