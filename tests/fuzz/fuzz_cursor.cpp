// SPDX-License-Identifier: Apache-2.0
// Any bytes as the cursor of a list of items, of changes, of the audit log or of join tokens: a
// page, or 400 invalid_cursor; as what items are sorted by: 400 invalid_sort. And the cursors that
// a list itself gives lead through all of it once.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "common/support/text.h"
#include "server/ca/join_tokens.h"
#include "server/cmdb/item_list.h"
#include "server/facts/changes.h"
#include "server/people/audit.h"
#include "server/store/list.h"
#include "tests/support/store/store_fixture.h"

namespace {

constexpr const char* kSorts[] = {"id",     "name",  "seen", "memory_bytes",
                                  "serial", "class", "os",   "owner"};

// Lists of people's things continue after a row of one or two numbers.
void require_numbers(const std::string& cursor) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{2}}) {
    const auto key = [&] {
      try {
        return muster::server::store::parse_cursor(cursor, count);
      } catch (const muster::server::Error& error) {
        if (error.code != "invalid_cursor") std::abort();
        return std::vector<std::int64_t>();
      }
    }();
    if (key.empty()) continue;
    if (key.size() != count || muster::server::store::make_cursor(key) != cursor) std::abort();
  }
}

constexpr std::int64_t kRemovedPackages = 5;

// A machine from which packages were removed, two of them at the same moment.
void add_removed_packages(muster::server::StoreFixture& fixture, std::int64_t record) {
  for (std::int64_t i = 0; i < kRemovedPackages; ++i) {
    const std::int64_t row = fixture.add_row(record, "packages",
                                             {{"manager", std::string("dpkg")},
                                              {"name", "a" + std::to_string(i)},
                                              {"version", std::string("1")},
                                              {"architecture", std::string("amd64")}},
                                             1);
    fixture.close_row("packages", row, 10 + i / 2);
  }
}

muster::server::facts::ChangePage changes(muster::server::StoreFixture& fixture,
                                          const muster::server::facts::ChangeQuery& query) {
  return fixture.read([&](muster::server::store::Transaction& transaction) {
    return muster::server::facts::item_changes(transaction, 1, fixture.now(), query);
  });
}

// Change by change: none is left out, none comes twice.
void require_changes_walk(muster::server::StoreFixture& fixture) {
  muster::server::facts::ChangeQuery query;
  query.limit = 1;
  std::set<std::int64_t> seen;
  do {
    const muster::server::facts::ChangePage page = changes(fixture, query);
    if (page.changes.size() != 1 || !seen.insert(page.changes.front().row_id).second) std::abort();
    query.cursor = page.next;
  } while (query.cursor);
  if (static_cast<std::int64_t>(seen.size()) != kRemovedPackages) std::abort();
}

// A page of each, or what `cursor` and `limit` are refused with.
void require_pages(muster::server::StoreFixture& fixture, const std::string& cursor,
                   std::size_t limit) {
  using namespace muster::server;
  const auto require_page = [&](auto&& list) {
    try {
      if (fixture.read(list) > std::min(limit, store::kMaxPage) || limit == 0) std::abort();
    } catch (const Error& error) {
      const bool is_limit =
          error.code == "invalid_limit" && (limit == 0 || limit > store::kMaxPage);
      if (!is_limit && error.code != "invalid_cursor") std::abort();
    }
  };
  require_page([&](store::Transaction& transaction) {
    people::AuditFilter filter;
    filter.limit = limit;
    filter.cursor = cursor;
    return people::list_audit(transaction, filter).records.size();
  });
  require_page([&](store::Transaction& transaction) {
    return ca::list_join_tokens(transaction, limit, cursor).tokens.size();
  });
  facts::ChangeQuery query;
  query.cursor = cursor;
  try {
    if (changes(fixture, query).changes.size() > query.limit) std::abort();
  } catch (const Error& error) {
    if (error.code != "invalid_cursor") std::abort();
  }
}

// Page by page, one item each.
void require_walk(muster::server::StoreFixture& fixture,
                  muster::server::cmdb::ItemListOptions options) {
  using namespace muster::server;
  options.limit = 1;
  options.cursor.reset();
  std::set<std::int64_t> seen;
  std::int64_t total = 0;
  do {
    const cmdb::ItemPage page = fixture.read([&](store::Transaction& transaction) {
      return cmdb::list_items(transaction, "", fixture.at(1), options);
    });
    if (page.rows.size() > 1) std::abort();
    for (const auto& row : page.rows) {
      if (!seen.insert(row.summary.item_id).second) std::abort();
    }
    total = page.total.value_or(0);
    options.cursor = page.next;
  } while (options.cursor);
  if (static_cast<std::int64_t>(seen.size()) != total) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster::server;
  static StoreFixture* const fixture = [] {
    auto* const made = new StoreFixture;  // lives as long as the process
    const auto [item, record] = made->add_machine(1);
    if (item != 1) std::abort();
    add_removed_packages(*made, record);
    for (int i = 0; i < 2; ++i)
      made->add_machine(1);
    return made;
  }();
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  static const bool walked = [] {
    for (const char* sort : kSorts) {
      for (const bool descending : {false, true}) {
        cmdb::ItemListOptions options;
        options.sort = sort;
        options.descending = descending;
        require_walk(*fixture, options);
      }
    }
    require_changes_walk(*fixture);
    return true;
  }();
  if (!walked) std::abort();
  // As it came, and as the text inside a cursor, since few inputs are hexadecimal by themselves.
  for (const std::string& cursor : {bytes, muster::to_hex(bytes)}) {
    require_numbers(cursor);
    require_pages(*fixture, cursor, size * 40);
    for (const char* sort : kSorts) {
      cmdb::ItemListOptions options;
      options.sort = sort;
      options.cursor = cursor;
      options.descending = size % 2 == 1;
      options.include_archived = size % 3 == 1;
      try {
        fixture->read([&](store::Transaction& transaction) {
          return cmdb::list_items(transaction, "", fixture->now(), options);
        });
      } catch (const Error& error) {
        if (error.code != "invalid_cursor") std::abort();
      }
    }
  }
  try {
    cmdb::ItemListOptions options;
    options.sort = bytes;
    fixture->read([&](store::Transaction& transaction) {
      return cmdb::list_items(transaction, "", fixture->now(), options);
    });
  } catch (const Error& error) {
    if (error.code != "invalid_sort") std::abort();
  }
  return 0;
}
