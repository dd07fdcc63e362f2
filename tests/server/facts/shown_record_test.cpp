// SPDX-License-Identifier: Apache-2.0
#include "server/facts/shown_record.h"

#include <catch2/catch.hpp>

#include "tests/support/store/store_fixture.h"

namespace muster::server {
namespace {

constexpr std::int64_t kShownStart = 1'780'000'000'000;

struct Shown {
  StoreFixture fixture;
  const inventory::SectionSchema& os = *inventory::find_section("os");

  std::optional<std::int64_t> record(std::int64_t item, const store::ReadPoint& point) {
    return fixture.read([&](store::Transaction& transaction) {
      store::Transaction::Values values = point.values();
      values.emplace_back(item);
      return transaction.find_integer("SELECT " + facts::shown_record(os, "?3", point), values);
    });
  }
  // The same answer by is_shown, as queries over many items ask.
  std::vector<std::int64_t> by_condition(std::int64_t item, const store::ReadPoint& point) {
    return fixture.read([&](store::Transaction& transaction) {
      std::vector<std::int64_t> out;
      store::Transaction::Values values = point.values();
      values.emplace_back(item);
      transaction.query(
          "SELECT a.source_record FROM assignments a WHERE a.item_id = ?3 AND " + point.holds("a") +
              " AND " + facts::section_rank(os, "a.source_record", point) + " > 0 AND " +
              facts::is_shown(os, "a", point),
          values, [&](const store::ResultRow& row) { out.push_back(row.integer(0)); });
      return out;
    });
  }
  void check(std::int64_t item, const store::ReadPoint& point, std::int64_t expected) {
    CHECK(record(item, point) == expected);
    CHECK(by_condition(item, point) == std::vector<std::int64_t>{expected});
  }
};

TEST_CASE("a section shows the agent's record that reports it now, else one that once did",
          "[query]") {
  Shown shown;
  StoreFixture& f = shown.fixture;
  const auto [item, first] = f.add_machine(kShownStart);
  f.add_record(item, "manual", kShownStart + 1);
  CHECK(shown.record(item, f.now()) == std::nullopt);
  f.set_status(first, "os", "ok", kShownStart + kHourMs);
  shown.check(item, f.now(), first);

  const std::int64_t second = f.add_record(item, "agent", kShownStart + 2 * kHourMs);
  shown.check(item, f.now(), first);
  f.set_status(second, "os", "partial", kShownStart + 3 * kHourMs);
  shown.check(item, f.now(), second);
  f.set_status(second, "os", "failed", kShownStart + 4 * kHourMs);
  shown.check(item, f.now(), first);
  f.set_status(first, "os", "failed", kShownStart + 5 * kHourMs);
  shown.check(item, f.now(), second);

  SECTION("the past answers as it was") {
    shown.check(item, f.at(kShownStart + 3 * kHourMs + 1), second);
    shown.check(item, f.at(kShownStart + 2 * kHourMs + 1), first);
    CHECK(shown.record(item, f.at(kShownStart + 1)) == std::nullopt);
  }
}

TEST_CASE("a record that was moved to another item is shown there only", "[query]") {
  Shown shown;
  StoreFixture& f = shown.fixture;
  const auto [item, record] = f.add_machine(kShownStart);
  const std::int64_t other = f.add_item(kShownStart);
  f.set_status(record, "os", "ok", kShownStart);
  f.assign(record, other, kShownStart + kDayMs);
  CHECK(shown.record(item, f.now()) == std::nullopt);
  shown.check(other, f.now(), record);
  shown.check(item, f.at(kShownStart + kHourMs), record);
}

TEST_CASE("the value that was entered last wins", "[query]") {
  StoreFixture f;
  const auto [item, agent] = f.add_machine(kShownStart);
  const std::int64_t one = f.add_record(item, "manual", kShownStart);
  const std::int64_t two = f.add_record(item, "manual", kShownStart);
  f.set_value(two, "owner", "kos", kShownStart + 1);
  f.set_value(one, "owner", "novak", kShownStart + 2);
  const auto owner = [&, item = item](const store::ReadPoint& point) {
    return f.read([&](store::Transaction& transaction) {
      store::Transaction::Values values = point.values();
      values.emplace_back(item);
      return transaction.find_text("SELECT " + facts::winning_value("owner", "?3", point), values);
    });
  };
  CHECK(owner(f.now()) == "novak");
  CHECK(owner(f.at(kShownStart + 1)) == "kos");
  CHECK(owner(f.at(kShownStart)) == std::nullopt);
  f.set_value(one, "owner", std::nullopt, kShownStart + 3);
  CHECK(owner(f.now()) == "kos");
}

}  // namespace
}  // namespace muster::server
