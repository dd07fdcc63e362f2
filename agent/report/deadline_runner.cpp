// SPDX-License-Identifier: Apache-2.0
#include "agent/report/deadline_runner.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace muster::agent::report {

// Shared by the waiting and the working thread; the last of them frees it.
struct DeadlineRunner::Run {
  std::mutex mutex;
  std::condition_variable returned_signal;
  bool returned = false;
  std::optional<std::string> exception;

  void finish(std::optional<std::string> problem) {
    const std::lock_guard lock(mutex);
    exception = std::move(problem);
    returned = true;
    returned_signal.notify_all();
  }
};

RunOutcome DeadlineRunner::run(std::string_view name, int deadline_ms, std::function<void()> work) {
  using Kind = RunOutcome::Kind;
  forget_returned();
  if (const auto left = left_.find(name); left != left_.end()) {
    return {Kind::kTimeout, "still running since " + to_rfc3339(left->second.since) +
                                "; it is started again when that has returned"};
  }
  if (left_.size() >= kMostOverrun) {
    std::string names;
    for (const auto& [other, value] : left_)
      names += (names.empty() ? "" : ", ") + other;
    return {Kind::kTimeout, "not started, since " + std::to_string(kMostOverrun) +
                                " others have not returned: " + names};
  }
  const Instant started = clock_->now();
  auto run = std::make_shared<Run>();
  try {
    std::thread([run, work = std::move(work)]() mutable {
      std::optional<std::string> problem;
      try {
        work();
      } catch (const std::exception& exception) {
        problem = exception.what();
      } catch (...) {
        problem = "an exception without a text";
      }
      work = nullptr;  // frees what the work owns before the runner learns that it has returned
      run->finish(std::move(problem));
    }).detach();
  } catch (const std::system_error& problem) {
    return {Kind::kThrew, std::string("no thread could be started: ") + problem.what()};
  }
  std::unique_lock lock(run->mutex);
  const bool in_time = run->returned_signal.wait_for(lock, std::chrono::milliseconds(deadline_ms),
                                                     [&] { return run->returned; });
  if (!in_time) {
    lock.unlock();
    left_.insert_or_assign(std::string(name), Left{run, started});
    return {Kind::kTimeout, "did not finish within " + std::to_string(deadline_ms) + " ms"};
  }
  if (run->exception) return {Kind::kThrew, "the collector failed: " + *run->exception};
  return {};
}

void DeadlineRunner::forget_returned() {
  std::erase_if(left_, [](const auto& entry) {
    const std::lock_guard lock(entry.second.run->mutex);
    return entry.second.run->returned;
  });
}

std::vector<Overrun> DeadlineRunner::overrun() {
  forget_returned();
  std::vector<Overrun> out;
  for (const auto& [name, left] : left_)
    out.push_back({name, left.since});
  return out;
}

}  // namespace muster::agent::report
