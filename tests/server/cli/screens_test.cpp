// SPDX-License-Identifier: Apache-2.0
// What people see on terminals of 60, 80 and 132 columns, compared with tests/expected/cli. After a
// change that is meant, MUSTER_UPDATE_EXPECTED=1 writes the expectations anew; read the difference
// before it is committed.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/support/text.h"
#include "server/cli/table.h"
#include "tests/server/cli/fleet_answers.h"
#include "tests/support/test_data.h"

namespace muster::cli {
namespace {

using Words = std::vector<std::string>;

const std::vector<std::pair<std::string, Words>>& screens() {
  static const std::vector<std::pair<std::string, Words>> kScreens = {
      {"items", {"items"}},
      {"show", {"show", "lap-0408"}},
      {"show-disks", {"show", "lap-0408", "--section", "disks"}},
      {"show-os", {"show", "lap-0408", "--section", "os"}},
      {"changes", {"changes", "lap-0408"}},
      {"compare", {"compare", "lap-0401", "lap-0408"}},
      {"ticket-show", {"ticket", "show", "INC-1042"}},
      {"ticket-list", {"ticket", "list"}},
      {"agent-list", {"agent", "list"}},
  };
  return kScreens;
}

// Standard output, then the remarks on standard error.
std::string screen(const Words& words, std::size_t columns) {
  FakeWorld world;
  answer_as_fleet(world);
  world.terminal = {true, true, true, columns};
  Words all = words;
  all.insert(all.end(), {"--utc", "--color", "never"});
  CHECK(world.run(all) == kDone);
  return world.out.str() + "--- standard error\n" + world.error.str();
}

TEST_CASE("screens of 60, 80 and 132 columns are as expected", "[cli][screens]") {
  for (const auto& [name, words] : screens()) {
    for (const std::size_t columns : {60U, 80U, 132U}) {
      const std::string shown = screen(words, columns);
      const auto path = test::source_folder() / "tests/expected/cli" /
                        (name + '-' + std::to_string(columns) + ".txt");
      if (std::getenv("MUSTER_UPDATE_EXPECTED") != nullptr)
        std::ofstream(path, std::ios::binary) << shown;
      std::ifstream file(path, std::ios::binary);
      std::ostringstream expected;
      expected << file.rdbuf();
      INFO(path.string() + "; if it is meant, MUSTER_UPDATE_EXPECTED=1 writes it anew");
      CHECK(shown == expected.str());
    }
  }
}

TEST_CASE("no line is wider than the terminal", "[cli][screens]") {
  for (const auto& [name, words] : screens()) {
    for (const std::size_t columns : {40U, 60U, 72U, 80U, 100U, 132U, 200U}) {
      const std::string shown = screen(words, columns);
      const std::string out = shown.substr(0, shown.find("--- standard error"));
      for (const std::string_view line : lines(out)) {
        INFO(name << " at " << columns << ": " << line);
        CHECK(display_width(line) <= columns);
      }
    }
  }
}

// Each of these stands in the screen as it is: on one line, not cut.
TEST_CASE("at 80 columns no name, serial number, state or version is cut", "[cli][screens]") {
  const std::vector<std::pair<std::string, Words>> cells = {
      {"items",
       {"lap-0401", "laptop", "reporting", "10 min", "Debian 12.11", "PFD962EF", "5CG1234X9Q",
        "silent", "16 d", "server", "7XK2JT3", "9.4", "revoked", "東京-受付-01", "24.04.1",
        "3.20.3", "db-primary-01.fra.example.net", "VMware-56 4d 7c 1f 0e"}},
      {"show",
       {"5CG1234X9Q", "24.04.1 LTS (Noble Numbat)", "6.8.0-48-generic", "silent", "memory_modules",
        "denied", "readings", "2026-11-07 09:50Z, 16 d ago", "INC-1042", "140.5.0esr-1~deb12u1"}},
      {"show-disks", {"nvme0n1", "S64MNX0T512345", "954 GiB", "sda", "28.7 GiB"}},
      {"changes",
       {"23 Nov 08:00Z (-40 h)", "firefox-esr", "128.13.0esr-1~deb12u1", "140.5.0esr-1~deb12u1",
        "4:7.4.7-1+deb12u5", "37A1B2C4", "6c:02:e0:4a:11:c2", "31 Dec 2025 23:00Z (-15 min)"}},
      {"compare",
       {"lap-0401", "lap-0408", "140.5.0esr-1~deb12u1", "128.13.0esr-1~deb12u1", "6.2.11.5069",
        "954 GiB", "477 GiB", "GXA7801Q"}},
      {"ticket-show",
       {"lap-0408", "5CG1234X9Q", "7XK2JT3", "db-primary-01.fra.example.net", "in_progress",
        "6.8.0-49.49", "16 d"}},
      {"ticket-list", {"INC-1042", "in_progress", "lap-0408"}},
      {"agent-list",
       {"lap-0401", "superseded", "0.1.0~rc2+git20261101", "db-primary-01.fra.example.net",
        "revoked", "東京-受付-01"}},
  };
  for (const auto& [name, texts] : cells) {
    for (const auto& [each, words] : screens()) {
      if (each != name) continue;
      const std::string shown = screen(words, 80);
      for (const std::string& text : texts) {
        INFO(shown);
        INFO(text);
        CHECK(shown.find(text) != std::string::npos);
      }
    }
  }
}

}  // namespace
}  // namespace muster::cli
