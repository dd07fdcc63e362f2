// SPDX-License-Identifier: Apache-2.0
// Any bytes as the cursor of an item list: a page, or 400 invalid_cursor.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/support/text.h"
#include "server/cmdb/item_list.h"
#include "tests/support/store_fixture.h"

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
    for (const char* sort : {"name", "seen"}) {
      ItemListOptions options;
      options.sort = sort;
      options.cursor = cursor;
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
