// SPDX-License-Identifier: Apache-2.0
// Machines by the name that they have in a test, asked by queries.
#pragma once
#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/facts/shown_record.h"
#include "server/query/sql_builder.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {

constexpr std::int64_t kSemanticsStart = 1'780'000'000'000;
constexpr std::int64_t kGiB = std::int64_t{1} << 30;

using Names = std::set<std::string>;

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
  Answer ask(std::string_view query, const store::ReadPoint& point,
             query::QueryRights rights = {true}) {
    std::set<std::int64_t> found;
    Answer out;
    read([&](store::Transaction& transaction) {
      const query::ItemFilter filter = query::build_filter(transaction, query, point, rights);
      const std::string there = " AND " + facts::item_exists("i.item_id", point);
      transaction.query("SELECT i.item_id FROM items i WHERE " + filter.matches + there,
                        filter.values,
                        [&](const store::ResultRow& row) { found.insert(row.integer(0)); });
      const std::string unknown =
          "SELECT COUNT(*) FROM items i WHERE " + filter.undetermined() + there;
      if (filter.can_be_undetermined())
        out.undetermined = transaction.find_integer(unknown, filter.values).value_or(0);
      return true;
    });
    for (const auto& [name, item] : items) {
      if (found.contains(item)) out.names.insert(name);
    }
    CHECK(out.names.size() == found.size());
    return out;
  }
  Answer ask(std::string_view query) { return ask(query, now()); }
};

struct Expected {
  std::string query;
  Names names;
  std::int64_t undetermined = 0;
};

inline void check(Fleet& fleet, const std::vector<Expected>& cases) {
  for (const Expected& c : cases) {
    INFO(c.query);
    const auto answer = fleet.ask(c.query);
    CHECK(answer.names == c.names);
    CHECK(answer.undetermined == c.undetermined);
  }
}

// What a query is refused with: where, and the message together with what was expected.
struct Refusal {
  std::int64_t column = 0;
  std::int64_t length = 0;
  std::string text;
};

inline Refusal refusal_of(Fleet& fleet, const std::string& query) {
  Refusal out;
  try {
    fleet.ask(query);
    FAIL_CHECK("was accepted: " << query);
  } catch (const Error& error) {
    CHECK(error.code == "invalid_query");
    out.text = error.message;
    for (const auto& [name, value] : error.extra) {
      if (name == "column") out.column = std::get<std::int64_t>(value);
      if (name == "length") out.length = std::get<std::int64_t>(value);
      if (name == "expected") out.text += '\n' + std::get<std::string>(value);
    }
  }
  return out;
}

}  // namespace muster::server
