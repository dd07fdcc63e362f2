// SPDX-License-Identifier: Apache-2.0
#include "common/support/config.h"

#include <catch2/catch.hpp>
#include <map>

using muster::Config;
using muster::FailureKind;
using muster::KnownSetting;

namespace {

const std::vector<KnownSetting> kKnown = {
    {"agent", "state_directory"}, {"agent", "interval_s"}, {"agent", "quiet"}, {"sections", "*"}};

muster::Environment environment(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

}  // namespace

TEST_CASE("a configuration file gives its settings", "[config]") {
  const auto config = Config::parse(
      "# comment\n; another\n\n[agent]\r\n  state_directory = /srv/a b#c  \ninterval_s=900\n"
      "quiet = Yes\n[ sections ]\nusers = off\ndisks = on\n",
      "agent.ini", kKnown);
  REQUIRE(config.ok());
  CHECK(config->text("agent", "state_directory") == "/srv/a b#c");
  CHECK(config->integer("agent", "interval_s", 60, 86'400).value() == 900);
  CHECK(config->boolean("agent", "quiet").value() == true);
  CHECK(config->boolean("sections", "users").value() == false);
  CHECK(config->keys("sections") == std::vector<std::string>{"disks", "users"});
  CHECK(config->origin("sections", "users") == "agent.ini, line 9");
  CHECK_FALSE(config->text("agent", "other").has_value());
  CHECK_FALSE(config->boolean("agent", "other").value().has_value());
}

TEST_CASE("a file that is not there is an empty configuration", "[config]") {
  const auto config = Config::parse("", "agent.ini", kKnown);
  REQUIRE(config.ok());
  CHECK(config->keys("agent").empty());
}

TEST_CASE("the environment overrides the file, for settings that are declared", "[config]") {
  const auto config = Config::parse("[agent]\nstate_directory = /a\ninterval_s = 5\n", "x", kKnown,
                                    environment({{"MUSTER_AGENT_STATE_DIRECTORY", "/b"},
                                                 {"MUSTER_SECTIONS_USERS", "off"},
                                                 {"MUSTER_AGENT_QUIET", "maybe"}}));
  REQUIRE(config.ok());
  CHECK(config->text("agent", "state_directory") == "/b");
  CHECK(config->text("agent", "interval_s") == "5");
  CHECK_FALSE(config->text("sections", "users").has_value());
  const auto quiet = config->boolean("agent", "quiet");
  REQUIRE_FALSE(quiet.ok());
  CHECK(quiet.failure().message == "MUSTER_AGENT_QUIET: quiet must be on or off");
}

TEST_CASE("a mistake in a configuration file is refused with its line", "[config]") {
  struct Case {
    std::string text;
    std::string message;
  };
  const Case cases[] = {
      {"quiet = on\n", "f, line 1: quiet stands before the first [section]"},
      {"[agent]\nqiet = on\n", "f, line 2: unknown setting qiet in [agent]"},
      {"[agnt]\n", "f, line 1: unknown section [agnt]"},
      {"[agent\n", "f, line 1: expected [section]"},
      {"[]\n", "f, line 1: expected [section]"},
      {"[agent]\nquiet\n", "f, line 2: expected [section], key = value or # comment"},
      {"[agent]\n= on\n", "f, line 2: expected [section], key = value or # comment"},
      {"[agent]\nquiet = on\n\nquiet = off\n", "f, line 4: quiet was set before, in f, line 2"},
      {"[agent]\nquiet = \xff\n", "f, line 2: not UTF-8 text"},
      {std::string("[agent]\nquiet = \0\n", 18), "f, line 2: not UTF-8 text"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto config = Config::parse(c.text, "f", kKnown);
    REQUIRE_FALSE(config.ok());
    CHECK(config.failure().message == c.message);
  }
  CHECK(Config::parse(std::string(Config::kFileBytes + 1, '#'), "f", kKnown).failure().kind ==
        FailureKind::kTooLarge);
}

TEST_CASE("a number outside its range says what is allowed and where it was set", "[config]") {
  for (const char* value : {"59", "86401", "soon", "", "1 2", "99999999999999999999"}) {
    CAPTURE(value);
    const auto config =
        Config::parse("[agent]\ninterval_s = " + std::string(value) + "\n", "f", kKnown);
    REQUIRE(config.ok());
    const auto number = config->integer("agent", "interval_s", 60, 86'400);
    REQUIRE_FALSE(number.ok());
    CHECK(number.failure().message == "f, line 2: interval_s must be a number from 60 to 86400");
  }
}
