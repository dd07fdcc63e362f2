// SPDX-License-Identifier: Apache-2.0
// Any bytes as the cursor of an item list: a page, or 400 invalid_cursor; as what it is sorted by:
// 400 invalid_sort. And the cursors that the list itself gives lead through every item once.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "common/support/text.h"
#include "server/cmdb/item_list.h"
#include "server/people/list_query.h"
#include "tests/support/store_fixture.h"

namespace {

constexpr const char* kSorts[] = {"id",     "name",  "seen", "memory_bytes",
                                  "serial", "class", "os",   "owner"};

// Lists of people's things continue after a row of one or two numbers.
void require_numbers(const std::string& cursor) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{2}}) {
    const auto key = [&] {
      try {
        return muster::server::parse_cursor(cursor, count);
      } catch (const muster::server::Error& error) {
        if (error.code != "invalid_cursor") std::abort();
        return std::vector<std::int64_t>();
      }
    }();
    if (key.empty()) continue;
    if (key.size() != count || muster::server::make_cursor(key) != cursor) std::abort();
  }
}

// Page by page, one item each.
void require_walk(muster::server::StoreFixture& fixture, muster::server::ItemListOptions options) {
  using namespace muster::server;
  options.limit = 1;
  options.cursor.reset();
  std::set<std::int64_t> seen;
  std::int64_t total = 0;
  do {
    const ItemPage page = fixture.read(
        [&](Session& session) { return list_items(session, "", fixture.at(1), options); });
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
    for (int i = 0; i < 3; ++i)
      made->add_machine(1);
    return made;
  }();
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  static const bool walked = [] {
    for (const char* sort : kSorts) {
      for (const bool descending : {false, true}) {
        ItemListOptions options;
        options.sort = sort;
        options.descending = descending;
        require_walk(*fixture, options);
      }
    }
    return true;
  }();
  if (!walked) std::abort();
  // As it came, and as the text inside a cursor, since few inputs are hexadecimal by themselves.
  for (const std::string& cursor : {bytes, muster::to_hex(bytes)}) {
    require_numbers(cursor);
    for (const char* sort : kSorts) {
      ItemListOptions options;
      options.sort = sort;
      options.cursor = cursor;
      options.descending = size % 2 == 1;
      options.include_archived = size % 3 == 1;
      try {
        fixture->read(
            [&](Session& session) { return list_items(session, "", fixture->now(), options); });
      } catch (const Error& error) {
        if (error.code != "invalid_cursor") std::abort();
      }
    }
  }
  try {
    ItemListOptions options;
    options.sort = bytes;
    fixture->read(
        [&](Session& session) { return list_items(session, "", fixture->now(), options); });
  } catch (const Error& error) {
    if (error.code != "invalid_sort") std::abort();
  }
  return 0;
}
