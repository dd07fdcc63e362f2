// SPDX-License-Identifier: Apache-2.0
#include "server/facts/sections.h"

#include <algorithm>

#include "common/support/text.h"
#include "server/error.h"
#include "server/facts/section_tables.h"
#include "server/facts/shown_record.h"

namespace muster::server::facts {
namespace {

constexpr std::string_view kStatuses = R"sql(
  SELECT s.source, s.status, s.reason, s.since FROM section_status s WHERE s.source_record = ?3
    AND s.section = ?4 AND )sql";
// When a section was last collected: the time of its own last report, or that of its class, since a
// report names only the sections that changed.
constexpr std::string_view kLooks = R"sql(
  SELECT s.collected_at, s.ok_at, a.collected_each, a.collected_hourly, a.collected_daily
  FROM section_state s LEFT JOIN agent_state a ON a.source_record = s.source_record
  WHERE s.source_record = ?1 AND s.section = ?2)sql";

// True when rows of that provider are shown.
bool has_rows_of(store::Transaction& transaction, const SectionSummary& summary,
                 const std::string& provider, const store::ReadPoint& point) {
  const inventory::SectionSchema& schema = *summary.schema;
  if (!schema.provider_field) return summary.rows > 0;
  const inventory::FieldSchema& field = schema.fields[*schema.provider_field];
  store::Transaction::Values values = point.values();
  values.emplace_back(summary.source_record);
  values.emplace_back(provider);
  const std::string content =
      field.shared ? " JOIN " + content_table(schema) + " c ON c.content_id = r.content_id"
                   : std::string();
  return transaction
      .find_integer("SELECT 1 FROM " + section_table(schema) + " r" + content + " WHERE " +
                        point.holds_of("r", "?3") + " AND " + (field.shared ? "c.\"" : "r.\"") +
                        std::string(field.name) + "\" = ?4 LIMIT 1",
                    values)
      .has_value();
}

void add_looks(store::Transaction& transaction, SectionSummary& summary) {
  transaction.query(
      kLooks, {summary.source_record, summary.schema->name}, [&](const store::ResultRow& row) {
        summary.collected_at = Instant{row.integer(0)};
        if (const auto ok_at = row.optional_integer(1)) summary.ok_at = Instant{*ok_at};
        const auto of_class = row.optional_integer(2 + static_cast<int>(summary.schema->interval));
        if (!of_class) return;
        summary.collected_at = std::max(*summary.collected_at, Instant{*of_class});
        if (summary.status == inventory::Status::kOk) summary.ok_at = summary.collected_at;
      });
}

}  // namespace

std::optional<SectionSummary> section_summary(store::Transaction& transaction, std::int64_t item_id,
                                              const inventory::SectionSchema& schema,
                                              const store::ReadPoint& point) {
  store::Transaction::Values values = point.values();
  values.emplace_back(item_id);
  const auto record =
      transaction.find_integer("SELECT " + shown_record(schema, "?3", point), values);
  SectionSummary summary;
  summary.schema = &schema;
  if (record) {
    summary.source_record = *record;
  } else {
    // No record ever had rows of it. An agent that was denied from the start is shown with that
    // status.
    const auto any = transaction.find_integer(
        "SELECT MAX(s.source_record) FROM section_status s JOIN assignments a ON a.source_record = "
        "s.source_record WHERE "
        "a.item_id = ?3 AND s.section = ?4 AND " +
            point.holds("a") + " AND " + point.holds("s"),
        {point.at_ms, point.revision, item_id, schema.name});
    if (!any) return std::nullopt;
    summary.source_record = *any;
  }
  inventory::ProviderStatuses statuses;
  transaction.query(std::string(kStatuses) + point.holds("s") + " ORDER BY s.source",
                    {point.at_ms, point.revision, summary.source_record, schema.name},
                    [&](const store::ResultRow& row) {
                      SectionProviderStatus provider;
                      provider.provider = row.text(0);
                      provider.status =
                          inventory::parse_status(row.text(1)).value_or(inventory::Status::kFailed);
                      provider.reason = row.optional_text(2).value_or("");
                      provider.since = {row.integer(3)};
                      statuses[provider.provider] = {provider.status, provider.reason};
                      summary.providers.push_back(std::move(provider));
                    });
  if (summary.providers.empty()) return std::nullopt;
  summary.status = inventory::worst(statuses);
  store::Transaction::Values count = point.values();
  count.emplace_back(summary.source_record);
  summary.rows = transaction
                     .find_integer("SELECT COUNT(*) FROM " + section_table(schema) + " r WHERE " +
                                       point.holds_of("r", "?3"),
                                   count)
                     .value_or(0);
  summary.stale = std::any_of(summary.providers.begin(), summary.providers.end(),
                              [&](const SectionProviderStatus& provider) {
                                return inventory::keeps_rows(provider.status) &&
                                       has_rows_of(transaction, summary, provider.provider, point);
                              });
  if (point.is_now) add_looks(transaction, summary);
  return summary;
}

bool is_section_known(store::Transaction& transaction, std::int64_t item_id,
                      const inventory::SectionSchema& schema, const store::ReadPoint& point) {
  store::Transaction::Values values = point.values();
  values.emplace_back(item_id);
  return transaction
      .find_integer(
          "SELECT 1 FROM items i WHERE i.item_id = ?3 AND " + is_known(schema, "i.item_id", point),
          values)
      .has_value();
}

std::vector<SectionSummary> section_summaries(store::Transaction& transaction, std::int64_t item_id,
                                              const store::ReadPoint& point) {
  std::vector<SectionSummary> out;
  for (const inventory::SectionSchema& schema : inventory::section_schemas()) {
    if (auto summary = section_summary(transaction, item_id, schema, point))
      out.push_back(std::move(*summary));
  }
  return out;
}

SectionPage section_rows(store::Transaction& transaction, std::int64_t source_record,
                         const inventory::SectionSchema& schema, const store::ReadPoint& point,
                         std::optional<std::size_t> limit,
                         const std::optional<std::string>& cursor) {
  std::int64_t after = 0;
  if (cursor) {
    const auto parsed = parse_integer(*cursor);
    if (!parsed || *parsed < 1) {
      throw Error(Status::kBadRequest, "invalid_cursor",
                  "The cursor is not one that this server gave.")
          .at("cursor");
    }
    after = *parsed;
  }
  store::Transaction::Values values = point.values();
  values.emplace_back(source_record);
  values.emplace_back(after);
  std::string sql = select_rows(schema) + " WHERE r.row_id > ?4 AND " + point.holds_of("r", "?3") +
                    " ORDER BY r.row_id";
  if (limit) {
    values.emplace_back(static_cast<std::int64_t>(*limit) + 1);
    sql += " LIMIT ?5";
  }
  SectionPage page;
  transaction.query(sql, values, [&](const store::ResultRow& row) {
    page.rows.push_back(read_stored_row(schema, row));
  });
  if (limit && page.rows.size() > *limit) {
    page.rows.resize(*limit);
    page.next = std::to_string(page.rows.back().row_id);
  }
  return page;
}

}  // namespace muster::server::facts
