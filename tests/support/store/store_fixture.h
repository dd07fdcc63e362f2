// SPDX-License-Identifier: Apache-2.0
// A real store (of the kind that test_database.h tells), filled by direct INSERTs: items, source
// records, section rows and their histories, as ingest and edits would leave them. For tests of
// what reads the store. All times are milliseconds; each helper makes a revision recorded at the
// valid time that it is given, unless `recorded_at_ms` says that it was learned later.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/support/clock.h"
#include "common/support/digest.h"
#include "server/store/read_point.h"
#include "server/store/store.h"
#include "tests/support/program.h"
#include "tests/support/store/test_database.h"

namespace muster::inventory {
struct SectionSchema;
}

namespace muster::server {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;

class SettableClock final : public Clock {
 public:
  Instant now() const override { return {now_ms}; }
  std::int64_t boottime_ms() const override { return now_ms; }
  std::int64_t now_ms = 1'790'000'000'000;  // 2026-09-21
};

using test::TemporaryFolder;

class StoreFixture {
 public:
  using Fields = std::vector<std::pair<std::string, store::SqlValue>>;

  StoreFixture();

  SettableClock clock;
  std::optional<std::int64_t> recorded_at_ms;  // of the revisions that the helpers make

  store::Store& store() { return *store_; }
  // Another store over the same database, as another server has it.
  std::unique_ptr<store::Store> open_again(store::StoreOptions options = {}) const;
  void close() { store_.reset(); }
  std::unique_ptr<test::TestDatabase> backup() const { return database_.backup(); }
  std::filesystem::path folder() const { return folder_.path(); }
  std::string file() const { return database_.file(); }  // on SQLite only
  store::ReadPoint now() const { return store::ReadPoint::now(clock.now()); }
  store::ReadPoint at(std::int64_t at_ms) const { return {.at_ms = at_ms}; }
  store::ReadPoint as_known(std::int64_t at_ms, std::int64_t known_at_ms);
  template <class F>
  auto read(F&& work) {
    return store_->read_value<std::invoke_result_t<F, store::Transaction&>>(
        [&](store::Transaction& transaction) { return work(transaction); });
  }

  // Between begin() and commit() the helpers share one transaction, which makes large sets quick.
  void begin();
  void commit();

  std::int64_t add_item(std::int64_t at_ms);
  // A source record ("agent" or "manual") that is assigned to the item from `at_ms` on.
  std::int64_t add_record(std::int64_t item, std::string_view kind, std::int64_t at_ms);
  // Closes the record's assignment, if it has one, and opens another.
  void assign(std::int64_t record, std::int64_t item, std::int64_t at_ms);
  // An item with one agent: {item, source record}.
  std::pair<std::int64_t, std::int64_t> add_machine(std::int64_t at_ms);

  // nullopt: the attribute is cleared. `record` is the item's manual source record.
  void set_value(std::int64_t record, std::string_view attribute, std::optional<std::string> value,
                 std::int64_t at_ms);

  // The status of one source within a section from `at_ms` on; "" is the section's first source.
  void set_status(std::int64_t record, std::string_view section, std::string_view status,
                  std::int64_t at_ms, std::string_view source = "");

  // One row of a section; fields that are not named are NULL. Returns row_id.
  std::int64_t add_row(std::int64_t record, std::string_view section, const Fields& fields,
                       std::int64_t at_ms);
  void close_row(std::string_view section, std::int64_t row, std::int64_t at_ms,
                 std::string_view reason = "removed");
  // The record was heard of from `since_ms` to `last_seen_ms`.
  void add_presence(std::int64_t record, std::int64_t since_ms, std::int64_t last_seen_ms);
  void set_agent_state(std::int64_t record, std::string_view version, std::int64_t reported_at_ms,
                       std::int64_t interval_s = 900);

 private:
  template <class F>
  std::int64_t write(F&& work);
  std::int64_t revision(store::Transaction& transaction, std::int64_t at_ms);
  std::int64_t insert(store::Transaction& transaction, std::string_view sql,
                      const store::Transaction::Values& values);
  std::int64_t insert_into(store::Transaction& transaction, const std::string& table,
                           const Fields& fields);
  std::int64_t content_id(store::Transaction& transaction, const inventory::SectionSchema& schema,
                          Fields content);
  static const inventory::SectionSchema& schema_of(std::string_view section);

  TemporaryFolder folder_;
  test::TestDatabase database_{(folder_.path() / "muster.db").string()};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Connection> bulk_;
  std::int64_t row_keys_ = 0;
};

}  // namespace muster::server
