// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/section_statuses.h"

namespace muster::server::ingest {
namespace {

// Every provider of the section that ever had a status, with the one that holds now.
constexpr std::string_view kFindStatuses = R"sql(
  SELECT source, status, reason, until, status_id FROM section_status WHERE source_record = ?1
    AND section = ?2)sql";
constexpr std::string_view kCloseStatus =
    "UPDATE section_status SET until = ?1, closed_by = ?2 WHERE status_id = ?3";
constexpr std::string_view kOpenStatus = R"sql(
  INSERT INTO section_status (source_record, section, source, status, reason, since, opened_by)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))sql";

}  // namespace

KnownProviders known_providers(store::Transaction& transaction, std::int64_t source_record,
                               std::string_view section) {
  KnownProviders out;
  transaction.query(kFindStatuses, {source_record, section}, [&](const store::ResultRow& row) {
    KnownProvider& provider = out[std::string(row.text(0))];
    const inventory::Status status =
        inventory::parse_status(row.text(1)).value_or(inventory::Status::kFailed);
    if (status == inventory::Status::kOk || status == inventory::Status::kPartial)
      provider.ever_ok = true;
    if (row.is_null(3)) {
      provider.open = true;
      provider.status = status;
      provider.reason = row.optional_text(2).value_or("");
      provider.status_id = row.integer(4);
    }
  });
  return out;
}

void write_statuses(store::Transaction& transaction, const SectionWrite& write,
                    const DecodedSection& section, const KnownProviders& known) {
  const auto close = [&](const KnownProvider& provider) {
    transaction.execute(kCloseStatus, {write.at.ms, write.open_revision(), provider.status_id});
  };
  for (const auto& [name, provider] : known) {
    if (provider.open && !section.providers.contains(name)) close(provider);
  }
  for (const auto& [name, now] : section.providers) {
    const auto before = known.find(name);
    const bool was_open = before != known.end() && before->second.open;
    if (was_open && before->second.status == now.status && before->second.reason == now.reason)
      continue;
    if (was_open) close(before->second);
    transaction.execute(kOpenStatus,
                        {write.source_record, section.schema->name, name, to_string(now.status),
                         now.reason.empty() ? store::SqlValue() : store::SqlValue(now.reason),
                         write.at.ms, write.open_revision()});
  }
}

void close_statuses(store::Transaction& transaction, const SectionWrite& write,
                    std::string_view section) {
  for (const auto& [name, provider] : known_providers(transaction, write.source_record, section)) {
    if (provider.open) {
      transaction.execute(kCloseStatus, {write.at.ms, write.open_revision(), provider.status_id});
    }
  }
}

}  // namespace muster::server::ingest
