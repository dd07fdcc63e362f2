// SPDX-License-Identifier: Apache-2.0
// The index from contents to rows is complete up to one row and says nothing of later ones:
//
//   section_S_by_content   the rows of section S up to merged_rows.row_id
//   the tail of section_S  the rows after it, which queries scan (rows_of_contents)
//
// Ingest writes rows only; each lands in the tail. merge_indexes takes the first rows of the tail,
// inserts them into the index in the order of their contents, and sets merged_rows.row_id to the
// last of them. docs/decisions/0023-merged-index.md has the costs that this saves.
//
// Invariants, which muster-server doctor checks: every row up to merged_rows.row_id is in the index
// unless it was purged, and every entry of the index leads to a row. They hold because
//   - entries and the new number are one transaction, so a crash leaves both or neither, and work
//     that runs twice merges once;
//   - numbers of rows only grow, and one transaction writes at a time (decision 0020), so no row
//     that appears later has a number below;
//   - the content of a row never changes, and closing a row does not touch the index.
//
// IndexMerger decides only when. Its pending_ counts the rows that this process wrote; the rows to
// merge are found in the tables, so a wrong count costs time and nothing else.
#include "server/ingest/merge_index.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>

#include "common/inventory/schema.h"
#include "server/facts/section_tables.h"
#include "server/store/fault.h"

namespace muster::server::ingest {
namespace {

using inventory::SectionSchema;

constexpr std::string_view kFindMerged = "SELECT row_id FROM merged_rows WHERE section = ?1";
constexpr std::string_view kPutMerged = R"sql(
  INSERT INTO merged_rows (section, row_id) VALUES (?1, ?2)
  ON CONFLICT (section) DO UPDATE SET row_id = excluded.row_id)sql";

struct MergeSpan {
  std::int64_t merged = 0;  // the last row in the index
  std::int64_t last = 0;    // the last row of the section
};

// Calls `visit` for each section whose rows have a shared content, with what is merged of it.
void for_each_split(store::Transaction& transaction,
                    const std::function<void(const SectionSchema&, const MergeSpan&)>& visit) {
  for (const SectionSchema& schema : inventory::section_schemas()) {
    if (!schema.has_content()) continue;
    MergeSpan span;
    span.merged = transaction.find_integer(kFindMerged, {schema.name}).value_or(0);
    span.last = transaction.find_integer("SELECT MAX(row_id) FROM " + facts::section_table(schema))
                    .value_or(0);
    visit(schema, span);
  }
}

}  // namespace

std::int64_t pending_rows(store::Transaction& transaction) {
  std::int64_t rows = 0;
  for_each_split(transaction, [&](const SectionSchema&, const MergeSpan& span) {
    rows += std::max<std::int64_t>(span.last - span.merged, 0);
  });
  return rows;
}

bool merge_indexes(store::Transaction& transaction, std::int64_t most) {
  bool more = false;
  for_each_split(transaction, [&](const SectionSchema& schema, const MergeSpan& span) {
    if (span.last <= span.merged) return;
    const std::int64_t until = std::min(span.last, span.merged + most);
    // Sorted, so that each page of the index is written once for all rows that fall on it.
    transaction.execute("INSERT INTO " + facts::by_content_table(schema) +
                            " (content_id, row_id) SELECT content_id, row_id FROM " +
                            facts::section_table(schema) +
                            " WHERE row_id > ?1 AND row_id <= ?2 ORDER BY content_id, row_id",
                        {span.merged, until});
    store::store_fault("index.merged");
    transaction.execute(kPutMerged, {schema.name, until});
    more = more || until < span.last;
  });
  return more;
}

IndexMerger::IndexMerger(store::Store& store, const Log& log, MergeOptions options)
    : store_(store), log_(log), options_(options) {
  pending_ = store_.read_value<std::int64_t>(
      [](store::Transaction& transaction) { return pending_rows(transaction); });
  thread_ = std::thread([this] { run(); });
}

IndexMerger::~IndexMerger() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void IndexMerger::added(std::int64_t rows) {
  if (rows == 0) return;
  const std::lock_guard lock(mutex_);
  pending_ += rows;
  if (pending_ >= options_.pending) wake_.notify_one();
}

void IndexMerger::run() {
  std::unique_lock lock(mutex_);
  for (bool is_start = true; !stopping_; is_start = false) {
    // The rows that an earlier run of the program left pending are merged at once.
    wake_.wait_for(lock, std::chrono::milliseconds(is_start ? 0 : options_.every_ms),
                   [this] { return stopping_ || pending_ >= options_.pending; });
    if (stopping_ || pending_ == 0) continue;
    // Before the merge and not after it: rows that are added meanwhile must be counted.
    pending_ = 0;
    lock.unlock();
    merge();
    lock.lock();
  }
}

void IndexMerger::merge() {
  // One transaction for each portion, so that reports are written between them.
  try {
    while (store_.write_value<bool>([this](store::Transaction& transaction) {
      return merge_indexes(transaction, options_.pending);
    })) {
    }
  } catch (const std::exception& failure) {
    // Nothing is lost: the rows stay in the tail, where queries find them by scanning, and the next
    // merge takes them too.
    log_.error("ingest", "the index of contents could not be brought up to date",
               {{"cause", failure.what()}});
  }
}

}  // namespace muster::server::ingest
