// SPDX-License-Identifier: Apache-2.0
// When a missing row means that there is none (docs/query.md, Undetermined).
#include "server/facts/shown_record.h"
#include "tests/server/query/fleet.h"

namespace muster::server {
namespace {

TEST_CASE("what is known of a section follows its statuses", "[query]") {
  Fleet f;
  for (const char* name : {"ok", "stale", "partial", "off", "cannot", "empty", "never"})
    f.machine(name, {});
  for (const char* name : {"ok", "stale", "off"})
    f.set_status(f.agents[name], "packages", "ok", kSemanticsStart);
  for (const char* name : {"ok", "stale"})
    f.package(name, "openssl", "3.0.8");
  const std::int64_t row = f.package("off", "openssl", "3.0.8");
  f.set_status(f.agents["stale"], "packages", "failed", kSemanticsStart + 1);
  f.set_status(f.agents["off"], "packages", "disabled", kSemanticsStart + 1);
  f.close_row("packages", row, kSemanticsStart + 1, "not_collected");
  f.set_status(f.agents["partial"], "packages", "partial", kSemanticsStart);
  f.package("partial", "openssl", "3.0.8");
  // dpkg is not there, which says nothing of rpm; and no machine is without packages.
  f.set_status(f.agents["cannot"], "packages", "not_applicable", kSemanticsStart);
  f.set_status(f.agents["empty"], "packages", "ok", kSemanticsStart);
  check(f, {
               {"packages.name:openssl", {"ok", "stale", "partial"}, 4},
               {"packages.name:openssl packages.version<3.0.9", {"ok", "stale", "partial"}, 4},
               {"NOT packages.name:openssl", {}, 4},
               {"NOT packages.name:zlib", {"ok", "stale"}, 5},
               {"packages.name:zlib", {}, 5},
               {"packages.name:openssl AND NOT packages.name:zlib", {"ok", "stale"}, 5},
               {"missing:packages", {}, 4},
               {"missing:packages.purl", {"ok", "stale"}, 5},
           });
  // As it was before it was switched off.
  CHECK(f.ask("packages.name:openssl", f.at(kSemanticsStart)).names.contains("off"));
}

TEST_CASE("a section that a machine can be without is known from not_applicable", "[query]") {
  Fleet f;
  for (const char* name : {"none", "cannot", "denied", "partial"})
    f.machine(name, {});
  f.set_status(f.agents["none"], "disks", "ok", kSemanticsStart);
  f.set_status(f.agents["cannot"], "disks", "not_applicable", kSemanticsStart);
  f.set_status(f.agents["denied"], "disks", "denied", kSemanticsStart);
  f.set_status(f.agents["partial"], "disks", "partial", kSemanticsStart);
  f.add_row(f.agents["partial"], "disks", {{"identifier", "path:a"}, {"name", "sda"}},
            kSemanticsStart);
  check(f, {{"missing:disks", {"none", "cannot"}, 1},
            {"disks.name:sda", {"partial"}, 1},
            {"NOT disks.name:sda", {"none", "cannot"}, 1},
            {"NOT disks.name:sdb", {"none", "cannot"}, 2}});
}

TEST_CASE("of one row that was read in part, what is there is known", "[query]") {
  Fleet f;
  // Without capabilities an agent reads no serial numbers, and is partial for ever.
  f.items["part"] = f.add_item(kSemanticsStart);
  f.agents["part"] = f.add_record(f.items["part"], "agent", kSemanticsStart);
  f.set_status(f.agents["part"], "system", "partial", kSemanticsStart);
  f.add_row(f.agents["part"], "system",
            {{"manufacturer", "HP"}, {"chassis_type", "Notebook"}, {"virtualization", "none"}},
            kSemanticsStart);
  check(f, {{"manufacturer:hp", {"part"}},
            {"manufacturer:dell", {}},
            {"NOT manufacturer:dell", {"part"}},
            {"serial:5cg1", {}, 1},
            {"NOT serial:5cg1", {}, 1},
            {"NOT (manufacturer:hp serial:5cg1)", {}, 1},
            {"class:laptop", {"part"}},
            {"NOT class:server", {"part"}},
            {"missing:serial", {}, 1}});
}

// A section with several sources, as packages has one for each package manager.
struct Sources {
  Fleet f;
  inventory::SectionSchema section = *inventory::find_section("packages");

  Sources() { section.providers = {"dpkg", "rpm", "pacman"}; }

  bool known(const std::string& name) {
    return f.read([&](store::Transaction& transaction) {
      store::Transaction::Values values = f.now().values();
      values.emplace_back(f.items[name]);
      return transaction
          .find_integer("SELECT 1 FROM items i WHERE i.item_id = ?3 AND " +
                            facts::is_known(section, "i.item_id", f.now()),
                        values)
          .has_value();
    });
  }
  // One machine: statuses by source, and whether dpkg has a row.
  bool known(const std::map<std::string, std::vector<std::string>>& statuses, bool row) {
    const std::string name = "m" + std::to_string(f.items.size());
    f.machine(name, {});
    for (const auto& [source, list] : statuses) {
      std::int64_t at = kSemanticsStart;
      for (const std::string& status : list)
        f.set_status(f.agents[name], "packages", status, at++, source);
    }
    if (row) f.package(name, "openssl", "3.0.8");
    return known(name);
  }
};

TEST_CASE("every source that is there must have answered", "[query]") {
  Sources s;
  CHECK(s.known({{"dpkg", {"ok"}}}, true));
  CHECK(s.known({{"dpkg", {"ok"}}, {"rpm", {"not_applicable"}}}, true));
  CHECK(s.known({{"dpkg", {"ok", "failed"}}, {"rpm", {"not_applicable"}}}, true));
  CHECK(s.known({{"dpkg", {"ok", "partial"}}}, true));
  // A manager that is there and could never be read.
  for (const char* status : {"failed", "denied", "timeout", "partial", "disabled"}) {
    CAPTURE(status);
    CHECK_FALSE(s.known({{"dpkg", {"ok"}}, {"rpm", {status}}}, true));
    CHECK_FALSE(s.known({{"dpkg", {status}}}, true));
    CHECK_FALSE(s.known({{"dpkg", {"not_applicable"}}, {"rpm", {status}}}, false));
  }
  CHECK_FALSE(s.known({{"dpkg", {"ok", "disabled"}}}, true));
  // All of them say that they are not there, or one that it has nothing.
  CHECK_FALSE(s.known({{"dpkg", {"not_applicable"}}, {"rpm", {"not_applicable"}}}, false));
  CHECK_FALSE(s.known({{"dpkg", {"ok"}}, {"rpm", {"not_applicable"}}}, false));
  CHECK_FALSE(s.known({}, false));

  s.section.never_empty = false;
  CHECK(s.known({{"dpkg", {"not_applicable"}}, {"rpm", {"not_applicable"}}}, false));
  CHECK(s.known({{"dpkg", {"ok"}}}, false));
  CHECK_FALSE(s.known({{"dpkg", {"not_applicable"}}, {"rpm", {"failed"}}}, false));
}

TEST_CASE("things that no agent could report for are not undetermined", "[query]") {
  Fleet f;
  f.machine("denied", {});
  const auto by_hand = [&](const std::string& name, std::optional<std::string> class_name) {
    f.items[name] = f.add_item(kSemanticsStart);
    f.manuals[name] = f.add_record(f.items[name], "manual", kSemanticsStart);
    f.set_value(f.manuals[name], "name", name, kSemanticsStart);
    if (class_name) f.set_value(f.manuals[name], "class", class_name, kSemanticsStart);
  };
  by_hand("printer", "hardware.printer");
  by_hand("licence", "software.licence");
  by_hand("thing", std::nullopt);
  by_hand("laptop", "hardware.computer.laptop");
  by_hand("computer", "hardware.computer");
  check(f, {
               {"packages.name:openssl", {}, 3},
               {"NOT packages.name:openssl", {}, 3},
               {"missing:packages", {}, 3},
               {"class:printer NOT packages.name:openssl", {}, 0},
               {"NOT class:server", {"denied", "printer", "licence", "laptop", "computer"}, 0},
           });
}

}  // namespace
}  // namespace muster::server
