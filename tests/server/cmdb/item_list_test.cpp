// SPDX-License-Identifier: Apache-2.0
#include "server/cmdb/item_list.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "common/support/text.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {
namespace {

constexpr std::int64_t kStart = 1'780'000'000'000;

struct Lists : StoreFixture {
  struct Made {
    std::int64_t item, agent, manual;
  };
  Made machine(const std::string& host, const Fields& system = {}, std::int64_t at_ms = kStart) {
    const auto [item, agent] = add_machine(at_ms);
    for (const std::string_view section : {"os", "system", "memory"})
      set_status(agent, section, "ok", at_ms);
    add_row(
        agent, "os",
        {{"hostname", host}, {"name", "Debian GNU/Linux"}, {"id", "debian"}, {"version", "12.5"}},
        at_ms);
    add_row(agent, "system", system, at_ms);
    return {item, agent, add_record(item, "manual", at_ms)};
  }
  cmdb::ItemPage list(std::string_view query, const cmdb::ItemListOptions& options,
                      const store::ReadPoint& point) {
    return read([&](store::Transaction& transaction) {
      return cmdb::list_items(transaction, query, point, options);
    });
  }
  cmdb::ItemPage list(std::string_view query, const cmdb::ItemListOptions& options = {}) {
    return list(query, options, now());
  }
  cmdb::ResolvedItem resolve(std::string_view text) {
    return read([&](store::Transaction& transaction) {
      return cmdb::resolve_item(transaction, text, now());
    });
  }
};

std::vector<std::string> names(const cmdb::ItemPage& page) {
  std::vector<std::string> out;
  for (const cmdb::ItemRow& row : page.rows)
    out.push_back(row.summary.name);
  return out;
}

std::string code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code;
  }
  return "";
}

TEST_CASE("a list shows the facts of each item, as of the point", "[cmdb]") {
  Lists f;
  f.clock.now_ms = kStart + 10 * kDayMs;
  const auto web = f.machine("web1", {{"serial_number", "S1"},
                                      {"manufacturer", "Dell"},
                                      {"product_name", "R640"},
                                      {"chassis_type", "Rack Mount Chassis"},
                                      {"virtualization", "none"}});
  f.add_row(web.agent, "memory", {{"total_bytes", 1000}}, kStart);
  f.set_value(web.manual, "owner", "novak", kStart);
  f.set_value(web.manual, "owner", "kos", kStart + 5 * kDayMs);
  f.set_value(web.manual, "location", "Ljubljana", kStart);
  f.set_value(web.manual, "lifecycle", "in_use", kStart);
  f.add_presence(web.agent, kStart, kStart + 10 * kDayMs);
  f.set_agent_state(web.agent, "1.2.3", kStart + 10 * kDayMs);
  const std::int64_t bare = f.add_item(kStart);
  f.add_record(bare, "manual", kStart);
  const auto [silent, agent] = f.add_machine(kStart);
  f.add_presence(agent, kStart, kStart + kDayMs);

  const cmdb::ItemPage page = f.list("", {.sort = "id"});
  CHECK(page.total == 3);
  CHECK(page.undetermined == 0);
  CHECK_FALSE(page.next);
  REQUIRE(page.rows.size() == 3);
  const cmdb::ItemSummary& first = page.rows[0].summary;
  CHECK(first.item_id == web.item);
  CHECK(first.name == "web1");
  CHECK(first.class_name == "hardware.computer.server");
  CHECK(first.os == "Debian GNU/Linux 12.5");
  CHECK(first.serial_number == "S1");
  CHECK(first.manufacturer == "Dell");
  CHECK(first.model == "R640");
  CHECK(first.memory_bytes == 1000);
  CHECK(first.owner == "kos");
  CHECK(first.location == "Ljubljana");
  CHECK(first.lifecycle == "in_use");
  CHECK(first.seen_at == Instant{kStart + 10 * kDayMs});
  CHECK(first.agent_version == "1.2.3");
  CHECK(first.state == cmdb::ReportingState::kReporting);
  CHECK(page.rows[1].summary.name == "item " + std::to_string(bare));
  CHECK(page.rows[1].summary.state == cmdb::ReportingState::kNone);
  CHECK_FALSE(page.rows[1].summary.class_name);
  CHECK(page.rows[2].summary.item_id == silent);
  CHECK(page.rows[2].summary.state == cmdb::ReportingState::kSilent);
  CHECK(page.rows[2].summary.class_name == "hardware.computer");

  const cmdb::ItemPage past = f.list("web1", {}, f.at(kStart + kDayMs));
  REQUIRE(past.rows.size() == 1);
  CHECK(past.rows[0].summary.owner == "novak");
  CHECK(past.rows[0].summary.seen_at == Instant{kStart + kDayMs});
  CHECK(past.rows[0].summary.state == cmdb::ReportingState::kReporting);
  CHECK_FALSE(past.rows[0].summary.agent_version);
}

TEST_CASE("archived items are hidden unless they are asked for", "[cmdb]") {
  Lists f;
  f.machine("a");
  const auto old = f.machine("b");
  f.set_value(old.manual, "archived", "yes", kStart + 1);
  CHECK(names(f.list("")) == std::vector<std::string>{"a"});
  CHECK(f.list("").total == 1);
  CHECK(names(f.list("", {.include_archived = true})) == std::vector<std::string>{"a", "b"});
  CHECK(names(f.list("archived:yes")) == std::vector<std::string>{"b"});
  CHECK(names(f.list("", {}, f.at(kStart))) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("items of which a query cannot say are counted and are a list themselves", "[cmdb]") {
  Lists f;
  const auto known = f.machine("known");
  f.machine("denied");
  f.set_status(known.agent, "disks", "ok", kStart);
  // Nobody reports of a printer: no question about disks is about it.
  f.set_value(f.add_record(f.add_item(kStart), "manual", kStart), "class", "hardware.printer",
              kStart);
  const cmdb::ItemPage page = f.list("missing:disks");
  CHECK(names(page) == std::vector<std::string>{"known"});
  CHECK(page.undetermined == 1);
  const cmdb::ItemPage rest = f.list("missing:disks", {.undetermined = true});
  CHECK(names(rest) == std::vector<std::string>{"denied"});
  CHECK(rest.total == 1);
  CHECK(f.list("name:*", {.undetermined = true}).rows.empty());
}

TEST_CASE("pages follow one another without gaps or doubles in every order", "[cmdb]") {
  Lists f;
  f.begin();
  std::set<std::int64_t> all;
  for (int i = 0; i < 23; ++i) {
    const auto made = f.machine(
        "host" + std::to_string(i % 7),
        i % 3 == 0 ? StoreFixture::Fields{}
                   : StoreFixture::Fields{{"serial_number", "S" + std::to_string(i % 5)}});
    if (i % 4 == 0) f.add_row(made.agent, "memory", {{"total_bytes", i % 8}}, kStart);
    if (i % 5 == 0) f.set_value(made.manual, "owner", "o" + std::to_string(i % 2), kStart);
    all.insert(made.item);
  }
  f.commit();
  for (const std::string& sort : cmdb::item_sort_fields()) {
    for (const bool descending : {false, true}) {
      INFO(sort << (descending ? " descending" : ""));
      cmdb::ItemListOptions options{.sort = sort, .descending = descending, .limit = 5};
      std::vector<std::int64_t> seen;
      for (int pages = 0; pages < 10; ++pages) {
        const cmdb::ItemPage page = f.list("", options);
        CHECK(page.total == 23);
        for (const cmdb::ItemRow& row : page.rows)
          seen.push_back(row.summary.item_id);
        if (!page.next) break;
        CHECK(page.rows.size() == 5);
        options.cursor = page.next;
      }
      CHECK(seen.size() == all.size());
      CHECK(std::set<std::int64_t>(seen.begin(), seen.end()) == all);
      options.cursor.reset();
      options.limit = 500;
      std::vector<std::int64_t> whole;
      for (const cmdb::ItemRow& row : f.list("", options).rows)
        whole.push_back(row.summary.item_id);
      CHECK(whole == seen);
    }
  }
  const cmdb::ItemPage by_memory =
      f.list("", {.sort = "memory_bytes", .descending = true, .limit = 500});
  CHECK(by_memory.rows.front().summary.memory_bytes == 4);
  CHECK_FALSE(by_memory.rows.back().summary.memory_bytes);
}

TEST_CASE("an item that comes or goes between pages disturbs no other", "[cmdb]") {
  Lists f;
  for (const char* name : {"b", "d", "f", "h"})
    f.machine(name);
  cmdb::ItemListOptions options{.limit = 2};
  const cmdb::ItemPage first = f.list("", options);
  CHECK(names(first) == std::vector<std::string>{"b", "d"});
  f.machine("a");
  f.machine("e");
  options.cursor = first.next;
  CHECK(names(f.list("", options)) == std::vector<std::string>{"e", "f"});
}

TEST_CASE("a cursor of another list and a forged one are refused", "[cmdb]") {
  Lists f;
  for (const char* name : {"a", "b", "c"})
    f.machine(name);
  const std::string good = f.list("", {.limit = 1}).next.value();
  const auto with = [&](const std::string& cursor, cmdb::ItemListOptions options = {}) {
    options.cursor = cursor;
    options.limit = 1;
    return code_of([&] { f.list("", options); });
  };
  CHECK(with(good).empty());
  CHECK(with(good, {.sort = "id"}) == "invalid_cursor");
  CHECK(with(good, {.descending = true}) == "invalid_cursor");
  CHECK(code_of([&] { f.list("a", {.cursor = good}); }) == "invalid_cursor");
  CHECK(code_of([&] { f.list("", {.cursor = good}, f.at(kStart)); }) == "invalid_cursor");
  const std::string json = from_hex(good).value();
  const std::string identity = json.substr(json.find("\"l\":") + 5, 16);
  const std::vector<std::string> forged = {
      "",
      "zz",
      good + "00",
      good.substr(2),
      to_hex("[]"),
      to_hex("{}"),
      to_hex("{\"l\":\"" + identity + "\"}"),
      to_hex("{\"l\":\"" + identity + "\",\"i\":\"x\"}"),
      to_hex("{\"l\":\"" + identity + "\",\"i\":1,\"k\":5}"),
      to_hex("{\"l\":\"" + identity + "\",\"i\":1,\"k\":[]}"),
      to_hex("{\"l\":\"" + identity + "\",\"i\":1,\"k\":\"a\\u0000b\"}"),
      std::string(200'000, '0'),
  };
  for (const std::string& cursor : forged) {
    INFO(cursor.substr(0, 80));
    CHECK(with(cursor) == "invalid_cursor");
  }
}

TEST_CASE("columns are any fields, with all values of rows", "[cmdb]") {
  Lists f;
  const auto box = f.machine("box", {{"virtualization", "kvm"}});
  f.machine("other");
  f.set_status(box.agent, "addresses", "ok", kStart);
  for (const char* address : {"10.0.0.2", "10.0.0.1", "10.0.0.2"}) {
    f.add_row(box.agent, "addresses", {{"interface", "eth0"}, {"address", address}}, kStart);
  }
  f.set_status(box.agent, "packages", "ok", kStart);
  f.add_row(box.agent, "packages", {{"manager", "dpkg"}, {"name", "php"}, {"version", "8.2"}},
            kStart);
  f.set_value(box.manual, "note", "spare", kStart);
  const cmdb::ItemPage page =
      f.list("", {.columns = {"ip", "system.virtualization", "packages.name", "note", "id", "os",
                              "section_status", "archived"}});
  REQUIRE(page.rows.size() == 2);
  using Cell = inventory::Cell;
  const std::vector<cmdb::ColumnValues> expected = {
      {Cell(std::string("10.0.0.1")), Cell(std::string("10.0.0.2"))},
      {Cell(std::string("kvm"))},
      {Cell(std::string("php"))},
      {Cell(std::string("spare"))},
      {Cell(box.item)},
      {Cell(std::string("Debian GNU/Linux 12.5"))},
      {Cell(std::string("addresses.ok")), Cell(std::string("memory.ok")),
       Cell(std::string("os.ok")), Cell(std::string("packages.ok")),
       Cell(std::string("system.ok"))},
      {Cell(false)}};
  CHECK((page.rows[0].columns == expected));
  CHECK(page.rows[1].columns[0].empty());
  CHECK(code_of([&] { f.list("", {.columns = {"pakages.name"}}); }) == "invalid_column");
  CHECK(code_of([&] { f.list("", {.columns = {"users.name"}}); }) == "personal_section");
  CHECK(code_of([&] { f.list("", {.sort = "packages.name"}); }) == "invalid_sort");
  CHECK(code_of([&] { f.list("", {.limit = 0}); }) == "invalid_limit");
  CHECK(code_of([&] { f.list("", {.limit = 501}); }) == "invalid_limit");
}

TEST_CASE("a list tells whether it is about persons", "[cmdb]") {
  Lists f;
  struct Case {
    const char* query;
    std::vector<std::string> columns;
    bool about_persons;
  };
  const Case cases[] = {
      {"", {}, false},
      {"packages.name:users", {}, false},
      {"", {"packages.name"}, false},
      {"users.name:novak", {}, true},
      {"os:debian OR NOT (users.uid>0)", {}, true},
      {"missing:users", {}, true},
      {"missing:users.shell", {}, true},
      {"", {"users.name"}, true},
  };
  for (const Case& one : cases) {
    CAPTURE(one.query, one.columns);
    cmdb::ItemListOptions options{.columns = one.columns};
    CHECK((code_of([&] { f.list(one.query, options); }) == "personal_section") ==
          one.about_persons);
    options.rights.personal = true;
    CHECK(f.list(one.query, options).about_persons == one.about_persons);
  }
}

TEST_CASE("an item is named by number, name, serial number or tag", "[cmdb]") {
  Lists f;
  const auto one = f.machine("lap-0421", {{"serial_number", "5CG1"}, {"chassis_asset_tag", "T-7"}});
  const auto two = f.machine("lap-0422", {{"serial_number", "5CG2"}});
  const auto twin = f.machine("twin");
  f.machine("twin");
  f.set_value(two.manual, "name", "Ana's *laptop*", kStart);
  for (const std::string& text : {std::to_string(one.item), std::string("LAP-0421"),
                                  std::string(" 5cg1 "), std::string("t-7")}) {
    INFO(text);
    CHECK(f.resolve(text).item_id == one.item);
  }
  CHECK(f.resolve("ana's *laptop*").item_id == two.item);
  CHECK(f.resolve("lap-0422").item_id == two.item);
  CHECK_FALSE(f.resolve("ana*").item_id);
  const cmdb::ResolvedItem both = f.resolve("twin");
  CHECK_FALSE(both.item_id);
  CHECK(both.exact);
  CHECK(both.candidates.size() == 2);
  const cmdb::ResolvedItem part = f.resolve("lap-042");
  CHECK_FALSE(part.item_id);
  CHECK_FALSE(part.exact);
  CHECK(part.candidates.size() == 2);
  for (const std::string text : {"", " ", "999999", "\x01", "\xFF", "' OR 1=1 --"}) {
    INFO(text);
    CHECK_FALSE(f.resolve(text).item_id);
    CHECK(f.resolve(text).candidates.empty());
  }
  f.set_value(twin.manual, "archived", "yes", kStart);
  CHECK(f.resolve("twin").item_id != twin.item);
  CHECK(f.resolve("twin").item_id);
}

}  // namespace
}  // namespace muster::server
