// SPDX-License-Identifier: Apache-2.0
// A section of a report becomes rows in three steps, and nothing is written before the first two
// have said that all of it can be:
//
//   1. plan    which open rows close and which rows open. A delta looks at the keys that it names
//              and no others; a whole section is compared with all open rows.
//   2. check   the hash that the plan leads to is the one that the agent sent. Hashes are sums of
//              row hashes, so a delta adds and subtracts the rows that it touches. Where base or
//              result disagree, or a key to remove is unknown, nothing is written and the agent is
//              asked for the whole section: it heals by one exchange.
//   3. write   closes first, since of one key at most one row is open at any time; then contents
//              that are new, then rows, then the statuses of the providers, then the new state.
//
// A row closes only because its provider was `ok` (changed, removed) or is switched off or cannot
// exist (not_collected). Rows of a provider that could not be read stay as they are; kept_hash is
// the sum of those that the agent does not send in a whole section, so that
//
//   hash + kept_hash = the sum of the hashes of all open rows of the section
//
// which muster-server doctor checks (check_section_rows.h).
#include "server/ingest/section_writer.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "common/json/write.h"
#include "server/facts/section_tables.h"
#include "server/ingest/section_sql.h"
#include "server/ingest/section_statuses.h"
#include "server/store/fault.h"

namespace muster::server::ingest {
namespace {

using inventory::Hash128;
using inventory::SectionSchema;

constexpr std::string_view kFindSectionState = R"sql(
  SELECT schema, hash, kept_hash, status_line, collected_at, ok_at FROM section_state
  WHERE source_record = ?1 AND section = ?2)sql";
constexpr std::string_view kPutSectionState = R"sql(
  INSERT INTO section_state (source_record, section, schema, hash, kept_hash, status_line,
    collected_at, ok_at)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
  ON CONFLICT (source_record, section) DO UPDATE SET schema = excluded.schema, hash = excluded.hash,
    kept_hash = excluded.kept_hash, status_line = excluded.status_line,
    collected_at = excluded.collected_at,
    ok_at = COALESCE(excluded.ok_at, section_state.ok_at))sql";
constexpr std::string_view kDeleteState =
    "DELETE FROM section_state WHERE source_record = ?1 AND section = ?2";
struct OpenRow {
  std::int64_t row_id = 0;
  Hash128 hash;
  std::string provider;
};

// All that is to be written, complete before the first write.
struct Plan {
  struct Close {
    std::int64_t row_id;
    std::string_view reason;
  };
  struct Open {
    const DecodedRow* row;
    std::optional<std::string_view> reason;
  };
  std::vector<Close> closes;
  std::vector<Open> opens;
  Hash128 hash;  // of the section afterwards, as the agent sees it
  Hash128 kept_hash;
};

class Planner {
 public:
  Planner(store::Transaction& transaction, const SectionWrite& write, const DecodedSection& section,
          const std::optional<SectionState>& state, const KnownProviders& providers)
      : transaction_(transaction),
        write_(write),
        section_(section),
        state_(state),
        providers_(providers),
        sql_(section_sql(*section.schema)) {}

  SectionResult plan(Plan& plan) { return section_.base ? plan_delta(plan) : plan_whole(plan); }

 private:
  static SectionResult refuse(std::string code, std::string detail) {
    return {SectionOutcome::kRefused, {std::move(code), "", std::move(detail)}, false};
  }
  inventory::Status status_of(const std::string& provider) const {
    const auto found = section_.providers.find(provider);
    return found != section_.providers.end() ? found->second.status : inventory::Status::kFailed;
  }
  // The open_reason of a new row: nullopt for an observed change. The first rows of a provider that
  // was never read, or was switched off, say nothing of a change on the machine.
  std::optional<std::string_view> open_reason(const DecodedRow& row) const {
    const auto known = providers_.find(row.provider);
    if (known == providers_.end() || !known->second.ever_ok) return "initial";
    if (known->second.open && inventory::drops_rows(known->second.status)) return "collected";
    return std::nullopt;
  }
  bool new_schema() const { return state_ && state_->schema_version != section_.schema_version; }
  void replace(Plan& plan, const OpenRow& old, const DecodedRow& row) const {
    plan.closes.push_back({old.row_id, new_schema() ? "schema" : "changed"});
    plan.opens.push_back(
        {&row, new_schema() ? std::optional<std::string_view>("schema") : std::nullopt});
  }
  using OpenRows = std::unordered_map<std::int64_t, OpenRow>;  // by stored key
  static void add_open(OpenRows& rows, const store::ResultRow& row) {
    rows.insert_or_assign(row.integer(3), OpenRow{row.integer(0), *Hash128::from_bytes(row.text(1)),
                                                  std::string(row.text(2))});
  }
  OpenRows find_open(const std::vector<std::int64_t>& keys) {
    std::vector<store::Transaction::Values> wanted;
    wanted.reserve(keys.size());
    for (const std::int64_t key : keys)
      wanted.push_back({write_.source_record, key});
    OpenRows out;
    transaction_.query_many(sql_.find_open, wanted,
                            [&](std::size_t, const store::ResultRow& row) { add_open(out, row); });
    return out;
  }

  SectionResult plan_delta(Plan& plan) {
    if (!state_ || state_->hash != *section_.base) return {SectionOutcome::kSendFull, {}, false};
    plan.hash = *section_.base;
    plan.kept_hash = state_->kept_hash;
    std::vector<std::int64_t> keys;
    for (const std::string& key : section_.remove)
      keys.push_back(facts::stored_key(key));
    for (const DecodedRow& row : section_.rows)
      keys.push_back(row.stored_key);
    const OpenRows rows = find_open(keys);
    for (std::size_t i = 0; i < section_.remove.size(); ++i) {
      const auto found = rows.find(keys[i]);
      if (found == rows.end()) return {SectionOutcome::kSendFull, {}, false};
      const OpenRow* open = &found->second;
      const inventory::Status status = status_of(open->provider);
      if (status != inventory::Status::kOk && !inventory::drops_rows(status)) {
        return refuse("removal_without_ok", "The source " + open->provider + " is " +
                                                std::string(to_string(status)) +
                                                "; only a source that is ok may remove rows.");
      }
      plan.closes.push_back(
          {open->row_id, status == inventory::Status::kOk ? "removed" : "not_collected"});
      plan.hash -= open->hash;
    }
    for (const DecodedRow& row : section_.rows) {
      const inventory::Status status = status_of(row.provider);
      if (status != inventory::Status::kOk && status != inventory::Status::kPartial) {
        return refuse("rows_without_ok",
                      "The source " + row.provider + " is " + std::string(to_string(status)) +
                          "; only a source that is ok or partial may bring rows.");
      }
      plan.hash += row.hash;
      const auto open = rows.find(row.stored_key);
      if (open == rows.end()) {
        plan.opens.push_back({&row, open_reason(row)});
      } else {
        plan.hash -= open->second.hash;
        if (open->second.hash != row.hash) replace(plan, open->second, row);
      }
    }
    // The agent has other rows than the store: only the whole section can tell which.
    if (plan.hash != section_.hash) return {SectionOutcome::kSendFull, {}, false};
    return {};
  }

  SectionResult plan_whole(Plan& plan) {
    OpenRows open;
    transaction_.query(sql_.all_open, {write_.source_record},
                       [&](const store::ResultRow& row) { add_open(open, row); });
    plan.hash = section_.hash;
    std::unordered_set<std::int64_t> keys;
    keys.reserve(section_.rows.size());
    plan.opens.reserve(section_.rows.size());
    std::string_view reason_provider;  // rows of one provider mostly follow each other
    std::optional<std::string_view> reason;
    for (const DecodedRow& row : section_.rows) {
      if (!keys.insert(row.stored_key).second)
        return refuse("duplicate_key", "Two rows have the same stored key.");
      const auto old = open.find(row.stored_key);
      if (old == open.end()) {
        if (row.provider != reason_provider) {
          reason = open_reason(row);
          reason_provider = row.provider;
        }
        plan.opens.push_back({&row, reason});
      } else {
        if (old->second.hash != row.hash) replace(plan, old->second, row);
        open.erase(old);
      }
    }
    for (const auto& [key, row] : open) {
      const inventory::Status status = status_of(row.provider);
      if (status == inventory::Status::kOk) {
        plan.closes.push_back({row.row_id, "removed"});
      } else if (inventory::drops_rows(status)) {
        plan.closes.push_back({row.row_id, "not_collected"});
      } else {
        plan.kept_hash += row.hash;  // its provider was not read, so the row stays
      }
    }
    return {};
  }

  store::Transaction& transaction_;
  const SectionWrite& write_;
  const DecodedSection& section_;
  const std::optional<SectionState>& state_;
  const KnownProviders& providers_;
  const SectionSql& sql_;
};

std::string extra_json(const inventory::Row& row) {
  if (row.extra.empty()) return {};
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : row.extra)
    json.key(name).raw(value);
  json.end_object();
  return std::move(json).text();
}

void write_rows(store::Transaction& transaction, const SectionWrite& write,
                const SectionSchema& schema, const Plan& plan) {
  if (plan.closes.empty() && plan.opens.empty()) return;
  const SectionSql& sql = section_sql(schema);
  const std::int64_t revision = write.open_revision();
  const store::SqlValue confirmed =
      write.confirmed_at ? store::SqlValue(write.confirmed_at->ms) : store::SqlValue();
  std::vector<store::Transaction::Values> closes;
  for (const Plan::Close& close : plan.closes) {
    closes.push_back({write.at.ms, revision, close.reason, confirmed, close.row_id});
  }
  transaction.execute_many(sql.close, closes);
  store::store_fault("section.closed");
  std::vector<std::int64_t> contents;
  if (schema.has_content()) {
    std::vector<const DecodedRow*> rows;
    rows.reserve(plan.opens.size());
    for (const Plan::Open& open : plan.opens)
      rows.push_back(open.row);
    contents = write.contents.find_or_store(transaction, schema, rows, write.contents_used);
  }
  std::vector<store::Transaction::Values> opens;
  opens.reserve(plan.opens.size());
  for (std::size_t i = 0; i < plan.opens.size(); ++i) {
    const DecodedRow& row = *plan.opens[i].row;
    const bool initial = plan.opens[i].reason == std::string_view("initial");
    store::Transaction::Values values = {write.source_record,
                                         row.stored_key,
                                         store::Blob{row.hash.to_bytes()},
                                         write.at.ms,
                                         initial ? store::SqlValue() : confirmed,
                                         revision,
                                         plan.opens[i].reason};
    const std::string extra = extra_json(row.row);
    values.push_back(extra.empty() ? store::SqlValue() : store::SqlValue(extra));
    if (schema.has_content()) values.push_back(contents[i]);
    for (std::size_t f = 0; f < schema.fields.size(); ++f) {
      if (!schema.fields[f].shared) values.push_back(facts::to_sql(row.row.cells[f]));
    }
    opens.push_back(std::move(values));
  }
  transaction.execute_many(sql.insert, opens);
  store::store_fault("section.opened");
}

}  // namespace

std::optional<SectionState> find_section_state(store::Transaction& transaction,
                                               std::int64_t source_record,
                                               std::string_view section) {
  std::optional<SectionState> out;
  transaction.query(kFindSectionState, {source_record, section}, [&](const store::ResultRow& row) {
    SectionState state;
    state.schema_version = static_cast<int>(row.integer(0));
    state.hash = Hash128::from_bytes(row.text(1)).value();
    state.kept_hash = Hash128::from_bytes(row.text(2)).value();
    state.status_line = row.text(3);
    state.collected_at = {row.integer(4)};
    if (const auto ok_at = row.optional_integer(5)) state.ok_at = Instant{*ok_at};
    out = std::move(state);
  });
  return out;
}

SectionResult apply_section(store::Transaction& transaction, const SectionWrite& write,
                            const DecodedSection& section,
                            const std::optional<SectionState>& state) {
  const SectionSchema& schema = *section.schema;
  const auto known = known_providers(transaction, write.source_record, schema.name);
  Plan plan;
  SectionResult result = Planner(transaction, write, section, state, known).plan(plan);
  if (result.outcome != SectionOutcome::kApplied) return result;
  store::store_fault("section.planned");
  write_rows(transaction, write, schema, plan);
  write_statuses(transaction, write, section, known);
  store::store_fault("section.statuses");
  // A provider that this machine cannot have does not make the section less than ok.
  const bool all_ok =
      inventory::worst(section.providers) == inventory::Status::kOk &&
      std::none_of(section.providers.begin(), section.providers.end(), [](const auto& provider) {
        return provider.second.status == inventory::Status::kDisabled;
      });
  transaction.execute(kPutSectionState,
                      {write.source_record, schema.name, section.schema_version,
                       store::Blob{plan.hash.to_bytes()}, store::Blob{plan.kept_hash.to_bytes()},
                       inventory::status_line(schema.name, section.providers), write.at.ms,
                       all_ok ? store::SqlValue(write.at.ms) : store::SqlValue()});
  store::store_fault("section.state");
  result.rows_opened = plan.opens.size();
  result.rows_changed = !plan.closes.empty() || !plan.opens.empty();
  // Rows that were kept while their provider failed may not exist any more, now that all providers
  // are ok: only the whole section shows that.
  if (section.base && all_ok && plan.kept_hash != Hash128{})
    result.outcome = SectionOutcome::kSendFull;
  return result;
}

void drop_section(store::Transaction& transaction, const SectionWrite& write,
                  std::string_view section) {
  const SectionSchema* schema = inventory::find_section(section);
  if (schema == nullptr) return;
  SectionWrite last = write;
  if (const auto state = find_section_state(transaction, write.source_record, section)) {
    last.at = std::max(write.at, state->collected_at);
  }
  const SectionSql& sql = section_sql(*schema);
  Plan plan;
  transaction.query(sql.all_open, {write.source_record}, [&](const store::ResultRow& row) {
    plan.closes.push_back({row.integer(0), "not_collected"});
  });
  write_rows(transaction, last, *schema, plan);
  close_statuses(transaction, last, section);
  transaction.execute(kDeleteState, {write.source_record, section});
  store::store_fault("section.dropped");
}

}  // namespace muster::server::ingest
