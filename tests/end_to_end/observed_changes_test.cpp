// SPDX-License-Identifier: Apache-2.0
// What people read after something happened on a machine: that, and nothing else.
#include <catch2/catch.hpp>

#include "tests/support/programs/installation.h"

using namespace muster::test;

TEST_CASE("one package installed is exactly one observed change", "[end_to_end]") {
  Installation installation;
  Machine machine("lap-0421");
  join(installation, machine);
  CHECK(changes_of(installation, machine.name()).empty());
  CHECK(shown_packages(installation, machine.name()) == machine.packages());

  machine.install("htop", "3.2.2-2");
  const Reported report = reported(machine.run_once());
  CHECK(report.changed == std::vector<std::string>{"packages"});
  CHECK(report.requests == 1);
  CHECK(report.bytes < 2048);
  const auto changes = changes_of(installation, machine.name());
  REQUIRE(changes.size() == 1);
  INFO(changes[0].dump());
  CHECK(changes[0].text_at("section") == "packages");
  CHECK(changes[0].text_at("kind") == "added");
  CHECK(changes[0].text_at("label").value_or("").find("htop") != std::string::npos);
  CHECK(changes[0].text_at("sentence").value_or("").find("3.2.2-2") != std::string::npos);
  CHECK(changes[0].text_at("not_before").has_value());
  CHECK(shown_packages(installation, machine.name()) == machine.packages());
}

TEST_CASE(
    "an unchanged machine costs one small request, and shows no change however often it looks",
    "[end_to_end]") {
  Installation installation;
  Machine machine("lap-0421");
  join(installation, machine);
  constexpr int kTimes = 20;
  for (int i = 0; i < kTimes; ++i) {
    INFO("collection " << i);
    const Reported report = reported(machine.run_once());
    CHECK(report.changed.empty());
    CHECK(report.requests == 1);
    CHECK(report.bytes < 1024);
  }
  CHECK(changes_of(installation, machine.name()).empty());
  CHECK(installation.list({"items"}).size() == 1);
}

TEST_CASE("an upgrade is one change that names both versions, and a removal is one",
          "[end_to_end]") {
  Installation installation;
  Machine machine("lap-0421");
  machine.install("openssl", "3.0.11-1");
  join(installation, machine);

  machine.install("openssl", "3.0.15-1");
  CHECK(reported(machine.run_once()).requests == 1);
  machine.remove("openssl");
  CHECK(reported(machine.run_once()).requests == 1);

  const auto changes = changes_of(installation, machine.name());
  REQUIRE(changes.size() == 2);
  INFO(changes[0].dump() << changes[1].dump());
  CHECK(changes[0].text_at("kind") == "removed");
  CHECK(changes[1].text_at("kind") == "changed");
  const std::string upgrade = changes[1].text_at("sentence").value_or("");
  CHECK(upgrade.find("3.0.11-1") < upgrade.find("3.0.15-1"));
  CHECK(upgrade.find("3.0.15-1") != std::string::npos);
  CHECK(shown_packages(installation, machine.name()) == machine.packages());
}
