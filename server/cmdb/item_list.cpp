// SPDX-License-Identifier: Apache-2.0
#include "server/cmdb/item_list.h"

#include <algorithm>

#include "common/json/value.h"
#include "common/json/write.h"
#include "common/support/digest.h"
#include "common/support/text.h"
#include "server/facts/section_tables.h"
#include "server/facts/shown_record.h"
#include "server/model/classes.h"
#include "server/query/sql_builder.h"

namespace muster::server::cmdb {
namespace {

constexpr std::size_t kCursorBytes = 64 * 1024;

// The end of a page: the sort key and number of its last item.
struct Position {
  store::SqlValue key;
  std::int64_t item_id = 0;
};

struct SortKey {
  std::string sql;  // over items i
  bool is_number = false;
};

std::string section_scalar(std::string_view section_name, const std::string& expression,
                           const store::ReadPoint& point) {
  const inventory::SectionSchema* const section = inventory::find_section(section_name);
  return "(SELECT " + expression + " FROM assignments a JOIN " + facts::section_table(*section) +
         " r ON " + point.holds_of("r", "a.source_record") + " WHERE a.item_id = i.item_id AND " +
         point.holds("a") + " AND " + facts::is_shown(*section, "a", point) + " LIMIT 1)";
}

SortKey sort_key(const std::string& field, const store::ReadPoint& point) {
  const auto entered = [&](std::string_view attribute) {
    return facts::winning_value(attribute, "i.item_id", point);
  };
  const auto text = [](const std::string& sql) { return SortKey{"lower(" + sql + ')', false}; };
  if (field == "id") return {"i.item_id", true};
  if (field == "name") {
    return text("COALESCE(" + entered("name") + ", " +
                section_scalar("os", "r.\"hostname\"", point) + ", 'item ' || i.item_id)");
  }
  if (field == "class") {
    return text("COALESCE(" + entered("class") + ", " +
                section_scalar("system", model::derived_class_sql("r"), point) + ", (SELECT MAX('" +
                std::string(model::kComputerClass) +
                "') FROM assignments a JOIN source_records k ON k.source_record = a.source_record "
                "WHERE a.item_id = i.item_id AND k.kind = 'agent' AND " +
                point.holds("a") + "))");
  }
  if (field == "os") {
    return text(section_scalar(
        "os", "r.\"name\" || ' ' || COALESCE(r.\"version\", r.\"version_id\", '')", point));
  }
  if (field == "serial") return text(section_scalar("system", "r.\"serial_number\"", point));
  if (field == "manufacturer") return text(section_scalar("system", "r.\"manufacturer\"", point));
  if (field == "model") {
    return text(section_scalar("system", "COALESCE(r.\"model\", r.\"product_name\")", point));
  }
  if (field == "memory_bytes") return {section_scalar("memory", "r.\"total_bytes\"", point), true};
  if (field == "seen") return {facts::last_seen("i.item_id", point), true};
  return text(entered(field));
}

Error invalid_cursor() {
  return Error(Status::kBadRequest, "invalid_cursor",
               "The cursor does not belong to this list; begin again without one.")
      .at("cursor");
}

// The options that must be the same on each page for a cursor to be valid.
std::string list_identity(std::string_view query, const store::ReadPoint& point,
                          const ItemListOptions& options) {
  std::string text(query);
  text += '\n' + options.sort + (options.descending ? " descending" : "") +
          (options.include_archived ? " archived" : "") +
          (options.undetermined ? " undetermined" : "");
  if (!point.is_now)
    text += '\n' + std::to_string(point.at_ms) + ' ' + std::to_string(point.revision);
  constexpr std::size_t kDigits = 16;
  return sha256_hex(text).substr(0, kDigits);
}

std::string write_cursor(const Position& position, const std::string& identity) {
  JsonWriter json;
  json.begin_object().member("l", identity).member("i", position.item_id);
  if (const auto* text = std::get_if<std::string>(&position.key.get())) json.member("k", *text);
  if (const auto* number = std::get_if<std::int64_t>(&position.key.get()))
    json.member("k", *number);
  json.end_object();
  return to_hex(json.text());
}

Position read_cursor(std::string_view cursor, const std::string& identity, bool is_number) {
  if (cursor.size() > kCursorBytes) throw invalid_cursor();
  const auto text = from_hex(cursor);
  if (!text) throw invalid_cursor();
  const Result<JsonValue> json = JsonValue::parse(*text);
  if (!json || json->object() == nullptr || json->text_at("l") != identity) throw invalid_cursor();
  const auto item = json->integer_at("i");
  if (!item) throw invalid_cursor();
  Position out;
  out.item_id = *item;
  if (const JsonValue* const key = json->find("k")) {
    const bool fits = is_number ? key->integer() != nullptr : key->text() != nullptr;
    // A cursor comes from outside: its text must be valid for the store.
    if (!fits || (!is_number && key->text()->find('\0') != std::string::npos))
      throw invalid_cursor();
    if (is_number)
      out.key = *key->integer();
    else
      out.key = *key->text();
  }
  return out;
}

void check_options(const ItemListOptions& options) {
  const auto& fields = item_sort_fields();
  if (std::find(fields.begin(), fields.end(), options.sort) == fields.end()) {
    std::string all;
    for (const std::string& field : fields)
      all += (all.empty() ? "" : ", ") + field;
    throw Error(Status::kBadRequest, "invalid_sort",
                "Items cannot be sorted by \"" + query::shown_text(options.sort) +
                    "\"; possible are " + all + '.')
        .at("sort");
  }
  if (options.limit < 1 || options.limit > kItemPageLimit) {
    throw Error(Status::kBadRequest, "invalid_limit",
                "limit is a number from 1 to " + std::to_string(kItemPageLimit) + '.')
        .at("limit");
  }
}

// Items after the position; missing keys come last in both directions.
std::string after(const Position& position, bool descending, store::Transaction::Values& values) {
  const auto bind = [&](store::SqlValue value) {
    values.push_back(std::move(value));
    return '?' + std::to_string(values.size());
  };
  const std::string item = bind(position.item_id);
  if (std::holds_alternative<std::monostate>(position.key.get()))
    return " WHERE sort_key IS NULL AND item_id > " + item;
  const std::string key = bind(position.key);
  return std::string(" WHERE (sort_key ") + (descending ? "< " : "> ") + key +
         " OR (sort_key = " + key + " AND item_id > " + item + ") OR sort_key IS NULL)";
}

struct Selection {
  std::vector<std::int64_t> items;
  std::optional<std::int64_t> total;  // of the whole list; absent when the page is empty
  std::optional<Position> last;       // the end of this page; absent on the last page
};

Selection select_page(store::Transaction& transaction, const std::string& where,
                      store::Transaction::Values values, const store::ReadPoint& point,
                      const ItemListOptions& options, const std::string& identity) {
  const SortKey key = sort_key(options.sort, point);
  std::string from;
  if (options.cursor)
    from = after(read_cursor(*options.cursor, identity, key.is_number), options.descending, values);
  values.emplace_back(static_cast<std::int64_t>(options.limit) + 1);
  // MATERIALIZED: the key is computed once for each item, not at each place that names it.
  const std::string sql =
      "WITH found AS MATERIALIZED (SELECT i.item_id AS item_id, " + key.sql +
      " AS sort_key FROM items i WHERE " + where + ") SELECT item_id, sort_key, " +
      (options.counts ? "(SELECT COUNT(*) FROM found)" : "0") + " FROM found" + from +
      " ORDER BY sort_key IS NULL, sort_key" + (options.descending ? " DESC" : "") +
      ", item_id LIMIT ?" + std::to_string(values.size());
  Selection out;
  bool more = false;
  transaction.query(sql, values, [&](const store::ResultRow& row) {
    if (out.items.size() == options.limit) {
      more = true;
      return;
    }
    out.items.push_back(row.integer(0));
    out.total = row.integer(2);
    Position here{{}, row.integer(0)};
    if (!row.is_null(1))
      here.key = key.is_number ? store::SqlValue(row.integer(1)) : store::SqlValue(row.text(1));
    out.last = std::move(here);
  });
  if (!more) out.last.reset();
  return out;
}

}  // namespace

const std::vector<std::string>& item_sort_fields() {
  static const std::vector<std::string> kFields = {
      "id",    "name",         "class", "os",       "serial",    "manufacturer",
      "model", "memory_bytes", "owner", "location", "lifecycle", "seen"};
  return kFields;
}

ItemPage list_items(store::Transaction& transaction, std::string_view query,
                    const store::ReadPoint& point, const ItemListOptions& options) {
  check_options(options);
  const std::vector<const query::QueryField*> fields =
      column_fields(options.columns, options.rights);
  const query::ItemFilter filter = query::build_filter(transaction, query, point, options.rights);
  std::string there = " AND " + facts::item_exists("i.item_id", point);
  if (!options.include_archived && !filter.names_archived)
    there += " AND NOT " + facts::is_archived(point);
  const auto count = [&](const std::string& which) {
    return transaction
        .find_integer("SELECT COUNT(*) FROM items i WHERE " + which + there, filter.values)
        .value_or(0);
  };
  const std::string which = options.undetermined ? filter.undetermined() : filter.matches;
  const std::string identity = list_identity(query, point, options);
  const Selection page =
      select_page(transaction, which + there, filter.values, point, options, identity);

  ItemPage out;
  out.about_persons = filter.about_persons ||
                      std::any_of(fields.begin(), fields.end(), [](const query::QueryField* field) {
                        return query::is_about_persons(field->section);
                      });
  if (page.last) out.next = write_cursor(*page.last, identity);
  if (options.counts) {
    out.total = page.total ? *page.total : options.cursor ? count(which) : 0;
    out.undetermined = options.undetermined           ? *out.total
                       : filter.can_be_undetermined() ? count(filter.undetermined())
                                                      : 0;
  }
  std::vector<ItemSummary> summaries = item_summaries(transaction, page.items, point);
  std::vector<std::vector<ColumnValues>> columns =
      item_columns(transaction, summaries, fields, point);
  for (std::size_t i = 0; i < summaries.size(); ++i)
    out.rows.push_back({std::move(summaries[i]), std::move(columns[i])});
  return out;
}

}  // namespace muster::server::cmdb
