// SPDX-License-Identifier: Apache-2.0
// Runs pieces of work one after another, each on a thread of its own under its own deadline. A
// thread cannot be ended from outside, so work that overran is left running and not started again
// until it returns; with kMostOverrun of them nothing new is started. The work may outlive the
// runner and everything that it does not own, so it captures shared pointers, never references.
// Used by one thread at a time.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/clock.h"

namespace muster::agent::report {

inline constexpr std::size_t kMostOverrun = 4;

struct RunOutcome {
  enum class Kind {
    kDone,
    kTimeout,  // it overran now, or still runs since an earlier call, or too many others run
    kThrew,    // it threw, or its thread could not be made
  };
  Kind kind = Kind::kDone;
  std::string reason = {};  // a sentence, unless kDone
};

struct Overrun {
  std::string name;
  Instant since;  // when it was started
};

class DeadlineRunner {
 public:
  explicit DeadlineRunner(std::shared_ptr<const Clock> clock) : clock_(std::move(clock)) {}

  RunOutcome run(std::string_view name, int deadline_ms, std::function<void()> work);
  std::vector<Overrun> overrun();  // those whose threads have not returned yet

 private:
  struct Run;
  struct Left {
    std::shared_ptr<Run> run;
    Instant since;
  };

  void forget_returned();

  std::shared_ptr<const Clock> clock_;
  std::map<std::string, Left, std::less<>> left_;
};

}  // namespace muster::agent::report
