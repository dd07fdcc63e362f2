// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/active_fault.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/support/fault.h"
#include "common/support/text.h"
#include "tests/faults/walked_points.h"

namespace muster {
namespace test {
namespace {

enum class Action { kCrash, kStop, kError, kNoSpace };

struct Planned {
  Action action = Action::kCrash;
  std::int64_t from = 1;
  bool always = false;
};

std::pair<std::string, Planned> parse_one(std::string_view text) {
  const auto invalid = [&] {
    return std::invalid_argument("MUSTER_FAULT: \"" + std::string(text) + "\" is not understood");
  };
  Planned planned;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_known_point(text.substr(0, colon))) throw invalid();
  std::string_view rest = text.substr(colon + 1);
  if (rest.ends_with(",always")) {
    planned.always = true;
    rest.remove_suffix(std::string_view(",always").size());
  }
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    planned.from = parse_integer(rest.substr(at + 1)).value_or(0);
    rest = rest.substr(0, at);
  }
  const std::map<std::string_view, Action> actions = {{"crash", Action::kCrash},
                                                      {"stop", Action::kStop},
                                                      {"error", Action::kError},
                                                      {"no_space", Action::kNoSpace}};
  const auto action = actions.find(rest);
  if (action == actions.end() || planned.from < 1) throw invalid();
  planned.action = action->second;
  return {std::string(text.substr(0, colon)), planned};
}

// One for the whole process, as the environment is.
class Faults {
 public:
  Faults() {
    if (const char* text = std::getenv("MUSTER_FAULT")) plan(text);
    if (const char* file = std::getenv("MUSTER_FAULT_REACHED")) {
      reached_file_ = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
  }

  void plan(std::string_view text) {
    const std::lock_guard lock(mutex_);
    planned_.clear();
    passes_.clear();
    for (const std::string_view one : split(text, ';')) {
      if (!trim(one).empty()) planned_.insert(parse_one(trim(one)));
    }
  }

  std::optional<FaultKind> reach(std::string_view point) {
    std::unique_lock lock(mutex_);
    std::int64_t& passes = passes_[std::string(point)];
    if (++passes == 1 && reached_file_ >= 0) {
      const std::string line = std::string(point) + "\n";
      if (::write(reached_file_, line.data(), line.size()) < 0) std::abort();
    }
    const auto found = planned_.find(std::string(point));
    if (found == planned_.end()) return std::nullopt;
    const Planned& planned = found->second;
    if (passes < planned.from || (passes > planned.from && !planned.always)) return std::nullopt;
    switch (planned.action) {
      case Action::kError:
        return FaultKind::kError;
      case Action::kNoSpace:
        return FaultKind::kNoSpace;
      case Action::kStop:
        lock.unlock();
        ::raise(SIGSTOP);
        return std::nullopt;
      case Action::kCrash:
        break;
    }
    if (on_crash_) on_crash_();
    ::_exit(kFaultCrash);
  }

  std::int64_t passes(std::string_view point) {
    const std::lock_guard lock(mutex_);
    return passes_[std::string(point)];
  }
  void on_crash(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    on_crash_ = std::move(work);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Planned> planned_;
  std::map<std::string, std::int64_t> passes_;
  std::function<void()> on_crash_;
  int reached_file_ = -1;
};

Faults& faults() {
  static Faults* const kFaults = new Faults;  // outlives every thread that may still reach a point
  return *kFaults;
}

}  // namespace

void at_fault_crash(std::function<void()> work) {
  faults().on_crash(std::move(work));
}
void set_faults(std::string_view text) {
  faults().plan(text);
}
std::int64_t times_reached(std::string_view point) {
  return faults().passes(point);
}

}  // namespace test

std::optional<FaultKind> fault_at(FaultPoint point) {
  return test::faults().reach(point.name());
}

}  // namespace muster
