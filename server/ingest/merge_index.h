// SPDX-License-Identifier: Apache-2.0
// Bringing the indexes over all machines up to date (server/facts/section_tables.h): the rows that
// were added since the last time are sorted by content and inserted together, which touches each
// page of the index once instead of once a row. Inside a write transaction; the cost is
// proportional to the rows added, not to the rows that exist.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "common/support/log.h"
#include "server/store/store.h"

namespace muster::server::ingest {

// Rows that are not in the index yet, of all sections together; an upper bound where rows were
// purged.
std::int64_t pending_rows(store::Transaction& transaction);

// Merges up to `most` rows of each section, oldest first. True: there are more.
bool merge_indexes(store::Transaction& transaction, std::int64_t most);

struct MergeOptions {
  // A query scans this many pending rows in some 50 ms; the more are merged together, the fewer
  // pages of the index each one costs.
  std::int64_t pending = 250'000;
  int every_ms = 30'000;  // after this time any number of pending rows is merged
};

// Merges in a thread of its own, through the store's writer like everything else.
class IndexMerger {
 public:
  IndexMerger(store::Store& store, const Log& log, MergeOptions options = {});
  ~IndexMerger();
  IndexMerger(const IndexMerger&) = delete;
  IndexMerger& operator=(const IndexMerger&) = delete;

  // Counts rows that were written and committed. Any thread.
  void added(std::int64_t rows);

 private:
  void run();
  void merge();

  store::Store& store_;
  const Log& log_;
  const MergeOptions options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::int64_t pending_ = 0;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace muster::server::ingest
