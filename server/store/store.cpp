// SPDX-License-Identifier: Apache-2.0
// Group commit. One writer thread owns the one connection that writes:
//
//   1. It takes what has queued, at most StoreOptions::batch, and runs all of it in one transaction
//      with one commit. What queues meanwhile is the next batch: no timer, so that an idle server
//      commits at once and a busy one commits what gathered during the last commit.
//   2. When anything throws, the batch is rolled back and each is tried alone, so that only the
//      faulty one fails. Not after an error that each would meet again (the lock is taken, the
//      connection is gone), and never after a commit whose outcome is unknown: what was perhaps
//      committed must not be done twice.
//   3. Only then are those who wait told. The mutex guards the queue, never a statement.
//
// Invariants: a write returns after its commit is durable, or throws; the writer's connection is
// replaced when it is gone, before the next batch; after a sync that failed the process ends
// (on_lost_sync), because the kernel may have dropped the pages that it could not write.
#include "server/store/store.h"

#include "server/store/fault.h"

namespace muster::server::store {

Store::Store(std::unique_ptr<Database> database, StoreOptions options, const Clock& clock)
    : database_(std::move(database)), options_(std::move(options)), clock_(clock) {
  writer_ = database_->connect(false, 0);
  if (options_.migrate) {
    migrate(*database_, *writer_, clock_.now(), options_.declared_tables);
  } else if (schema_version(*database_, *writer_) != static_cast<int>(migrations().size())) {
    throw StoreError(StoreErrorKind::kOther,
                     "the database is not of this program's version; muster-server serve brings it "
                     "there");
  }
  thread_ = std::thread([this] { run_writer(); });
}

Store::~Store() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_writer_.notify_one();
  thread_.join();
}

StoreCounters Store::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void Store::write(const Work& work) {
  Waiting waiting{.work = &work, .error = nullptr};
  std::unique_lock lock(mutex_);
  if (stopping_) throw StoreError(StoreErrorKind::kBusy, "the server is stopping");
  if (queue_.size() >= options_.queued_writes) {
    throw StoreError(StoreErrorKind::kBusy, "too many changes are waiting to be written");
  }
  queue_.push_back(&waiting);
  wake_writer_.notify_one();
  waiting.wake.wait(lock, [&] { return waiting.done; });
  lock.unlock();
  if (waiting.error) std::rethrow_exception(waiting.error);
}

void Store::run_writer() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_writer_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;  // stopping, and nothing waits any more
    std::vector<Waiting*> batch;
    while (!queue_.empty() && batch.size() < options_.batch) {
      batch.push_back(queue_.front());
      queue_.pop_front();
    }
    lock.unlock();
    commit_batch(batch);
    fault_at("store.acknowledge");
    lock.lock();
    for (Waiting* waiting : batch) {
      waiting->done = true;
      waiting->wake.notify_one();  // under the lock: it may be gone as soon as that is free
    }
  }
}

void Store::commit_batch(std::vector<Waiting*>& batch) {
  const auto count = [&](std::size_t writes, bool redone) {
    const std::lock_guard lock(mutex_);
    if (writes > 0) ++counters_.commits;
    counters_.writes += writes;
    if (redone) ++counters_.batches_redone;
  };
  Attempt first = attempt(batch, false);
  if (first.error == nullptr) return count(batch.size(), false);
  if (first.is_final && writer_ == nullptr) {
    // No connection can be made: nobody waits for as many attempts as there are batches.
    const std::lock_guard lock(mutex_);
    batch.insert(batch.end(), queue_.begin(), queue_.end());
    queue_.clear();
  }
  if (batch.size() == 1 || first.is_final) {
    for (Waiting* waiting : batch)
      waiting->error = first.error;
    return;
  }
  count(0, true);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Attempt alone = attempt({&batch[i], 1}, true);
    batch[i]->error = alone.error;
    if (alone.error == nullptr) count(1, false);
    if (!alone.is_final) continue;
    while (++i < batch.size())
      batch[i]->error = alone.error;
  }
}

Store::Attempt Store::attempt(std::span<Waiting* const> writes, bool redo) {
  bool committing = false;
  Attempt out;
  try {
    store_fault("store.begin");
    if (writer_ == nullptr || !writer_->is_alive()) {
      writer_.reset();
      writer_ = database_->connect(false, 0);
    }
    writer_->begin(true);
    store_fault("store.begun");
    for (const Waiting* waiting : writes) {
      (*waiting->work)(*writer_);
      store_fault("store.worked");
    }
    if (redo) store_fault("store.redo");
    store_fault("store.before_commit");
    committing = true;
    writer_->commit();
    fault_at("store.committed");
    return out;
  } catch (const StoreError& error) {
    out.error = std::current_exception();
    // Whatever comes next would fail in the same way, only later; and what may have been committed
    // must not be done again.
    const bool is_lost = error.kind == StoreErrorKind::kConnectionLost;
    const bool not_synced = error.kind == StoreErrorKind::kNotSynced;
    if (not_synced && options_.on_lost_sync) options_.on_lost_sync(error.what());
    out.is_final = error.kind == StoreErrorKind::kBusy || not_synced ||
                   (is_lost && (committing || writer_ == nullptr || !writer_->is_alive()));
  } catch (...) {
    out.error = std::current_exception();
  }
  if (writer_ != nullptr) writer_->rollback();
  return out;
}

std::unique_ptr<Connection> Store::take_reader() {
  for (;;) {
    std::unique_ptr<Connection> connection;
    {
      const std::lock_guard lock(readers_mutex_);
      if (readers_.empty()) break;
      connection = std::move(readers_.back());
      readers_.pop_back();
    }
    if (connection->is_alive()) return connection;
  }
  return database_->connect(true, options_.read_statement_limit_ms);
}

void Store::give_reader(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(readers_mutex_);
  if (readers_.size() < static_cast<std::size_t>(options_.readers))
    readers_.push_back(std::move(connection));
}

void Store::read(const Work& work) {
  std::unique_ptr<Connection> connection = take_reader();
  store_fault("store.read");
  connection->begin(false);
  try {
    work(*connection);
  } catch (const StoreError&) {
    throw;  // the connection is not used again: after an error of the database its state is unknown
  } catch (...) {
    connection->rollback();
    give_reader(std::move(connection));
    throw;
  }
  connection->commit();
  give_reader(std::move(connection));
}

}  // namespace muster::server::store
