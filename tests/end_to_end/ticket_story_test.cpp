// SPDX-License-Identifier: Apache-2.0
// A technician's way with a ticket: from the report to the machine, and to what changed on it
// before.
#include <catch2/catch.hpp>

#include "tests/support/programs/installation.h"

using muster::JsonValue;
using namespace muster::test;

TEST_CASE("a ticket shows the item's facts and what was installed before the trouble began",
          "[end_to_end]") {
  Installation installation;
  Machine machine("lap-0421");
  join(installation, machine);
  machine.install("nvidia-driver", "525.147.05-4");
  reported(machine.run_once());

  const Ended opened = installation.muster({"ticket", "new", "the screen flickers"});
  INFO(all_of(opened));
  REQUIRE(opened.code == 0);
  const std::string ticket = opened.out.substr(0, opened.out.find('\n'));
  REQUIRE(ticket.starts_with("INC-"));
  const Ended linked = installation.muster({"ticket", "link", ticket, machine.name()});
  INFO(all_of(linked));
  REQUIRE(linked.code == 0);

  // For a person, on one page.
  const Ended page = installation.muster({"ticket", "show", ticket});
  INFO(all_of(page));
  CHECK(page.code == 0);
  CHECK_THAT(page.out, Catch::Contains("the screen flickers"));
  CHECK_THAT(page.out, Catch::Contains(machine.name()));
  CHECK_THAT(page.out, Catch::Contains("nvidia-driver"));

  // For a program, as JSON.
  const JsonValue context = installation.json({"ticket", "context", ticket});
  INFO(context.dump());
  const JsonValue* changes = context.find("data");
  REQUIRE(changes != nullptr);
  REQUIRE(changes->array()->size() == 1);
  CHECK_THAT(changes->array()->front().dump(), Catch::Contains("nvidia-driver"));
  CHECK_THAT(context.dump(), Catch::Contains(machine.serial_number()));

  // The item shows the ticket until it is resolved.
  const Ended before = installation.muster({"show", machine.name()});
  INFO(all_of(before));
  CHECK(before.code == 0);
  CHECK_THAT(before.out, Catch::Contains(ticket));
  CHECK_THAT(before.out, Catch::Contains(machine.serial_number()));
  CHECK(installation.json({"show", machine.name()}).integer_at("open_tickets") == 1);

  const Ended resolved = installation.muster(
      {"ticket", "resolve", ticket, "--resolution", "the driver was rolled back"});
  INFO(all_of(resolved));
  CHECK(resolved.code == 0);
  const JsonValue after = installation.json({"ticket", "show", ticket});
  CHECK(after.text_at("state") == "resolved");
  CHECK(after.text_at("resolution") == "the driver was rolled back");
  CHECK(installation.json({"show", machine.name()}).integer_at("open_tickets") == 0);
  CHECK_THAT(installation.muster({"show", machine.name()}).out, !Catch::Contains(ticket));
}
