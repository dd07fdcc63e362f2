// SPDX-License-Identifier: Apache-2.0
// ByteBudget: how much memory something may take in all. Whoever needs a share waits in line for
// it, for a while; a share is given back when it dies. What asks for more than the whole budget
// gets all of it, alone. In line means that many small ones cannot starve a large one. Any thread.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>

namespace muster::server::http {

class ByteBudget {
 public:
  using Until = std::chrono::steady_clock::time_point;

  explicit ByteBudget(std::size_t total_bytes) : total_(total_bytes), free_(total_bytes) {}

  class Share {
   public:
    explicit Share(ByteBudget& budget) : budget_(&budget) {}
    ~Share() { budget_->give(bytes_); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // False: there was no room until then; what the share had already it still has.
    bool grow(std::size_t bytes, Until until) {
      const std::size_t most = budget_->total_ - bytes_;
      if (bytes > most) bytes = most;
      if (!budget_->take(bytes, until)) return false;
      bytes_ += bytes;
      return true;
    }
    std::size_t bytes() const { return bytes_; }

   private:
    ByteBudget* budget_;
    std::size_t bytes_ = 0;
  };

  std::size_t total_bytes() const { return total_; }
  std::size_t free_bytes() const {
    const std::lock_guard lock(mutex_);
    return free_;
  }

 private:
  bool take(std::size_t bytes, Until until) {
    std::unique_lock lock(mutex_);
    const std::uint64_t mine = ++last_;
    line_.push_back(mine);
    const bool got =
        changed_.wait_until(lock, until, [&] { return line_.front() == mine && free_ >= bytes; });
    std::erase(line_, mine);
    if (got) free_ -= bytes;
    changed_.notify_all();
    return got;
  }
  void give(std::size_t bytes) {
    if (bytes == 0) return;
    const std::lock_guard lock(mutex_);
    free_ += bytes;
    changed_.notify_all();
  }

  const std::size_t total_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t free_;
  std::deque<std::uint64_t> line_;
  std::uint64_t last_ = 0;
};

}  // namespace muster::server::http
