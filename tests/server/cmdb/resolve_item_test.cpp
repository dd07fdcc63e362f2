// SPDX-License-Identifier: Apache-2.0
// What people read off a label. Names, numbers and tags are in item_list_test.cpp.
#include <catch2/catch.hpp>

#include "server/cmdb/item_list.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {
namespace {

constexpr std::int64_t kLabelled = 1'780'000'000'000;

struct Labels : StoreFixture {
  struct Made {
    std::int64_t item, manual;
  };
  Made machine(const std::string& host, const Fields& system) {
    const auto [item, agent] = add_machine(kLabelled);
    for (const std::string_view section : {"os", "system"})
      set_status(agent, section, "ok", kLabelled);
    add_row(agent, "os", {{"hostname", host}, {"name", "Debian GNU/Linux"}}, kLabelled);
    add_row(agent, "system", system, kLabelled);
    return {item, add_record(item, "manual", kLabelled)};
  }
  cmdb::ResolvedItem resolve(std::string_view text,
                             cmdb::Naming naming = cmdb::Naming::kAlsoEndOfSerial) {
    return read([&](store::Transaction& transaction) {
      return cmdb::resolve_item(transaction, text, now(), naming);
    });
  }
};

TEST_CASE("digits that are no item's number are the end of a serial number", "[cmdb]") {
  Labels f;
  const auto one = f.machine("one", {{"serial_number", "5CG1005691"}});
  const auto two = f.machine("two", {{"serial_number", "PF2A0421"}});
  const auto three = f.machine("three", {{"serial_number", "XX990421"}});
  CHECK(f.resolve("5691").item_id == one.item);
  CHECK(f.resolve("5691").by_end_of_serial);
  CHECK(f.resolve("20421").item_id == std::nullopt);
  CHECK(f.resolve("990421").item_id == three.item);
  const cmdb::ResolvedItem both = f.resolve("0421");
  CHECK_FALSE(both.item_id);
  CHECK(both.exact);
  CHECK(both.candidates.size() == 2);
  CHECK_FALSE(f.resolve("691").item_id);     // too short to be meant
  CHECK_FALSE(f.resolve("100569").item_id);  // not the end
  CHECK_FALSE(f.resolve("G1005691").exact);  // letters: a search, which says "did you mean"
  CHECK_FALSE(f.resolve("5691", cmdb::Naming::kWhole).item_id);
  // A whole name or number comes first.
  f.set_value(two.manual, "name", "5691", kLabelled);
  CHECK(f.resolve("5691").item_id == two.item);
  CHECK(f.resolve(std::to_string(three.item)).item_id == three.item);
}

}  // namespace
}  // namespace muster::server
