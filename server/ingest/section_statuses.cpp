// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/section_statuses.h"

namespace muster::server::ingest {
namespace {

// Every source of the section that ever had a status, with the one that holds now.
constexpr std::string_view kFindStatuses = R"sql(
  SELECT source, status, reason, until, status_id FROM section_status WHERE source_record = ?1
    AND section = ?2)sql";
constexpr std::string_view kCloseStatus =
    "UPDATE section_status SET until = ?1, closed_by = ?2 WHERE status_id = ?3";
constexpr std::string_view kOpenStatus = R"sql(
  INSERT INTO section_status (source_record, section, source, status, reason, since, opened_by)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))sql";

}  // namespace

KnownSources known_sources(store::Transaction& transaction, std::int64_t source_record,
                           std::string_view section) {
  KnownSources out;
  transaction.query(kFindStatuses, {source_record, section}, [&](const store::ResultRow& row) {
    KnownSource& source = out[std::string(row.text(0))];
    const inventory::Status status =
        inventory::parse_status(row.text(1)).value_or(inventory::Status::kFailed);
    if (status == inventory::Status::kOk || status == inventory::Status::kPartial)
      source.ever_ok = true;
    if (row.is_null(3)) {
      source.open = true;
      source.status = status;
      source.reason = row.optional_text(2).value_or("");
      source.status_id = row.integer(4);
    }
  });
  return out;
}

void write_statuses(store::Transaction& transaction, const SectionApplication& application,
                    const DecodedSection& section, const KnownSources& known) {
  const auto close = [&](const KnownSource& source) {
    transaction.execute(kCloseStatus,
                        {application.at.ms, application.revision(), source.status_id});
  };
  for (const auto& [name, source] : known) {
    if (source.open && !section.sources.contains(name)) close(source);
  }
  for (const auto& [name, now] : section.sources) {
    const auto before = known.find(name);
    const bool was_open = before != known.end() && before->second.open;
    if (was_open && before->second.status == now.status && before->second.reason == now.reason)
      continue;
    if (was_open) close(before->second);
    transaction.execute(
        kOpenStatus, {application.source_record, section.schema->name, name, to_string(now.status),
                      now.reason.empty() ? store::SqlValue() : store::SqlValue(now.reason),
                      application.at.ms, application.revision()});
  }
}

void close_statuses(store::Transaction& transaction, const SectionApplication& application,
                    std::string_view section) {
  for (const auto& [name, source] :
       known_sources(transaction, application.source_record, section)) {
    if (source.open) {
      transaction.execute(kCloseStatus,
                          {application.at.ms, application.revision(), source.status_id});
    }
  }
}

}  // namespace muster::server::ingest
