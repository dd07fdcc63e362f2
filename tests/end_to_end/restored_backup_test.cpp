// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/support/programs/installation.h"

using muster::JsonValue;
using namespace muster::test;

TEST_CASE("after an old backup is restored, one exchange later both sides agree on the present",
          "[end_to_end][sqlite]") {
  Installation installation;
  Machine machine("srv-07");
  join(installation, machine);
  machine.install("before-the-backup", "1.0-1");
  reported(machine.run_once());

  const std::string backup = installation.file("backup.db").string();
  const Ended copied = installation.server().command({"backup", backup});
  INFO(all_of(copied));
  REQUIRE(copied.code == 0);
  REQUIRE(installation.server().is_running());
  machine.install("after-the-backup", "1.0-1");
  reported(machine.run_once());
  machine.remove("library-7");
  reported(machine.run_once());

  const Ended busy = installation.server().command({"restore", backup, "--force"});
  INFO(all_of(busy));
  CHECK(busy.code == 1);
  CHECK(busy.error.find("stop it first") != std::string::npos);
  installation.server().stop();
  const Ended refused = installation.server().command({"restore", backup});
  INFO(all_of(refused));
  CHECK(refused.code == 1);
  CHECK(refused.error.find("--force") != std::string::npos);
  const Ended restored = installation.server().command({"restore", backup, "--force"});
  INFO(all_of(restored));
  REQUIRE(restored.code == 0);
  installation.server().start();

  CHECK(shown_packages(installation, machine.name()) != machine.packages());
  reported(machine.run_once());
  CHECK(shown_packages(installation, machine.name()) == machine.packages());
  const Reported again = reported(machine.run_once());
  CHECK(again.changed.empty());
  CHECK(again.requests == 1);
  CHECK(again.bytes < 1024);
  CHECK(installation.list({"items"}).size() == 1);

  // The lost span is shown as one of which nothing is known.
  const JsonValue answer = installation.json({"changes", machine.name(), "--all"});
  INFO(answer.dump());
  const JsonValue* gaps = answer.find("gaps");
  REQUIRE(gaps != nullptr);
  REQUIRE(gaps->array()->size() == 1);
  const Ended read = installation.muster({"changes", machine.name()});
  INFO(all_of(read));
  CHECK(read.out.find("nothing is known between") != std::string::npos);
  CHECK(read.out.find("before-the-backup") != std::string::npos);

  const Ended doctor = installation.server().command({"doctor"});
  INFO(all_of(doctor));
  CHECK(doctor.code == 0);
}
