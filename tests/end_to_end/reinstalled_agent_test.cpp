// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/support/programs/installation.h"

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
  CHECK(changes_of(installation, machine.name()).size() == 1);
  CHECK(shown_packages(installation, machine.name()) == machine.packages());
  REQUIRE(installation.list({"agent", "list"}).size() == 2);
  REQUIRE(installation.list({"agent", "list", "--state", "active"}).size() == 1);
  const auto superseded = installation.list({"agent", "list", "--state", "superseded"});
  REQUIRE(superseded.size() == 1);
  CHECK(superseded.front().text_at("reported_at"));
  CHECK(superseded.front().text_at("agent_version"));

  // What was lost comes back, say on a restored disk, while the new agent goes on: two machines say
  // that they are this one. The old one gets an item of its own, and the item stays with the new.
  const auto id =
      std::to_string(installation.json({"show", machine.name()}).integer_at("item_id").value_or(0));
  machine.install("late", "1.0-1");
  reported(run_program(
      machine.agent_with_state(old_state, {"run", "--once", "--root", machine.root()})));
  CHECK(installation.server().is_running());
  CHECK(installation.list({"items"}).size() == 2);
  CHECK(changes_of(installation, id).size() == 1);

  CHECK(reported(machine.run_once()).changed == std::vector<std::string>{"packages"});
  CHECK(changes_of(installation, id).size() == 2);
  CHECK(installation.list({"items"}).size() == 2);
}
