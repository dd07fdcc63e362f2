// SPDX-License-Identifier: Apache-2.0
// The observed changes of an item, read from the temporal rows; no log of differences is kept.
//
//   1. read      for each section and each source record of the item, the rows that were opened
//                (kOpened) and those that were closed (kClosed) in the span. The reasons leave out
//                what is no change of the machine: first looks, switched-off sources, new schemas.
//   2. pair      pair_rows matches a closed row with an opened one of the same revision: first by
//                row key, then by pairing key. A pair is "changed"; what is left is "removed" or
//                "added".
//   3. describe  differing fields, sentence, label; add_provenance adds what the revision says.
//   4. page      all of the span is sorted by order_of, then the page after the cursor is cut out.
//
// Invariants: the two halves of a pair have one time, since section_writer.cpp closes and opens the
// rows of one report at the same moment; so no span and no page cuts a pair in two. Of one key at
// most one row is open at a time, so one revision closes at most one row of it, and the first pass
// has no choice to make. order_of is total (it ends with the row) and depends on stored facts only,
// so a cursor names a place and not a number of lines: changes that are recorded between two pages
// neither repeat nor skip a line. Gaps are answered beside the changes, because a span of which
// nothing is known must not read as one in which nothing happened.
#include "server/facts/changes.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "common/inventory/canonical.h"
#include "common/support/text.h"
#include "server/error.h"
#include "server/facts/row_text.h"
#include "server/facts/section_rows.h"

namespace muster::server::facts {
namespace {

using inventory::SectionSchema;

// Rows of one source record that an observed change opened, or closed, within a span. ?1 = source
// record, ?2 = begin of the span, ?3 = its end (not included), ?4 = the last revision that counts.
constexpr std::string_view kOpened =
    // In two parts for the two partial indexes, over open and over closed rows. A row that was
    // opened in the span was not closed before it, so "until >= ?2" loses none and lets the second
    // index begin at the span.
    " WHERE ((r.source_record = ?1 AND r.until IS NULL) OR "
    "(r.source_record = ?1 AND r.until IS NOT NULL AND r.until >= ?2)) AND r.since >= ?2 AND "
    "r.since < ?3 AND "
    "r.opened_by <= ?4 AND r.open_reason IS NULL";
constexpr std::string_view kClosed =
    " WHERE r.source_record = ?1 AND r.until >= ?2 AND r.until < ?3 AND r.closed_by <= ?4 AND "
    "r.close_reason IN "
    "('changed', 'removed')";
constexpr std::string_view kFindRevision = R"sql(
  SELECT recorded_at, actor, time_uncertain, possibly_collector FROM revisions
    WHERE revision_id = ?1)sql";
constexpr std::string_view kFindGaps = R"sql(
  SELECT since, until, reason FROM history_gaps
  WHERE source_record = ?1 AND until >= ?2 AND since < ?3 AND opened_by <= ?4 ORDER BY since)sql";

struct Paired {
  const SectionSchema* schema;
  std::optional<StoredRow> before;  // closed
  std::optional<StoredRow> after;   // opened
};

// Pairs the rows that a revision closed and opened in one section: by key, then by pairing key (an
// upgrade changes the version, which is part of the key of a package).
std::vector<Paired> pair_rows(const SectionSchema& schema, std::vector<StoredRow> closed,
                              std::vector<StoredRow> opened) {
  std::vector<Paired> out;
  std::multimap<std::pair<std::int64_t, std::string>, StoredRow> waiting;
  std::map<std::pair<std::int64_t, std::int64_t>, StoredRow> by_key;
  for (StoredRow& row : closed)
    by_key.emplace(std::pair(*row.closed_by, row.row_key), std::move(row));
  std::vector<StoredRow> unpaired;
  // By key before pairing key: of two kernels with one pairing key, the one of which a field
  // changed is paired with itself, never with the other, which came or went in the same report.
  for (StoredRow& row : opened) {
    if (auto old = by_key.extract(std::pair(row.opened_by, row.row_key))) {
      out.push_back({&schema, std::move(old.mapped()), std::move(row)});
    } else {
      unpaired.push_back(std::move(row));
    }
  }
  for (auto& [key, row] : by_key) {
    const std::pair at(*row.closed_by, inventory::pairing_key(schema, row.row));
    waiting.emplace(at, std::move(row));
  }
  // Each closed row is used once: three rows opened for one closed are one change and two
  // additions.
  for (StoredRow& row : unpaired) {
    const auto old =
        waiting.find(std::pair(row.opened_by, inventory::pairing_key(schema, row.row)));
    if (old == waiting.end() || schema.key_fields.empty()) {
      out.push_back({&schema, std::nullopt, std::move(row)});
    } else {
      out.push_back({&schema, std::move(old->second), std::move(row)});
      waiting.erase(old);
    }
  }
  for (auto& [key, row] : waiting)
    out.push_back({&schema, std::move(row), std::nullopt});
  return out;
}

Change describe(const Paired& pair) {
  const SectionSchema& schema = *pair.schema;
  const StoredRow& shown = pair.after ? *pair.after : *pair.before;
  Change change;
  change.section = schema.name;
  change.kind = !pair.before  ? ChangeKind::kAdded
                : !pair.after ? ChangeKind::kRemoved
                              : ChangeKind::kChanged;
  change.label = row_label(schema, shown.row);
  change.at = {pair.after ? shown.since_ms : *shown.until_ms};
  const auto not_before = pair.after ? shown.not_before_ms : shown.close_not_before_ms;
  if (not_before) change.not_before = Instant{*not_before};
  change.revision = pair.after ? shown.opened_by : *shown.closed_by;
  change.source_record = shown.source_record;
  change.row_id = shown.row_id;
  change.row = row_json(schema, shown.row);
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const auto value = [&](const std::optional<StoredRow>& row) {
      return row ? present_json(row->row.cells[i]) : std::nullopt;
    };
    auto before = value(pair.before);
    auto after = value(pair.after);
    if (before != after)
      change.fields.push_back(
          {std::string(schema.fields[i].name), std::move(before), std::move(after)});
  }
  change.sentence = change_sentence(schema, pair.before ? &pair.before->row : nullptr,
                                    pair.after ? &pair.after->row : nullptr);
  return change;
}

void add_provenance(store::Transaction& transaction, std::vector<Change>& changes) {
  struct Known {
    Instant recorded_at;
    std::string actor;
    bool time_uncertain, possibly_collector;
  };
  std::map<std::int64_t, Known> revisions;
  for (Change& change : changes) {
    auto found = revisions.find(change.revision);
    if (found == revisions.end()) {
      Known known{};
      transaction.query(kFindRevision, {change.revision}, [&](const store::ResultRow& row) {
        known = {
            {row.integer(0)}, std::string(row.text(1)), row.integer(2) != 0, row.integer(3) != 0};
      });
      found = revisions.emplace(change.revision, std::move(known)).first;
    }
    change.recorded_at = found->second.recorded_at;
    change.actor = found->second.actor;
    change.time_uncertain = found->second.time_uncertain;
    change.possibly_collector = found->second.possibly_collector;
  }
}

// Newest first; within a moment those that may be the collector's doing come last; then by section
// and label. Revision and row make the order total.
auto order_of(const Change& change) {
  return std::tuple(-change.at.ms, change.possibly_collector, change.section, change.label,
                    change.revision, change.row_id);
}

// The place of a change in the order, as hexadecimal lines.
std::string cursor_of(const Change& change) {
  const auto [at, collector, section, label, revision, row_id] = order_of(change);
  return to_hex(std::to_string(at) + '\n' + (collector ? "1" : "0") + '\n' + section + '\n' +
                std::to_string(revision) + '\n' + std::to_string(row_id) + '\n' + label);
}

std::tuple<std::int64_t, bool, std::string, std::string, std::int64_t, std::int64_t> parse_cursor(
    const std::string& cursor) {
  const auto bad = [] {
    return Error(Status::kBadRequest, "invalid_cursor",
                 "The cursor is not one that this server gave.");
  };
  const auto text = from_hex(cursor);
  if (!text) throw bad();
  const auto parts = split(*text, '\n');
  if (parts.size() < 6) throw bad();
  const auto at = parse_integer(parts[0]);
  const auto revision = parse_integer(parts[3]);
  const auto row_id = parse_integer(parts[4]);
  if (!at || !revision || !row_id) throw bad();
  std::size_t label = 0;  // where it begins: it may contain newlines, so it is the last part
  for (std::size_t i = 0; i < 5; ++i)
    label += parts[i].size() + 1;
  return {*at, parts[1] == "1", std::string(parts[2]), text->substr(label), *revision, *row_id};
}

}  // namespace

ChangePage item_changes(store::Transaction& transaction, std::int64_t item_id,
                        const store::ReadPoint& point, const ChangeQuery& query) {
  const std::int64_t from = query.from ? query.from->ms : 0;
  // The end is not included, hence one more for a change at the point itself. A read of the past
  // ends at its point, whatever was asked for.
  std::int64_t to = query.to ? query.to->ms : point.at_ms + 1;
  if (!point.is_now) to = std::min(to, point.at_ms + 1);
  std::vector<std::int64_t> records;
  store::Transaction::Values find_records = point.values();
  find_records.emplace_back(item_id);
  transaction.query("SELECT DISTINCT a.source_record FROM assignments a WHERE a.item_id = ?3 AND " +
                        point.holds("a"),
                    find_records,
                    [&](const store::ResultRow& row) { records.push_back(row.integer(0)); });
  ChangePage page;
  std::vector<Change> all;
  for (const SectionSchema& schema : inventory::section_schemas()) {
    if (query.section && *query.section != schema.name) continue;
    if (schema.privacy != inventory::Privacy::kNone && !query.personal) continue;
    for (const std::int64_t record : records) {
      const store::Transaction::Values span = {record, from, to, point.revision};
      std::vector<StoredRow> opened;
      std::vector<StoredRow> closed;
      transaction.query(
          select_rows(schema) + std::string(kOpened), span,
          [&](const store::ResultRow& row) { opened.push_back(read_stored_row(schema, row)); });
      transaction.query(
          select_rows(schema) + std::string(kClosed), span,
          [&](const store::ResultRow& row) { closed.push_back(read_stored_row(schema, row)); });
      for (const Paired& pair : pair_rows(schema, std::move(closed), std::move(opened))) {
        all.push_back(describe(pair));
        all.back().item_id = item_id;
      }
    }
  }
  add_provenance(transaction, all);
  std::sort(all.begin(), all.end(),
            [](const Change& a, const Change& b) { return order_of(a) < order_of(b); });
  auto first = all.begin();
  if (query.cursor) {
    const auto after = parse_cursor(*query.cursor);
    first = std::find_if(all.begin(), all.end(),
                         [&](const Change& change) { return order_of(change) > after; });
  }
  const auto last =
      first + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(query.limit), all.end() - first);
  if (last != all.end()) page.next = cursor_of(*(last - 1));
  page.changes.assign(std::make_move_iterator(first), std::make_move_iterator(last));
  for (const std::int64_t record : records) {
    transaction.query(
        kFindGaps, {record, from, to, point.revision}, [&](const store::ResultRow& row) {
          page.gaps.push_back({{row.integer(0)}, {row.integer(1)}, std::string(row.text(2))});
        });
  }
  return page;
}

}  // namespace muster::server::facts
