// SPDX-License-Identifier: Apache-2.0
// What queries mean (model.md section 7), asked of a real store.
#include "tests/server/query/fleet.h"

namespace muster::server {
namespace {

TEST_CASE("a model is found by its name and by its type, as a field and as a word", "[query]") {
  Fleet f;
  f.clock.now_ms = kSemanticsStart + 100 * kDayMs;
  f.machine("lap", {{"hostname", "lap"}},
            {{"model", "ThinkPad T14 Gen 3"}, {"product_name", "21AHCTO1WW"}});
  f.machine("web", {{"hostname", "web"}},
            {{"model", "PowerEdge R640"}, {"product_name", "PowerEdge R640"}});
  f.machine("old", {{"hostname", "old"}}, {{"product_name", "RackNode 240"}});
  check(f, {
               {"thinkpad", {"lap"}},
               {"21ahcto1ww", {"lap"}},
               {"model:\"thinkpad t14*\"", {"lap"}},
               {"model:21AHCTO1WW", {"lap"}},
               {"model:poweredge*", {"web"}},
               {"model:racknode*", {"old"}},
               {"racknode", {"old"}},
               {"class:container", {}},
           });
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

TEST_CASE("a number and its unit may stand apart", "[query]") {
  Fleet f;
  f.clock.now_ms = kSemanticsStart + 10 * kDayMs;
  for (const auto& [name, size] : {std::pair("small", 4 * kGiB), {"large", 16 * kGiB}}) {
    f.machine(name, {{"hostname", name}});
    f.set_status(f.agents[name], "memory", "ok", kSemanticsStart);
    f.add_row(f.agents[name], "memory", {{"total_bytes", size}}, kSemanticsStart);
  }
  f.add_presence(f.agents["small"], kSemanticsStart, kSemanticsStart + 9 * kDayMs);
  check(f, {{"memory_bytes<8 GiB", {"small"}},
            {"memory_bytes < 8  gib", {"small"}},
            {"(memory_bytes<8 GiB)", {"small"}},
            {"memory_bytes<8.5 GiB small", {"small"}},
            {"memory_bytes>8 GiB OR small", {"large", "small"}},
            {"NOT memory_bytes<8 GiB", {"large"}},
            {"memory_bytes:4 GiB", {"small"}},
            {"seen<2 d", {"small"}},
            {"seen<48 h small", {"small"}},
            // A word that is no unit, and one that is said to be a word.
            {"memory_bytes>8 small", {"small"}},
            {"memory_bytes>8 \"GiB\"", {}},
            {"memory_bytes>8GiB GiB", {}},
            {"memory.slots:8 GiB", {}}});
}

TEST_CASE("kernels and other versions compare as they are written", "[query]") {
  Fleet f;
  f.machine("deb",
            {{"kernel_release", "6.1.0-40-amd64"}, {"version", "22.04.3 LTS (Jammy Jellyfish)"}});
  check(f, {{"kernel>6.1.0-40", {}},
            {"kernel>=6.1.0-40", {"deb"}},
            {"kernel:6.1.0-40", {"deb"}},
            {"kernel:6.1.0-40-amd64", {"deb"}},
            {"kernel<6.1.0-41", {"deb"}},
            {"kernel>6.1.0-39", {"deb"}},
            {"kernel=6.1.0-40", {}},
            {"os.kernel_release>6.1", {}},
            {"os.version>22.04.3", {}},
            {"os.version:22.04.3", {"deb"}}});
}

TEST_CASE("words are looked for in models, too", "[query]") {
  Fleet f;
  f.machine("t14", {}, {{"product_name", "ThinkPad T14 Gen 3"}});
  f.machine("other", {{"hostname", "pc-7"}}, {{"product_name", "OptiPlex 7090"}});
  check(f, {{"thinkpad", {"t14"}}, {"optiplex pc-7", {"other"}}, {"\"*gen 3*\"", {"t14"}}});
}

TEST_CASE("dates of the firmware are compared by what is named of them", "[query]") {
  Fleet f;
  f.machine("old", {}, {{"firmware_release_date", "2019-07-30"}});
  f.machine("new", {}, {{"firmware_release_date", "2021-01-02"}});
  const std::string date = "system.firmware_release_date";
  check(f, {{date + "<2020", {"old"}},
            {date + ">2019", {"new"}},
            {date + ">2019-07", {"new"}},
            {date + ">2019-07-30", {"new"}},
            {date + ">=2019", {"new", "old"}},
            {date + "<=2019", {"old"}},
            {date + "<=2021-01", {"new", "old"}},
            {date + "<2021-01", {"old"}}});
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
  f.package("none", "base-files", "1:0");
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
               {"packages.name!=openssl", {"old", "new", "none"}, 1},
               {"packages.name:openssl packages.version!=3.0.8-1~deb12u1", {"new"}, 1},
               {"packages.name:lib*", {}, 1},
               {"packages.name~open", {"old", "new"}, 1},
               {"missing:packages", {}, 1},
               {"missing:packages.name", {}, 1},
               {"packages.name:*", {"old", "new", "none"}, 1},
               {"packages.name:openssl packages.on_hold:yes", {}, 1},
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
    Names found;
    try {
      found = f.ask(attack).names;
    } catch (const Error& error) {  // it cannot be a class, a status or a UUID
      CHECK(error.code == "invalid_query");
    }
    CHECK(found.empty());
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
      f.ask(query, f.now(), query::QueryRights{});
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
      {"missing<5", 1, 9, "missing:disks"},
      {"packages.name:apache2 packages.name:php", 23, 17,
       "(packages.name:apache2) (packages.name:php)"},
      {"packages.name=a packages.name:b", 17, 15, "one row has one value"},
      {"owner:a owner:b", 9, 7, "(owner:a) OR (owner:b)"},
      {"name:*a*b*c*d*e*f*g*h*", 6, 17, "too many *"},
      {"users.groups:a*b", 14, 3, "in the middle"},
      {"section_status:packages.broken", 16, 15, "not_applicable"},
      {"memory_bytes<99999999999999999999", 14, 20, "is not a size"},
      {"memory_bytes<8 GHz", 16, 3, "\"GHz\" is not a unit of memory_bytes"},
      {"memory_bytes<8 d", 16, 1, "KiB, MiB, GiB"},
      {"seen<7 GiB", 8, 3, "\"GiB\" is not a unit of seen"},
      {"class:laptp", 7, 5, "did you mean laptop"},
      {"class:servr owner:novak", 7, 5, "did you mean server"},
      {"class:zzzzzz", 7, 6, "computer.server"},
      {"class:lop*", 7, 4, "there is no class"},
      {"class~laptp", 7, 5, "there is no class"},
      {"class=laptop", 7, 6, "did you mean hardware.computer.laptop"},
      {"class!=hardware.computer.laptp", 8, 23, "hardware.computer.laptop"},
      {"section_status:pakages.*", 16, 9, "is not a section"},
      {"section_status:*.faild", 16, 7, "not_applicable"},
      {"system.firmware_release_date<summer", 30, 6, "is not a date"},
  };
  Fleet f;
  for (const Case& c : cases) {
    INFO(c.query);
    const Refusal refused = refusal_of(f, c.query);
    CHECK(refused.column == c.column);
    CHECK(refused.length == c.length);
    INFO(refused.text);
    CHECK(refused.text.find(c.says) != std::string::npos);
  }
}

}  // namespace
}  // namespace muster::server
