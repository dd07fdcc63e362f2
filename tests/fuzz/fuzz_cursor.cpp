// SPDX-License-Identifier: Apache-2.0
// Any bytes as the cursor of an item list: a page, or 400 invalid_cursor.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/support/text.h"
#include "server/cmdb/item_list.h"
#include "server/people/list_query.h"
#include "tests/support/store_fixture.h"

namespace {

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
  // As it came, and as the text inside a cursor, since few inputs are hexadecimal by themselves.
  for (const std::string& cursor : {bytes, muster::to_hex(bytes)}) {
    require_numbers(cursor);
    for (const char* sort : {"name", "seen", "memory_bytes", "serial", "class"}) {
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
  return 0;
}
