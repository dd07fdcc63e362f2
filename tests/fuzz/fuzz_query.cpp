// SPDX-License-Identifier: Apache-2.0
// Any bytes as a query, down to SQL that an empty store runs. What is refused must be refused as a
// query, with a column inside the text; nothing may fail in the store.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "server/query/sql_builder.h"
#include "tests/support/store/store_fixture.h"

namespace {

bool is_good_refusal(const muster::server::Error& error, std::string_view text) {
  if (error.code != "invalid_query") return false;
  for (const auto& [name, value] : error.extra) {
    if (name != "column") continue;
    const auto column = std::get<std::int64_t>(value);
    return column >= 1 && column <= static_cast<std::int64_t>(text.size()) + 1;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster::server;
  static StoreFixture* const fixture = [] {
    auto* const made = new StoreFixture;  // lives as long as the process
    const std::int64_t record = made->add_machine(1).second;
    for (const char* section : {"packages", "disks", "users", "addresses"})
      made->set_status(record, section, "ok", 1);
    for (const char* version : {"3.0.8-1", "1:2.3-4", "0.9~rc1"})
      made->add_row(record, "packages",
                    {{"manager", "dpkg"},
                     {"scope", "system"},
                     {"name", std::string("p") + version},
                     {"architecture", "amd64"},
                     {"version", version}},
                    1);
    for (const char* address : {"10.168.0.7", "2001:db8::1"})
      made->add_row(record, "addresses", {{"interface", "eth0"}, {"address", address}}, 1);
    return made;
  }();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const store::ReadPoint& point : {fixture->now(), fixture->at(1)}) {
    try {
      fixture->read([&](store::Transaction& transaction) {
        const query::ItemFilter filter =
            query::build_filter(transaction, text, point, {.personal = true});
        std::int64_t found = 0;
        for (const std::string& condition : {filter.matches, filter.undetermined()}) {
          if (condition.empty() || (!filter.can_be_undetermined() && condition != filter.matches))
            continue;
          const std::string count = "SELECT COUNT(*) FROM items i WHERE " + condition;
          found += transaction.find_integer(count, filter.values).value_or(0);
        }
        return found;
      });
    } catch (const Error& error) {
      if (!is_good_refusal(error, text)) std::abort();
    }
  }
  return 0;
}
