// SPDX-License-Identifier: Apache-2.0
// The store as the rest of the server sees it: `write` runs work in a transaction and returns after
// it is durable; `read` runs work on one consistent snapshot. Writes of many threads are committed
// together (group commit): what queued while the last commit ran shares the next one, without a
// timer. Any thread may call both.
//
// Work given to `write` may run twice: when any work of a batch throws, the batch is rolled back
// and each is tried again alone, so that only the faulty one fails. It must therefore change
// nothing but the database and what it assigns anew. It never runs again after a commit whose
// outcome is not known (kConnectionLost): what is done twice is worse than what has to be asked for
// again.
//
// A connection that is gone is replaced before it is used the next time.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "common/support/clock.h"
#include "server/store/database.h"
#include "server/store/migrations.h"

namespace muster::server::store {

using Work = std::function<void(Transaction&)>;

struct StoreOptions {
  int readers = 8;  // connections for reading that are kept open
  int read_statement_limit_ms = 10'000;
  std::size_t batch = 64;               // writes in one commit
  bool migrate = true;                  // false: the database must be of this version
  DeclaredTables declared_tables = {};  // made when it migrates (facts/section_tables.h)
  std::size_t queued_writes = 4096;     // beyond it: StoreErrorKind::kBusy
  // Called on the writer's thread when the disk did not confirm a commit (kNotSynced), with the
  // cause. The process must end: see docs/decisions/0017-fault-points.md.
  std::function<void(const std::string&)> on_lost_sync = {};
};

struct StoreCounters {
  std::uint64_t commits = 0;
  std::uint64_t writes = 0;  // writes that were committed
  std::uint64_t batches_redone = 0;
};

class Store {
 public:
  // Brings the database up to date (migrations.h) or throws StoreError when it is newer than this
  // program.
  Store(std::unique_ptr<Database> database, StoreOptions options, const Clock& clock);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  void write(const Work& work);
  void read(const Work& work);
  template <class T>
  T read_value(const std::function<T(Transaction&)>& work) {
    std::optional<T> out;
    read([&](Transaction& transaction) { out.emplace(work(transaction)); });
    return std::move(*out);
  }
  template <class T>
  T write_value(const std::function<T(Transaction&)>& work) {
    std::optional<T> out;
    write([&](Transaction& transaction) { out.emplace(work(transaction)); });
    return std::move(*out);
  }

  Database& database() { return *database_; }
  const Clock& clock() const { return clock_; }
  StoreCounters counters() const;

 private:
  struct Waiting {
    const Work* work;
    std::exception_ptr error;
    bool done = false;
    std::condition_variable wake = {};  // its own: a commit wakes those whose work is done
  };
  void run_writer();
  void commit_batch(std::vector<Waiting*>& batch);
  // One transaction with these writes; rolled back when `error` is set.
  struct Attempt {
    std::exception_ptr error;
    bool is_final = false;  // the jobs must not be retried one by one
  };
  Attempt attempt(std::span<Waiting* const> writes, bool redo);
  std::unique_ptr<Connection> take_reader();
  void give_reader(std::unique_ptr<Connection> connection);

  std::unique_ptr<Database> database_;
  StoreOptions options_;
  const Clock& clock_;
  std::unique_ptr<Connection> writer_;  // used by the writer thread only

  mutable std::mutex mutex_;
  std::condition_variable wake_writer_;
  std::deque<Waiting*> queue_;
  bool stopping_ = false;
  StoreCounters counters_;

  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Connection>> readers_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace muster::server::store
