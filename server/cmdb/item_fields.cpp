// SPDX-License-Identifier: Apache-2.0
#include "server/cmdb/item_fields.h"

#include <algorithm>
#include <unordered_map>

#include "common/inventory/placeholders.h"
#include "common/support/suggest.h"
#include "server/facts/section_tables.h"
#include "server/facts/shown_record.h"
#include "server/model/classes.h"
#include "server/query/query_error.h"

namespace muster::server::cmdb {
namespace {

using inventory::FirmwareText;
using inventory::SectionSchema;

constexpr std::int64_t kMsPerSecond = 1000;

const SectionSchema& section_named(std::string_view name) {
  const SectionSchema* const section = inventory::find_section(name);
  if (section == nullptr)
    throw Error(Status::kInternal, "internal", "There is no section " + std::string(name) + '.');
  return *section;
}

// The items of a page as values ?3, ?4, ..., padded so that pages of similar size share statements.
struct Page {
  Page(const std::vector<std::int64_t>& items, const store::ReadPoint& point)
      : values(point.values()) {
    if (items.size() > kItemsAtOnce)
      throw Error(Status::kInternal, "internal", "Too many items were asked for at once.");
    std::size_t size = 1;
    while (size < items.size())
      size *= 2;
    for (std::size_t i = 0; i < size; ++i) {
      values.emplace_back(items[std::min(i, items.size() - 1)]);
      marks += (i == 0 ? "?" : ", ?") + std::to_string(values.size());
    }
    for (std::size_t i = 0; i < items.size(); ++i)
      index.emplace(items[i], i);
  }
  store::Transaction::Values values;
  std::string marks;
  std::unordered_map<std::int64_t, std::size_t> index;
};

// SELECT of a.item_id and columns of the rows of a section that the items show.
std::string rows_sql(const SectionSchema& section, const std::string& columns, const Page& page,
                     const store::ReadPoint& point) {
  return "SELECT a.item_id, " + columns + " FROM assignments a JOIN " +
         facts::section_table(section) + " r ON " + point.holds_of("r", "a.source_record") +
         (section.has_content()
              ? " JOIN " + facts::content_table(section) + " c ON c.content_id = r.content_id"
              : "") +
         " WHERE a.item_id IN (" + page.marks + ") AND " + point.holds("a") + " AND " +
         facts::is_shown(section, "a", point);
}

void read_values(store::Transaction& transaction, const Page& page, const store::ReadPoint& point,
                 std::vector<ItemSummary>& out) {
  // In the order in which they were entered: the last one wins (shown_record.h, is_winning).
  const std::string sql =
      "SELECT a.item_id, v.attribute, v.value FROM assignments a JOIN item_values v ON "
      "v.source_record = a.source_record WHERE a.item_id IN (" +
      page.marks + ") AND " + point.holds("a") + " AND " + point.holds("v") +
      " ORDER BY v.value_id";
  transaction.query(sql, page.values, [&](const store::ResultRow& row) {
    ItemSummary& item = out[page.index.at(row.integer(0))];
    const std::string_view attribute = row.text(1);
    std::string value(row.text(2));
    if (attribute == "name")
      item.name = std::move(value);
    else if (attribute == "class")
      item.class_name = std::move(value);
    else if (attribute == "owner")
      item.owner = std::move(value);
    else if (attribute == "location")
      item.location = std::move(value);
    else if (attribute == "lifecycle")
      item.lifecycle = std::move(value);
    else if (attribute == "note")
      item.note = std::move(value);
    else if (attribute == "archived")
      item.archived = value == "yes" || value == "true";
  });
}

void read_os(store::Transaction& transaction, const Page& page, const store::ReadPoint& point,
             std::vector<ItemSummary>& out) {
  transaction.query(
      rows_sql(section_named("os"),
               "r.\"hostname\", r.\"name\", COALESCE(r.\"version\", r.\"version_id\")", page,
               point),
      page.values, [&](const store::ResultRow& row) {
        ItemSummary& item = out[page.index.at(row.integer(0))];
        item.hostname = row.optional_text(1);
        item.os = row.optional_text(2);
        if (item.os && !row.is_null(3)) *item.os += ' ' + std::string(row.text(3));
      });
}

// Rows are stored as they were sent, and older agents sent placeholders, too.
std::optional<std::string> known(const std::optional<std::string>& text, FirmwareText kind) {
  return text ? inventory::known_text(*text, kind) : std::nullopt;
}

void read_system(store::Transaction& transaction, const Page& page, const store::ReadPoint& point,
                 std::vector<ItemSummary>& out) {
  transaction.query(rows_sql(section_named("system"),
                             "r.\"serial_number\", r.\"manufacturer\", "
                             "COALESCE(r.\"model\", r.\"product_name\"), "
                             "r.\"chassis_type\", r.\"virtualization\"",
                             page, point),
                    page.values, [&](const store::ResultRow& row) {
                      ItemSummary& item = out[page.index.at(row.integer(0))];
                      item.serial_number = known(row.optional_text(1), FirmwareText::kSerialNumber);
                      item.manufacturer = known(row.optional_text(2), FirmwareText::kName);
                      item.model = known(row.optional_text(3), FirmwareText::kName);
                      if (!item.class_name)
                        item.class_name =
                            model::derived_class(row.optional_text(4), row.optional_text(5));
                    });
}

void read_memory(store::Transaction& transaction, const Page& page, const store::ReadPoint& point,
                 std::vector<ItemSummary>& out) {
  transaction.query(rows_sql(section_named("memory"), "r.\"total_bytes\"", page, point),
                    page.values, [&](const store::ResultRow& row) {
                      out[page.index.at(row.integer(0))].memory_bytes = row.optional_integer(1);
                    });
}

void read_presence(store::Transaction& transaction, const Page& page, const store::ReadPoint& point,
                   std::vector<ItemSummary>& out) {
  constexpr std::int64_t kUsualIntervalS = 900;
  // An interval of presence that goes on past the point was being extended at the point (decision
  // 0013).
  const std::string sql =
      "SELECT a.item_id, (SELECT MAX(CASE WHEN p.last_seen < ?1 THEN p.last_seen ELSE ?1 END) FROM "
      "presence p WHERE p.source_record = a.source_record AND p.since <= ?1 AND p.opened_by <= "
      "?2), g.interval_s, g.agent_version FROM assignments a JOIN source_records k ON "
      "k.source_record = a.source_record AND k.kind = 'agent' LEFT JOIN agent_state g ON "
      "g.source_record = a.source_record WHERE a.item_id IN (" +
      page.marks + ") AND " + point.holds("a");
  transaction.query(sql, page.values, [&](const store::ResultRow& row) {
    ItemSummary& item = out[page.index.at(row.integer(0))];
    if (item.state == ReportingState::kNone) item.state = ReportingState::kSilent;
    if (!item.class_name) item.class_name = model::kComputerClass;
    if (row.is_null(1)) return;
    const Instant seen{row.integer(1)};
    const std::int64_t interval_s = row.optional_integer(2).value_or(kUsualIntervalS);
    if (point.at_ms - seen.ms <= kSilentIntervals * interval_s * kMsPerSecond)
      item.state = ReportingState::kReporting;
    if (item.seen_at && *item.seen_at > seen) return;
    item.seen_at = seen;
    if (point.is_now) item.agent_version = row.optional_text(3);
  });
}

template <class T>
ColumnValues one(const std::optional<T>& value) {
  if (!value) return {};
  return {inventory::Cell(*value)};
}

ColumnValues summary_value(const ItemSummary& item, const query::QueryField& field) {
  switch (field.home) {
    case query::FieldHome::kId:
      return {inventory::Cell(item.item_id)};
    case query::FieldHome::kName:
      return {inventory::Cell(item.name)};
    case query::FieldHome::kClass:
      return one(item.class_name);
    case query::FieldHome::kArchived:
      return {inventory::Cell(item.archived)};
    case query::FieldHome::kSeen:
      return one(item.seen_at);
    case query::FieldHome::kAgentVersion:
      return one(item.agent_version);
    case query::FieldHome::kValue:
      if (field.name == "owner") return one(item.owner);
      if (field.name == "location") return one(item.location);
      if (field.name == "lifecycle") return one(item.lifecycle);
      if (field.name == "note") return one(item.note);
      break;
    case query::FieldHome::kSection:
      return one(item.os);  // the only field made of words
    case query::FieldHome::kSectionStatus:
      break;
  }
  return {};
}

bool is_in_summary(const query::QueryField& field) {
  return field.home == query::FieldHome::kSection ? field.words
                                                  : field.home != query::FieldHome::kSectionStatus;
}

void tidy(ColumnValues& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.size() > kValuesInColumn) values.resize(kValuesInColumn);
}

}  // namespace

std::string_view to_string(ReportingState state) {
  switch (state) {
    case ReportingState::kNone:
      return "none";
    case ReportingState::kReporting:
      return "reporting";
    case ReportingState::kSilent:
      return "silent";
  }
  return "none";
}

std::vector<ItemSummary> item_summaries(store::Transaction& transaction,
                                        const std::vector<std::int64_t>& items,
                                        const store::ReadPoint& point) {
  std::vector<ItemSummary> out(items.size());
  if (items.empty()) return out;
  const Page page(items, point);
  for (std::size_t i = 0; i < items.size(); ++i)
    out[i].item_id = items[i];
  read_values(transaction, page, point, out);
  read_os(transaction, page, point, out);
  read_system(transaction, page, point, out);
  read_memory(transaction, page, point, out);
  read_presence(transaction, page, point, out);
  for (ItemSummary& item : out) {
    if (item.name.empty())
      item.name = item.hostname.value_or("item " + std::to_string(item.item_id));
  }
  // The index has one place for an item that is listed twice, so its summary is copied.
  for (std::size_t i = 0; i < items.size(); ++i)
    out[i] = out[page.index.at(items[i])];
  return out;
}

std::vector<const query::QueryField*> column_fields(const std::vector<std::string>& columns,
                                                    const query::QueryRights& rights) {
  std::vector<const query::QueryField*> out;
  for (const std::string& name : columns) {
    const query::QueryField* const field = query::find_query_field(name);
    if (field == nullptr) {
      std::vector<std::string> names;
      for (const query::QueryField& known : query::query_fields())
        names.push_back(known.name);
      const std::vector<std::string> near = nearest(name, names, 1);
      throw Error(Status::kBadRequest, "invalid_column",
                  "There is no column \"" + query::shown_text(name) + '"' +
                      (near.empty() ? "." : "; did you mean " + near.front() + '?'))
          .at("columns");
    }
    query::require_rights(field->section, rights);
    out.push_back(field);
  }
  return out;
}

std::vector<std::vector<ColumnValues>> item_columns(
    store::Transaction& transaction, const std::vector<ItemSummary>& summaries,
    const std::vector<const query::QueryField*>& fields, const store::ReadPoint& point) {
  std::vector<std::vector<ColumnValues>> out(summaries.size(),
                                             std::vector<ColumnValues>(fields.size()));
  if (summaries.empty()) return out;
  std::vector<std::int64_t> items;
  for (const ItemSummary& item : summaries)
    items.push_back(item.item_id);
  const Page page(items, point);
  for (std::size_t column = 0; column < fields.size(); ++column) {
    const query::QueryField& field = *fields[column];
    if (is_in_summary(field)) {
      for (std::size_t i = 0; i < summaries.size(); ++i)
        out[i][column] = summary_value(summaries[i], field);
      continue;
    }
    if (field.home == query::FieldHome::kSectionStatus) {
      transaction.query(
          "SELECT a.item_id, s.section || '.' || s.status FROM assignments a JOIN section_status s "
          "ON s.source_record = a.source_record WHERE a.item_id IN (" +
              page.marks + ") AND " + point.holds("a") + " AND " + point.holds("s"),
          page.values, [&](const store::ResultRow& row) {
            out[page.index.at(row.integer(0))][column].emplace_back(std::string(row.text(1)));
          });
    } else {
      const inventory::FieldSchema& schema = field.section->fields[field.columns.front()];
      const std::string name =
          std::string(schema.shared ? "c.\"" : "r.\"") + std::string(schema.name) + '"';
      transaction.query(
          rows_sql(*field.section, name, page, point), page.values,
          [&](const store::ResultRow& row) {
            if (!row.is_null(1))
              out[page.index.at(row.integer(0))][column].push_back(facts::from_sql(schema, row, 1));
          });
    }
    for (std::vector<ColumnValues>& item : out)
      tidy(item[column]);
  }
  return out;
}

}  // namespace muster::server::cmdb
