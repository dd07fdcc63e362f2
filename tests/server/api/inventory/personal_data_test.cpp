// SPDX-License-Identifier: Apache-2.0
#include "server/api/inventory/personal_data.h"

#include <catch2/catch.hpp>

#include "tests/support/store/counting_transaction.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {

TEST_CASE("which sections about persons some items have is one call to the database",
          "[personal]") {
  StoreFixture fixture;
  const std::int64_t began = fixture.clock.now_ms;
  std::vector<api::ItemAtPoint> items;
  for (int i = 0; i < 10; ++i) {
    const auto [item, record] = fixture.add_machine(began);
    items.push_back({item, fixture.now()});
    fixture.set_status(record, "os", "ok", began);
    if (i == 7) fixture.set_status(record, "users", "ok", began);
  }
  fixture.read([&](store::Transaction& transaction) {
    CountingTransaction counting(transaction);
    CHECK(api::personal_sections(counting, items) == std::vector<std::string>{"users"});
    CHECK(counting.calls() == 1);
    CHECK(api::personal_sections(transaction, {items[3]}).empty());
    // The present and a moment are asked about in words of their own.
    CountingTransaction both(transaction);
    CHECK(api::personal_sections(both, {{items[7].item_id, fixture.at(began)}, items[3]}) ==
          std::vector<std::string>{"users"});
    CHECK(both.calls() == 2);
    CHECK(api::personal_sections(transaction, {{items[7].item_id, fixture.at(began - 1)}}).empty());
    return 0;
  });
}

}  // namespace muster::server
