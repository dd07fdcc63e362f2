// SPDX-License-Identifier: Apache-2.0
// Loops of which each run of the suite takes a fixed sample, and tests/full.sh every turn, in
// pieces of some minutes:
//
//   MUSTER_TEST_FULL=1     every turn
//   MUSTER_TEST_MINUTES=N  no turn begins later than that after the first one of the process
//   MUSTER_TEST_TURNS=FILE where each loop writes which turn is next when its time is up (or
//   "done"),
//                          and from where the next piece goes on
//
// One thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace muster::test {

bool whole_loops();

// The turns of the sample: every `every`th turn, the first of them being `first` (from 0).
struct Sample {
  std::int64_t every = 1;
  std::int64_t first = 0;
};

// One loop. Its name is unique within the case, since a case may have several.
//
//   for (Turns turns("EIO once"); turns.goes_on();)
//     if (turns.takes_next()) ...
class Turns {
 public:
  explicit Turns(std::string name, Sample sample = {});
  // Keeps account. When a failed requirement ends the case, its turn counts as done, so that the
  // next piece tries what is behind it.
  ~Turns();
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  // False once an earlier piece did all of it, or the time is up.
  bool goes_on() const { return !is_done_ && !has_stopped_; }
  // An earlier piece did some of it, or all.
  bool is_continued() const { return is_done_ || begin_ > 0; }
  // Counts a turn, and tells whether it is to be done here and now.
  bool takes_next();
  // The number of that turn, from 0.
  std::int64_t turn() const { return next_ - 1; }

 private:
  std::string name_;
  Sample sample_;
  std::int64_t begin_ = 0;
  std::int64_t next_ = 0;
  bool is_done_ = false;
  bool has_stopped_ = false;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  int exceptions_;
};

}  // namespace muster::test
