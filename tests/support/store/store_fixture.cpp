// SPDX-License-Identifier: Apache-2.0
#include "tests/support/store/store_fixture.h"

#include <stdexcept>
#include <variant>

#include "common/inventory/schema.h"
#include "server/facts/section_tables.h"
#include "server/store/revisions.h"

namespace muster::server {

template <class F>
std::int64_t StoreFixture::write(F&& work) {
  if (bulk_) return work(*bulk_);
  return store_->write_value<std::int64_t>(
      [&](store::Transaction& transaction) { return work(transaction); });
}

StoreFixture::StoreFixture() : store_(open_again()) {}

std::unique_ptr<store::Store> StoreFixture::open_again(store::StoreOptions options) const {
  return std::make_unique<store::Store>(database_.open(),
                                        facts::with_section_tables(std::move(options)), clock);
}

store::ReadPoint StoreFixture::as_known(std::int64_t at_ms, std::int64_t known_at_ms) {
  return store_->read_value<store::ReadPoint>([&](store::Transaction& transaction) {
    return store::read_point(transaction, Instant{at_ms}, Instant{known_at_ms}, clock.now());
  });
}

void StoreFixture::begin() {
  bulk_ = store_->database().connect(false, 0);
  bulk_->begin(true);
}

void StoreFixture::commit() {
  bulk_->commit();
  bulk_.reset();
}

std::int64_t StoreFixture::add_item(std::int64_t at_ms) {
  return write([&](store::Transaction& transaction) {
    const std::int64_t opened_by = revision(transaction, at_ms);
    return insert(transaction, "INSERT INTO items (created_by, created_at) VALUES (?1, ?2)",
                  {opened_by, at_ms});
  });
}

std::int64_t StoreFixture::add_record(std::int64_t item, std::string_view kind,
                                      std::int64_t at_ms) {
  const std::int64_t record = write([&](store::Transaction& transaction) {
    return insert(transaction, "INSERT INTO source_records (kind, created_by) VALUES (?1, ?2)",
                  {kind, revision(transaction, at_ms)});
  });
  assign(record, item, at_ms);
  return record;
}

void StoreFixture::assign(std::int64_t record, std::int64_t item, std::int64_t at_ms) {
  write([&](store::Transaction& transaction) {
    const std::int64_t opened_by = revision(transaction, at_ms);
    transaction.execute(
        "UPDATE assignments SET until = ?2, closed_by = ?3 WHERE source_record = ?1 AND until IS "
        "NULL",
        {record, at_ms, opened_by});
    return insert(transaction,
                  "INSERT INTO assignments (source_record, item_id, reason, since, opened_by) "
                  "VALUES (?1, ?2, 'test', ?3, ?4)",
                  {record, item, at_ms, opened_by});
  });
}

std::pair<std::int64_t, std::int64_t> StoreFixture::add_machine(std::int64_t at_ms) {
  const std::int64_t item = add_item(at_ms);
  return {item, add_record(item, "agent", at_ms)};
}

void StoreFixture::set_value(std::int64_t record, std::string_view attribute,
                             std::optional<std::string> value, std::int64_t at_ms) {
  write([&](store::Transaction& transaction) {
    const std::int64_t opened_by = revision(transaction, at_ms);
    transaction.execute(
        "UPDATE item_values SET until = ?3, closed_by = ?4 WHERE source_record = ?1 AND "
        "attribute = ?2 AND until IS NULL",
        {record, attribute, at_ms, opened_by});
    if (!value) return std::int64_t{0};
    return insert(transaction,
                  "INSERT INTO item_values (source_record, attribute, value, since, opened_by) "
                  "VALUES (?1, ?2, ?3, ?4, ?5)",
                  {record, attribute, *value, at_ms, opened_by});
  });
}

void StoreFixture::set_status(std::int64_t record, std::string_view section,
                              std::string_view status, std::int64_t at_ms,
                              std::string_view source) {
  const inventory::SectionSchema& schema = schema_of(section);
  if (source.empty()) source = schema.providers.front();
  write([&](store::Transaction& transaction) {
    const std::int64_t opened_by = revision(transaction, at_ms);
    transaction.execute(
        "UPDATE section_status SET until = ?4, closed_by = ?5 WHERE source_record = ?1 AND "
        "section = ?2 AND source = ?3 AND until IS NULL",
        {record, section, source, at_ms, opened_by});
    return insert(transaction,
                  "INSERT INTO section_status (source_record, section, source, status, since, "
                  "opened_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                  {record, section, source, status, at_ms, opened_by});
  });
}

std::int64_t StoreFixture::add_row(std::int64_t record, std::string_view section,
                                   const Fields& fields, std::int64_t at_ms) {
  const inventory::SectionSchema& schema = schema_of(section);
  return write([&](store::Transaction& transaction) {
    const std::int64_t key = ++row_keys_;
    Fields own = {{"source_record", record},
                  {"row_key", key},
                  {"row_hash", store::Blob{std::to_string(key)}},
                  {"since", at_ms},
                  {"opened_by", revision(transaction, at_ms)},
                  {"open_reason", "changed"}};
    Fields content;
    for (const auto& [name, value] : fields) {
      const auto index = schema.find(name);
      if (!index) throw std::invalid_argument("no field " + name);
      (schema.fields[*index].shared ? content : own).emplace_back(name, value);
    }
    if (schema.has_content())
      own.emplace_back("content_id", content_id(transaction, schema, content));
    return insert_into(transaction, facts::section_table(schema), own);
  });
}

void StoreFixture::close_row(std::string_view section, std::int64_t row, std::int64_t at_ms,
                             std::string_view reason) {
  const std::string table = facts::section_table(schema_of(section));
  write([&](store::Transaction& transaction) {
    return transaction.execute(
        "UPDATE " + table +
            " SET until = ?2, closed_by = ?3, close_reason = ?4 WHERE row_id "
            "= ?1",
        {row, at_ms, revision(transaction, at_ms), reason});
  });
}

void StoreFixture::add_presence(std::int64_t record, std::int64_t since_ms,
                                std::int64_t last_seen_ms) {
  write([&](store::Transaction& transaction) {
    return insert(transaction,
                  "INSERT INTO presence (source_record, since, last_seen, opened_by) VALUES (?1, "
                  "?2, ?3, ?4)",
                  {record, since_ms, last_seen_ms, revision(transaction, since_ms)});
  });
}

void StoreFixture::set_agent_state(std::int64_t record, std::string_view version,
                                   std::int64_t reported_at_ms, std::int64_t interval_s) {
  write([&](store::Transaction& transaction) {
    transaction.execute("DELETE FROM agent_state WHERE source_record = ?1", {record});
    return transaction.execute(
        "INSERT INTO agent_state (source_record, agent_id, sequence, boot_id, root, reply, "
        "reported_at, clock_offset_ms, agent_version, address, interval_s) VALUES (?1, ?2, 1, "
        "'boot', 'root', '{}', ?3, 0, ?4, '127.0.0.1', ?5)",
        {record, "agent-" + std::to_string(record), reported_at_ms, version, interval_s});
  });
}

std::int64_t StoreFixture::revision(store::Transaction& transaction, std::int64_t at_ms) {
  store::NewRevision made;
  made.kind = "edit";
  made.actor = "test";
  return store::add_revision(transaction, Instant{recorded_at_ms.value_or(at_ms)}, made).id;
}

std::int64_t StoreFixture::insert(store::Transaction& transaction, std::string_view sql,
                                  const store::Transaction::Values& values) {
  transaction.execute(sql, values);
  return transaction.find_integer(store_->database().dialect().last_identity).value();
}

std::int64_t StoreFixture::insert_into(store::Transaction& transaction, const std::string& table,
                                       const Fields& fields) {
  std::string names, marks;
  store::Transaction::Values values;
  for (const auto& [name, value] : fields) {
    values.push_back(value);
    names += (names.empty() ? "\"" : ", \"") + name + '"';
    marks += (marks.empty() ? "?" : ", ?") + std::to_string(values.size());
  }
  return insert(transaction, "INSERT INTO " + table + " (" + names + ") VALUES (" + marks + ")",
                values);
}

std::int64_t StoreFixture::content_id(store::Transaction& transaction,
                                      const inventory::SectionSchema& schema, Fields content) {
  std::string text;
  for (const auto& [name, value] : content) {
    text += name + '=';
    if (const auto* word = std::get_if<std::string>(&value.get())) text += *word;
    if (const auto* number = std::get_if<std::int64_t>(&value.get()))
      text += std::to_string(*number);
    text += '\n';
  }
  const store::Blob hash{sha256(text).substr(0, 16)};
  const std::string table = facts::content_table(schema);
  if (const auto known = transaction.find_integer(
          "SELECT content_id FROM " + table + " WHERE content_hash = ?1", {hash}))
    return *known;
  content.emplace_back("content_hash", hash);
  return insert_into(transaction, table, content);
}

const inventory::SectionSchema& StoreFixture::schema_of(std::string_view section) {
  const inventory::SectionSchema* const schema = inventory::find_section(section);
  if (schema == nullptr) throw std::invalid_argument("no section " + std::string(section));
  return *schema;
}

}  // namespace muster::server
