// SPDX-License-Identifier: Apache-2.0
#include "server/cmdb/items.h"

#include <algorithm>

#include "common/inventory/schema.h"
#include "common/support/text.h"
#include "server/cmdb/item_audit.h"
#include "server/cmdb/item_rows.h"
#include "server/error.h"
#include "server/facts/section_tables.h"
#include "server/model/classes.h"
#include "server/model/lifecycle.h"
#include "server/store/fault.h"
#include "server/store/revisions.h"
#include "server/store/text_fault.h"

namespace muster::server::cmdb {
namespace {

constexpr std::string_view kFindItem =
    "SELECT version, created_at, created_by FROM items WHERE item_id = ?1";
constexpr std::string_view kFindPurged =
    "SELECT purged_at, purged_by FROM purged_items WHERE item_id = ?1";
constexpr std::string_view kFindManual = R"sql(
  SELECT MAX(s.source_record) FROM source_records s
    JOIN assignments a ON a.source_record = s.source_record
  WHERE a.item_id = ?1 AND a.until IS NULL AND s.kind = 'manual')sql";
constexpr std::string_view kTouchItem = "UPDATE items SET version = version + 1 WHERE item_id = ?1";
constexpr std::string_view kKeepLastReport = R"sql(
  UPDATE agents SET (last_reported_at, last_version) = (
    SELECT reported_at, agent_version FROM agent_state s
    WHERE s.source_record = ?1 AND s.agent_id = agents.agent_id)
  WHERE source_record = ?1 AND agent_id IN (
    SELECT s.agent_id FROM agent_state s WHERE s.source_record = ?1))sql";
constexpr std::string_view kFindValue =
    "SELECT value, value_id, since FROM item_values WHERE source_record = ?1 AND attribute = ?2 "
    "AND until IS NULL";
constexpr std::string_view kCloseValue =
    "UPDATE item_values SET until = ?1, closed_by = ?2 WHERE value_id = ?3";
constexpr std::string_view kOpenValue = R"sql(
  INSERT INTO item_values (source_record, attribute, value, since, opened_by)
    VALUES (?1, ?2, ?3, ?4, ?5))sql";

// The first valid time of an item, as far as it had been recorded by ?2, and when its first
// assignment was recorded.
constexpr std::string_view kFirstSince =
    "SELECT MIN(since) FROM assignments WHERE item_id = ?1 AND opened_by <= ?2";
constexpr std::string_view kFirstRecorded = R"sql(
  SELECT MIN(r.recorded_at) FROM assignments a JOIN revisions r ON r.revision_id = a.opened_by
  WHERE a.item_id = ?1)sql";

[[noreturn]] void invalid(std::string_view attribute, const std::string& why) {
  throw Error(Status::kUnprocessable, "invalid_value", why).at(std::string(attribute));
}

// nullopt clears the attribute.
void check_attribute(const std::string& name, const std::optional<std::string>& edit) {
  if (std::find(std::begin(kItemAttributes), std::end(kItemAttributes), name) ==
      std::end(kItemAttributes)) {
    throw Error(Status::kUnprocessable, "unknown_field",
                "An item has no attribute " + name + " that can be edited.")
        .at(name);
  }
  if (!edit) return;
  const std::string& value = *edit;
  if (trim(value).empty()) invalid(name, "The " + name + " is empty. Clear it instead.");
  if (const auto fault = store::find_text_fault(value, kAttributeBytes)) {
    invalid(name, "The " + name +
                      (*fault == store::TextFault::kTooLong ? " is longer than 4096 bytes."
                                                            : " is not valid text."));
  }
  const auto lifecycles = model::lifecycle_states();
  if (name == "lifecycle" &&
      std::find(lifecycles.begin(), lifecycles.end(), value) == lifecycles.end()) {
    std::string all;
    for (const std::string_view each : lifecycles)
      all += (all.empty() ? "" : ", ") + std::string(each);
    invalid(name, "There is no life cycle state " + value + "; it is one of " + all + '.');
  }
  if (name == "class" && model::find_class_by_end(value) == nullptr) {
    const std::vector<std::string> near = model::near_classes(value, true);
    invalid(name, "There is no class " + value +
                      (near.empty() ? "; a class is called as in hardware.computer.laptop, or by "
                                      "the end of that: laptop."
                                    : "; did you mean " + near.front() + '?'));
  }
}

store::Revision edit_revision(store::Transaction& transaction, const people::Actor& actor,
                              Instant now, std::optional<std::int64_t> source_record = {}) {
  store::NewRevision revision;
  revision.kind = "edit";
  revision.actor = actor.name;
  revision.source_record = source_record;
  return store::add_revision(transaction, now, revision);
}

std::int64_t manual_record(store::Transaction& transaction, std::int64_t item_id,
                           std::int64_t revision, Instant at) {
  if (const auto found = transaction.find_integer(kFindManual, {item_id})) return *found;
  const std::int64_t record = add_source_record(transaction, SourceKind::kManual, revision);
  assign(transaction, record, item_id, "entered by hand", at, revision);
  return record;
}

// A checked value as it is stored: a class by its whole path.
std::optional<std::string> kept_value(const std::string& attribute,
                                      const std::optional<std::string>& value) {
  if (attribute != "class" || !value) return value;
  return std::string(model::find_class_by_end(*value)->name);
}

// Sets or clears one value. False: nothing to change.
bool write_value(store::Transaction& transaction, std::int64_t record, const std::string& attribute,
                 const std::optional<std::string>& entered, const store::Revision& revision) {
  const std::optional<std::string> value = kept_value(attribute, entered);
  std::optional<std::string> old;
  std::int64_t old_id = 0;
  std::int64_t old_since = 0;
  transaction.query(kFindValue, {record, attribute}, [&](const store::ResultRow& row) {
    old = row.text(0);
    old_id = row.integer(1);
    old_since = row.integer(2);
  });
  if (old == value) return false;
  // The valid time of an edit is when it was recorded, but never before the value that it ends:
  // where the clock was set back, an interval must not end before it began.
  const std::int64_t at = std::max(revision.recorded_at.ms, old_since);
  if (old) transaction.execute(kCloseValue, {at, revision.id, old_id});
  store::store_fault("value.closed");
  if (value) transaction.execute(kOpenValue, {record, attribute, *value, at, revision.id});
  store::store_fault("value.opened");
  return true;
}

void check_exists(store::Transaction& transaction, std::int64_t item_id) {
  if (transaction.find_integer(kFindItem, {item_id})) return;
  transaction.query(kFindPurged, {item_id}, [&](const store::ResultRow& row) {
    throw Error(Status::kGone, "item_purged",
                "Item " + std::to_string(item_id) + " was purged by " + std::string(row.text(1)) +
                    " at " + to_rfc3339({row.integer(0)}) + '.');
  });
  throw Error(Status::kNotFound, "item_not_found",
              "There is no item " + std::to_string(item_id) + '.');
}

// Throws when the point is before the first fact that was known of the item, or recorded.
void check_known_by_then(store::Transaction& transaction, std::int64_t item_id,
                         const store::ReadPoint& point) {
  std::optional<std::int64_t> first;  // MIN of no rows is NULL
  transaction.query(kFirstSince, {item_id, point.revision},
                    [&](const store::ResultRow& row) { first = row.optional_integer(0); });
  std::string_view known = "known";
  if (!first) {
    known = "recorded";
    transaction.query(kFirstRecorded, {item_id},
                      [&](const store::ResultRow& row) { first = row.optional_integer(0); });
  }
  if (!first || (known == "known" && *first <= point.at_ms)) return;
  const std::string since = to_rfc3339({*first});
  throw Error(Status::kNotFound, "item_not_known_yet",
              "Item " + std::to_string(item_id) + " was not " + std::string(known) + " before " +
                  since + '.')
      .with("known_since", since);
}

// For statements about one item at a point: its number is ?3.
store::Transaction::Values item_values_at(const store::ReadPoint& point, std::int64_t item_id) {
  store::Transaction::Values values = point.values();
  values.emplace_back(item_id);
  return values;
}

// What was entered by hand, "archived" among it.
ItemAttributes read_attributes(store::Transaction& transaction, std::int64_t item_id,
                               const store::ReadPoint& point) {
  ItemAttributes attributes;
  transaction.query(
      "SELECT v.attribute, v.value, v.since, r.actor, v.source_record, v.opened_by FROM "
      "assignments a JOIN item_values v "
      "ON v.source_record = a.source_record JOIN revisions r ON r.revision_id = v.opened_by WHERE "
      "a.item_id = ?3 AND " +
          point.holds("a") + " AND " + point.holds("v") + " ORDER BY v.value_id",
      item_values_at(point, item_id), [&](const store::ResultRow& row) {
        // Later entries win over earlier ones: see shown_record.h, is_winning.
        attributes[std::string(row.text(0))] = {std::string(row.text(1)),
                                                {row.integer(2)},
                                                std::string(row.text(3)),
                                                row.integer(4),
                                                row.integer(5)};
      });
  return attributes;
}

}  // namespace

Item get_item(store::Transaction& transaction, std::int64_t item_id,
              const store::ReadPoint& point) {
  check_exists(transaction, item_id);
  Item item;
  item.item_id = item_id;
  transaction.query(kFindItem, {item_id}, [&](const store::ResultRow& row) {
    item.version = row.integer(0);
    item.created_at = {row.integer(1)};
  });
  transaction.query(
      "SELECT a.source_record, s.kind, a.since, a.reason FROM assignments a JOIN source_records s "
      "ON "
      "s.source_record = a.source_record WHERE a.item_id = ?3 AND " +
          point.holds("a") + " ORDER BY a.assignment_id",
      item_values_at(point, item_id), [&](const store::ResultRow& row) {
        item.sources.push_back(
            {row.integer(0), std::string(row.text(1)), {row.integer(2)}, std::string(row.text(3))});
      });
  if (item.sources.empty()) {
    if (!point.is_now) check_known_by_then(transaction, item_id, point);
    throw Error(Status::kNotFound, "item_not_found",
                point.is_now
                    ? "Nothing is assigned to item " + std::to_string(item_id) + " any more."
                    : "Item " + std::to_string(item_id) + " was not there at that time.");
  }
  item.attributes = read_attributes(transaction, item_id, point);
  item.archived = item.attributes.erase("archived") > 0;
  return item;
}

std::int64_t create_item(store::Transaction& transaction, const AttributeEdits& attributes,
                         const people::Actor& actor, Instant now) {
  const auto name = attributes.find("name");
  if (name == attributes.end() || !name->second) invalid("name", "An item needs a name.");
  for (const auto& [attribute, value] : attributes) {
    if (value) check_attribute(attribute, *value);
  }
  const store::Revision revision = edit_revision(transaction, actor, now);
  const std::int64_t item_id = add_item_row(transaction, revision.id, revision.recorded_at);
  store::store_fault("item.created");
  const std::int64_t record =
      manual_record(transaction, item_id, revision.id, revision.recorded_at);
  for (const auto& [attribute, value] : attributes) {
    if (value) write_value(transaction, record, attribute, value, revision);
  }
  audit_item(transaction, now, actor, "create", item_id, audited_edits(attributes));
  return item_id;
}

void edit_item(store::Transaction& transaction, std::int64_t item_id, std::int64_t version,
               const AttributeEdits& edits, const people::Actor& actor, Instant now) {
  check_exists(transaction, item_id);
  const std::int64_t current = transaction.find_integer(kFindItem, {item_id}).value();
  if (current != version) {
    throw Error(Status::kPreconditionFailed, "precondition_failed",
                "Item " + std::to_string(item_id) +
                    " was changed by someone else meanwhile; read it again.")
        .with("version", current);
  }
  for (const auto& [attribute, value] : edits)
    check_attribute(attribute, value);
  const ItemAttributes before = read_attributes(transaction, item_id, {.at_ms = now.ms});
  const store::Revision revision = edit_revision(transaction, actor, now);
  const std::int64_t record =
      manual_record(transaction, item_id, revision.id, revision.recorded_at);
  for (const auto& [attribute, value] : edits)
    write_value(transaction, record, attribute, value, revision);
  transaction.execute(kTouchItem, {item_id});
  audit_item(transaction, now, actor, "edit", item_id, audited_edits(before, edits));
}

void set_archived(store::Transaction& transaction, std::int64_t item_id, bool archived,
                  const people::Actor& actor, Instant now) {
  check_exists(transaction, item_id);
  if (read_attributes(transaction, item_id, {.at_ms = now.ms}).contains("archived") == archived)
    return;
  const store::Revision revision = edit_revision(transaction, actor, now);
  const std::int64_t record =
      manual_record(transaction, item_id, revision.id, revision.recorded_at);
  const auto value = archived ? std::optional<std::string>("yes") : std::nullopt;
  if (write_value(transaction, record, "archived", value, revision))
    transaction.execute(kTouchItem, {item_id});
  audit_item(transaction, now, actor, archived ? "archive" : "unarchive", item_id);
}

void assign_source(store::Transaction& transaction, std::int64_t source_record,
                   std::int64_t item_id, const std::string& reason, const people::Actor& actor,
                   Instant now) {
  check_exists(transaction, item_id);
  const store::Revision revision = edit_revision(transaction, actor, now, source_record);
  reassign(transaction, source_record, item_id, reason, revision.recorded_at, revision.id);
  transaction.execute(kTouchItem, {item_id});
}

Purged purge_item(store::Transaction& transaction, std::int64_t item_id, const people::Actor& actor,
                  Instant now) {
  check_exists(transaction, item_id);
  std::vector<std::int64_t> records;
  transaction.query(
      "SELECT DISTINCT source_record FROM assignments WHERE item_id = ?1 AND until IS NULL",
      {item_id}, [&](const store::ResultRow& row) { records.push_back(row.integer(0)); });
  Purged purged;
  for (const std::int64_t record : records) {
    transaction.query(
        "SELECT agent_id FROM agents WHERE source_record = ?1", {record},
        [&](const store::ResultRow& row) { purged.agent_ids.emplace_back(row.text(0)); });
    for (const inventory::SectionSchema& schema : inventory::section_schemas()) {
      // A statement for open and one for closed rows: the partial indexes need their condition in
      // it. Entries of the index of contents go first, since they are found through the rows.
      for (const std::string_view part : {" AND until IS NULL", " AND until IS NOT NULL"}) {
        const std::string rows = " FROM " + facts::section_table(schema) +
                                 " WHERE source_record = ?1" + std::string(part);
        if (schema.has_content()) {
          transaction.execute("DELETE FROM " + facts::by_content_table(schema) +
                                  " WHERE (content_id, row_id) IN (SELECT content_id, row_id" +
                                  rows + ')',
                              {record});
        }
        transaction.execute("DELETE" + rows, {record});
      }
    }
    transaction.execute(kKeepLastReport, {record});
    for (const std::string_view table :
         {"item_values", "evidence", "section_state", "section_status", "presence", "history_gaps",
          "agent_state", "assignments", "source_records"}) {
      transaction.execute("DELETE FROM " + std::string(table) + " WHERE source_record = ?1",
                          {record});
    }
    transaction.execute(
        "UPDATE agents SET state = 'revoked', source_record = NULL, enrolled_from = NULL, "
        "last_address = NULL, state_changed_at = ?1, state_changed_by = ?2 WHERE source_record = "
        "?3",
        {now.ms, actor.name, record});
  }
  for (const std::string& agent : purged.agent_ids) {
    transaction.query(
        "UPDATE certificates SET revoked_at = ?1 WHERE agent_id = ?2 AND revoked_at IS NULL "
        "RETURNING serial",
        {now.ms, agent},
        [&](const store::ResultRow& row) { purged.certificate_serials.emplace_back(row.text(0)); });
  }
  transaction.execute("DELETE FROM ticket_links WHERE item_id = ?1", {item_id});
  // The audit keeps that the item was edited, without names, owners and places in the details.
  transaction.execute("UPDATE audit SET detail = '{}' WHERE object = ?1",
                      {"item/" + std::to_string(item_id)});
  audit_item(transaction, now, actor, "purge", item_id);
  transaction.execute("DELETE FROM assignments WHERE item_id = ?1", {item_id});
  transaction.execute("DELETE FROM items WHERE item_id = ?1", {item_id});
  transaction.execute(
      "INSERT INTO purged_items (item_id, purged_at, purged_by) VALUES (?1, ?2, ?3)",
      {item_id, now.ms, actor.name});
  return purged;
}

}  // namespace muster::server::cmdb
