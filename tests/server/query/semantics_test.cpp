// SPDX-License-Identifier: Apache-2.0
// What queries mean (model.md section 7), asked of a real store.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "server/query/sql_builder.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {
namespace {

constexpr std::int64_t kSemanticsStart = 1'780'000'000'000;
constexpr std::int64_t kGiB = std::int64_t{1} << 30;

using Names = std::set<std::string>;

// Machines by the name they have in a test.
struct Fleet : StoreFixture {
  std::map<std::string, std::int64_t> items, agents, manuals;

  void machine(const std::string& name, const Fields& os, const Fields& system = {},
               std::int64_t at_ms = kSemanticsStart) {
    const auto [item, agent] = add_machine(at_ms);
    items[name] = item;
    agents[name] = agent;
    manuals[name] = add_record(item, "manual", at_ms);
    for (const std::string_view section : {"os", "system"})
      set_status(agent, section, "ok", at_ms);
    add_row(agent, "os", os, at_ms);
    add_row(agent, "system", system, at_ms);
  }
  std::int64_t package(const std::string& name, const std::string& package,
                       const std::string& version, std::int64_t at_ms = kSemanticsStart) {
    return add_row(agents[name], "packages",
                   {{"manager", "dpkg"},
                    {"scope", "system"},
                    {"name", package},
                    {"architecture", "amd64"},
                    {"version", version}},
                   at_ms);
  }
  struct Answer {
    Names names;
    std::int64_t undetermined = 0;
  };
  Answer ask(std::string_view query, const ReadPoint& point, QueryRights rights = {true}) {
    const MatchedItems found =
        read([&](Session& session) { return match_items(session, query, point, rights); });
    Answer out;
    for (const auto& [name, item] : items) {
      if (std::find(found.items.begin(), found.items.end(), item) != found.items.end())
        out.names.insert(name);
    }
    CHECK(out.names.size() == found.items.size());
    out.undetermined = found.undetermined;
    return out;
  }
  Answer ask(std::string_view query) { return ask(query, now()); }
};

struct Expected {
  std::string query;
  Names names;
  std::int64_t undetermined = 0;
};

void check(Fleet& fleet, const std::vector<Expected>& cases) {
  for (const Expected& c : cases) {
    INFO(c.query);
    const auto answer = fleet.ask(c.query);
    CHECK(answer.names == c.names);
    CHECK(answer.undetermined == c.undetermined);
  }
}

TEST_CASE("item fields are found by whole value, wildcard, exactly and by part", "[query]") {
  Fleet f;
  f.clock.now_ms = kSemanticsStart + 100 * kDayMs;
  f.machine("web",
            {{"name", "Debian GNU/Linux"},
             {"id", "debian"},
             {"version", "12.5"},
             {"version_id", "12"},
             {"hostname", "Web-01"}},
            {{"serial_number", "5CG1234X9Q"},
             {"chassis_type", "Rack Mount Chassis"},
             {"virtualization", "none"}});
  f.machine("lap",
            {{"name", "Ubuntu"}, {"id", "ubuntu"}, {"version_id", "9.10"}, {"hostname", "lap_1%"}},
            {{"serial_number", "a\\b"}, {"chassis_type", "Notebook"}});
  f.machine("vm", {{"id", "alpine"}, {"hostname", "vm*1"}},
            {{"chassis_type", "Other"}, {"virtualization", "kvm"}});
  f.set_value(f.manuals["lap"], "owner", "Novak", kSemanticsStart);
  f.set_value(f.manuals["lap"], "name", "ana's laptop", kSemanticsStart);
  f.set_value(f.manuals["web"], "lifecycle", "in_use", kSemanticsStart);
  f.set_value(f.manuals["vm"], "class", "software.application.database", kSemanticsStart);
  f.set_value(f.manuals["vm"], "archived", "yes", kSemanticsStart);
  f.set_status(f.agents["web"], "memory", "ok", kSemanticsStart);
  f.add_row(f.agents["web"], "memory", {{"total_bytes", 8 * kGiB}}, kSemanticsStart);
  f.set_status(f.agents["vm"], "memory", "ok", kSemanticsStart);
  f.add_row(f.agents["vm"], "memory", {{"total_bytes", kGiB / 2}}, kSemanticsStart);
  f.set_status(f.agents["web"], "packages", "failed", kSemanticsStart);
  f.add_presence(f.agents["web"], kSemanticsStart, kSemanticsStart + 99 * kDayMs);
  f.add_presence(f.agents["lap"], kSemanticsStart, kSemanticsStart + 10 * kDayMs);
  f.set_agent_state(f.agents["web"], "0.10.0", kSemanticsStart);
  f.set_agent_state(f.agents["lap"], "0.9.1", kSemanticsStart);
  check(f, {
               {"", {"web", "lap", "vm"}},
               {"web", {"web"}},
               {"WEB", {"web"}},
               {"laptop", {"lap"}},
               {"lap_1%", {"lap"}},
               {"_", {"lap"}},
               {"%", {"lap"}},
               {"w%b", {}},
               {"5cg1234", {"web"}},
               {"x9q", {"web"}},
               {"web*", {"web"}},
               {"*x9q", {"web"}},
               {"1234*", {}},
               {"name:web-01", {"web"}},
               {"name:web", {}},
               {"name:web-*", {"web"}},
               {"name=web-01", {}},
               {"name=Web-01", {"web"}},
               {"name~EB-", {"web"}},
               {"name:\"ana's laptop\"", {"lap"}},
               {"name:lap*", {}},
               {"name:vm\\*1", {}},
               {"name:\"vm\\*1\"", {"vm"}},
               {"name=vm*1", {"vm"}},
               {"name:*", {"web", "lap", "vm"}},
               {"hostname:lap_1%", {"lap"}},
               {"hostname:lapX1%", {}},
               {"serial:a\\b", {"lap"}},
               {"serial~\\", {"lap"}},
               {"owner:novak", {"lap"}},
               {"owner=novak", {}},
               {"owner!=novak", {"lap"}},
               {"owner!=Novak", {}},
               {"NOT owner:novak", {"web", "vm"}},
               {"missing:owner", {"web", "vm"}},
               {"owner:*", {"lap"}},
               {"lifecycle:IN_USE", {"web"}},
               {"lifecycle:in_*", {"web"}},
               {"class:laptop", {"lap"}},
               {"class:server", {"web"}},
               {"class:computer", {"web", "lap"}},
               {"class:hardware", {"web", "lap"}},
               {"class:database", {"vm"}},
               {"class:virtual", {}},
               {"class:lap*", {"lap"}},
               {"class=hardware.computer.laptop", {"lap"}},
               {"class=laptop", {}},
               {"class:application.database", {"vm"}},
               {"os:debian", {"web"}},
               {"os:\"debian 12\"", {"web"}},
               {"os:\"debian 13\"", {}},
               {"os:deb", {}},
               {"os:deb*", {"web"}},
               {"os~buntu", {"lap"}},
               {"os.name:debian", {"web"}},
               {"os.name:\"debian gnu/linux\"", {"web"}},
               {"os.name!=Ubuntu", {"web", "vm"}},
               {"os.version_id<10", {"lap"}},
               {"os.version_id:12", {"web"}},
               {"memory_bytes<8GiB", {"vm"}, 1},
               {"memory_bytes>=8GiB", {"web"}, 1},
               {"memory_bytes:8GiB", {"web"}, 1},
               {"memory_bytes!=8GiB", {"vm"}, 1},
               {"memory_bytes>0.4GiB", {"web", "vm"}, 1},
               {"NOT memory_bytes<8GiB", {"web"}, 1},
               {"missing:memory", {}, 1},
               {"missing:memory.slots", {"web", "vm"}, 1},
               {"memory_bytes<8GiB OR owner:novak", {"vm", "lap"}},
               {"memory_bytes<8GiB AND owner:novak", {}, 1},
               {"memory_bytes<8GiB AND owner:kos", {}},
               {"seen<7d", {"web"}},
               {"seen>7d", {"lap"}},
               {"seen>99999d", {}},
               {"missing:seen", {"vm"}},
               {"seen>=2026-08-01", {"web"}},
               {"archived:yes", {"vm"}},
               {"archived:no", {"web", "lap"}},
               {"archived!=yes", {"web", "lap"}},
               {"section_status:packages.failed", {"web"}},
               {"section_status:*.failed", {"web"}},
               {"section_status:memory.ok", {"web", "vm"}},
               {"agent_version<0.10", {"lap"}},
               {"agent_version:0.10.0", {"web"}},
               {"missing:agent_version", {"vm"}},
               {"id:" + std::to_string(f.items["vm"]), {"vm"}},
               {"id!=" + std::to_string(f.items["vm"]), {"web", "lap"}},
               {"system.virtualization:kvm", {"vm"}},
               {"(web OR owner:novak) NOT class:laptop", {"web"}},
           });
}

TEST_CASE("conditions side by side on one section mean one row", "[query]") {
  Fleet f;
  f.machine("old", {});
  f.machine("new", {});
  f.machine("none", {});
  f.machine("denied", {});
  for (const char* name : {"old", "new", "none"})
    f.set_status(f.agents[name], "packages", "ok", kSemanticsStart);
  f.set_status(f.agents["denied"], "packages", "denied", kSemanticsStart);
  f.package("old", "openssl", "3.0.8-1~deb12u1");
  f.package("old", "php", "2:8.2-1");
  f.package("new", "openssl", "3.0.11-1~deb12u2");
  f.package("new", "old-thing", "1.0-1");
  f.package("new", "Apache2", "2.4.57-2");
  check(f, {
               {"packages.name:openssl", {"old", "new"}, 1},
               {"packages.name:OpenSSL", {"old", "new"}, 1},
               {"packages.name=OpenSSL", {}, 1},
               {"packages.name:apache2", {"new"}, 1},
               {"packages.name:openssl packages.version<3.0.9", {"old"}, 1},
               {"(packages.name:openssl) (packages.version<3.0.9)", {"old", "new"}, 1},
               {"packages.name:openssl packages.version>=3.0.11-1~deb12u2", {"new"}, 1},
               {"packages.name:openssl packages.version:3.0.8", {"old"}, 1},
               {"packages.name:openssl packages.version=3.0.8", {}, 1},
               {"packages.version>1:0", {"old"}, 1},
               {"packages.version<1:0", {"old", "new"}, 1},
               {"packages.name:php packages.version<8", {}, 1},
               {"packages.name:php packages.version<9", {"old"}, 1},
               {"packages.name:nothing packages.version<9", {}, 1},
               {"(packages.name:openssl) (packages.name:php)", {"old"}, 1},
               {"packages.name:openssl AND NOT packages.name:php", {"new"}, 1},
               {"NOT packages.name:openssl", {"none"}, 1},
               {"NOT (packages.name:openssl packages.version<3.0.9)", {"new", "none"}, 1},
               {"packages.name!=openssl", {"old", "new"}, 1},
               {"packages.name:openssl packages.version!=3.0.8-1~deb12u1", {"new"}, 1},
               {"packages.name:lib*", {}, 1},
               {"packages.name~open", {"old", "new"}, 1},
               {"missing:packages", {"none"}, 1},
               {"missing:packages.name", {"none"}, 1},
               {"packages.name:*", {"old", "new"}, 1},
               {"packages.name:openssl packages.on_hold:yes", {}, 1},
           });
}

TEST_CASE("what is known of a section follows its statuses", "[query]") {
  Fleet f;
  for (const char* name : {"ok", "stale", "partial", "off", "cannot", "never"})
    f.machine(name, {});
  for (const char* name : {"ok", "stale", "off"}) {
    f.set_status(f.agents[name], "packages", "ok", kSemanticsStart);
    f.package(name, "openssl", "3.0.8");
  }
  f.set_status(f.agents["stale"], "packages", "failed", kSemanticsStart + 1);
  f.set_status(f.agents["off"], "packages", "disabled", kSemanticsStart + 1);
  f.set_status(f.agents["partial"], "packages", "partial", kSemanticsStart);
  f.package("partial", "openssl", "3.0.8");
  f.set_status(f.agents["cannot"], "packages", "not_applicable", kSemanticsStart);
  check(f, {
               {"packages.name:openssl", {"ok", "stale"}, 3},
               {"NOT packages.name:openssl", {"cannot"}, 3},
               {"missing:packages", {"cannot"}, 3},
           });
}

TEST_CASE("an item with two agents is asked by the record that it shows", "[query]") {
  Fleet f;
  f.machine("twice", {{"hostname", "before"}});
  const std::int64_t second = f.add_record(f.items["twice"], "agent", kSemanticsStart + kDayMs);
  f.set_status(second, "os", "ok", kSemanticsStart + kDayMs);
  f.add_row(second, "os", {{"hostname", "after"}}, kSemanticsStart + kDayMs);
  check(f, {{"hostname:after", {"twice"}},
            {"hostname:before", {}},
            {"name:after", {"twice"}},
            {"before", {}},
            {"NOT hostname:before", {"twice"}}});
}

TEST_CASE("lists are asked for their elements", "[query]") {
  Fleet f;
  f.machine("one", {});
  f.set_status(f.agents["one"], "users", "ok", kSemanticsStart);
  f.add_row(f.agents["one"], "users", {{"name", "ana"}, {"groups", R"(["a\"b","sudo","x,y"])"}},
            kSemanticsStart);
  check(f, {{"users.groups:sudo", {"one"}},
            {"users.groups:SUDO", {"one"}},
            {"users.groups=SUDO", {}},
            {"users.groups:sud", {}},
            {"users.groups:sud*", {"one"}},
            {"users.groups:*udo", {"one"}},
            {"users.groups~ud", {"one"}},
            {"users.groups:\"a\\\"b\"", {"one"}},
            {"users.groups:x,y", {"one"}},
            {"users.groups:x", {}},
            {"users.groups:,", {}},
            {"users.groups!=sudo", {}},
            {"users.groups!=wheel", {"one"}},
            {"users.groups:sudo users.groups:x,y", {"one"}}});
}

TEST_CASE("a query is answered as of a time, and as it was known then", "[query]") {
  Fleet f;
  f.machine("box", {{"hostname", "box"}});
  f.set_status(f.agents["box"], "packages", "ok", kSemanticsStart + kDayMs);
  const std::int64_t row = f.package("box", "openssl", "3.0.8", kSemanticsStart + kDayMs);
  f.close_row("packages", row, kSemanticsStart + 3 * kDayMs, "changed");
  f.package("box", "openssl", "3.0.11", kSemanticsStart + 3 * kDayMs);
  f.add_presence(f.agents["box"], kSemanticsStart, kSemanticsStart + 5 * kDayMs);
  f.clock.now_ms = kSemanticsStart + 20 * kDayMs;
  const std::string query = "packages.name:openssl packages.version<3.0.9";
  CHECK(f.ask(query).names.empty());
  CHECK(f.ask(query, f.at(kSemanticsStart + 2 * kDayMs)).names == Names{"box"});
  CHECK(f.ask(query, f.at(kSemanticsStart + 1)).undetermined == 1);
  CHECK(f.ask("", f.at(kSemanticsStart - 1)).names.empty());
  CHECK(f.ask("seen<1h", f.at(kSemanticsStart + 2 * kDayMs)).names == Names{"box"});
  CHECK(f.ask("seen<7d").names.empty());
  CHECK(f.ask("agent_version:1", f.at(kSemanticsStart + 1)).undetermined == 1);

  // Learned on day 10 that the owner had been another since day 1.
  f.set_value(f.manuals["box"], "owner", "kos", kSemanticsStart);
  f.recorded_at_ms = kSemanticsStart + 10 * kDayMs;
  f.set_value(f.manuals["box"], "owner", "novak", kSemanticsStart + kDayMs);
  CHECK(f.ask("owner:novak", f.at(kSemanticsStart + 2 * kDayMs)).names == Names{"box"});
  CHECK(f.ask("owner:kos", f.as_known(kSemanticsStart + 2 * kDayMs, kSemanticsStart + 5 * kDayMs))
            .names == Names{"box"});
  CHECK(f.ask("owner:novak", f.as_known(kSemanticsStart + 2 * kDayMs, kSemanticsStart + 5 * kDayMs))
            .names.empty());
}

TEST_CASE("a merged-away item answers for its past only", "[query]") {
  Fleet f;
  f.machine("kept", {{"hostname", "kept"}});
  f.machine("gone", {{"hostname", "gone"}});
  f.assign(f.agents["gone"], f.items["kept"], kSemanticsStart + kDayMs);
  f.assign(f.manuals["gone"], f.items["kept"], kSemanticsStart + kDayMs);
  CHECK(f.ask("").names == Names{"kept"});
  CHECK(f.ask("hostname:gone").names == Names{"kept"});
  CHECK(f.ask("hostname:gone", f.at(kSemanticsStart + 1)).names == Names{"gone"});
}

TEST_CASE("what a person types never becomes SQL", "[query]") {
  Fleet f;
  f.machine("box", {{"hostname", "x' OR '1'='1"}});
  const std::vector<std::string> attacks = {"name:\"' OR 1=1 --\"",
                                            "\"'; DROP TABLE items; --\"",
                                            "owner=\"x' OR 'a'='a\"",
                                            "packages.version<\"1' OR 1=1\"",
                                            "users.groups:\"' || '\"",
                                            "os:\"' ' '\"",
                                            "section_status:\"*' OR 1=1 --\"",
                                            "class:\"x') OR ('1'='1\"",
                                            "name~\"\\\\\"",
                                            "uuid:?1",
                                            "name:$1"};
  for (const std::string& attack : attacks) {
    INFO(attack);
    CHECK(f.ask(attack).names.empty());
  }
  CHECK(f.ask("name:\"x' OR '1'='1\"").names == Names{"box"});
  CHECK(f.ask("").names == Names{"box"});
}

TEST_CASE("personal sections are asked only with the right to read them", "[query]") {
  Fleet f;
  f.machine("box", {});
  for (const char* query : {"users.name:ana", "missing:users", "NOT (a OR users.uid<5)"}) {
    INFO(query);
    try {
      f.ask(query, f.now(), QueryRights{});
      FAIL_CHECK("was answered");
    } catch (const Error& error) {
      CHECK(error.status == Status::kForbidden);
    }
    CHECK_NOTHROW(f.ask(query));
  }
}

TEST_CASE("wrong fields, values and operators are refused with what would be right", "[query]") {
  struct Case {
    std::string query;
    std::int64_t column;
    std::int64_t length;
    std::string says;  // in the message or in what was expected
  };
  const std::vector<Case> cases = {
      {"memory_bytes<8Gx", 14, 3, "\"8Gx\" is not a size"},
      {"memory_bytes<8Gx", 14, 3, "KiB, MiB, GiB"},
      {"memory_bytes<1.5", 14, 3, "is not a size"},
      {"memory_bytes~8", 1, 14, "cannot be compared with ~"},
      {"memory_byte<8", 1, 11, "memory_bytes"},
      {"a package.name:x", 3, 12, "packages.name"},
      {"hostnam:x", 1, 7, "hostname"},
      {"seen<7x", 6, 2, "7d"},
      {"seen:7d", 1, 7, "with an age"},
      {"seen<2026-01-01T00:00:00", 6, 19, "+01:00"},
      {"lifecycle:broken", 11, 6, "in_repair"},
      {"archived:maybe", 10, 5, "yes or no"},
      {"owner<x", 1, 7, "without an order"},
      {"owner:\"\"", 1, 8, "missing:owner"},
      {"missing:nonsense_zz", 9, 11, "there is no field"},
      {"missing<5", 1, 9, "missing:packages"},
      {"packages.name:apache2 packages.name:php", 23, 17,
       "(packages.name:apache2) (packages.name:php)"},
      {"packages.name=a packages.name:b", 17, 15, "one row has one value"},
      {"owner:a owner:b", 9, 7, "(owner:a) OR (owner:b)"},
      {"name:*a*b*c*d*e*f*g*h*", 6, 17, "too many *"},
      {"users.groups:a*b", 14, 3, "in the middle"},
      {"section_status:packages.broken", 16, 15, "not_applicable"},
      {"memory_bytes<99999999999999999999", 14, 20, "is not a size"},
  };
  Fleet f;
  for (const Case& c : cases) {
    INFO(c.query);
    try {
      f.ask(c.query);
      FAIL_CHECK("was accepted");
    } catch (const Error& error) {
      CHECK(error.code == "invalid_query");
      std::string text = error.message;
      for (const auto& [name, value] : error.extra) {
        if (name == "column") CHECK(std::get<std::int64_t>(value) == c.column);
        if (name == "length") CHECK(std::get<std::int64_t>(value) == c.length);
        if (name == "expected") text += '\n' + std::get<std::string>(value);
      }
      INFO(text);
      CHECK(text.find(c.says) != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace muster::server
