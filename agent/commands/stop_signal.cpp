// SPDX-License-Identifier: Apache-2.0
#include "agent/commands/stop_signal.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <initializer_list>
#include <system_error>

namespace muster::agent::commands {
namespace {

// Blocked, so that they come by the descriptor alone.
host::FileDescriptor take_over(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : signals)
    sigaddset(&set, number);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return host::FileDescriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace

Result<StopSignal> StopSignal::make() {
  host::FileDescriptor signals = take_over({SIGTERM, SIGINT});
  host::FileDescriptor requests = take_over({SIGUSR1});
  host::FileDescriptor timer(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!signals || !requests || !timer) {
    return Failure{FailureKind::kIo,
                   "cannot wait for signals: " + std::generic_category().message(errno)};
  }
  return StopSignal(std::move(signals), std::move(requests), std::move(timer));
}

Wake StopSignal::wait_ms(std::int64_t duration_ms) const {
  itimerspec when{};
  duration_ms = std::max<std::int64_t>(duration_ms, 1);  // 0 would switch the timer off
  when.it_value.tv_sec = static_cast<std::time_t>(duration_ms / 1000);
  when.it_value.tv_nsec = static_cast<long>(duration_ms % 1000 * 1'000'000);
  ::timerfd_settime(timer_.number(), 0, &when, nullptr);
  for (;;) {
    pollfd events[3] = {{signals_.number(), POLLIN, 0},
                        {requests_.number(), POLLIN, 0},
                        {timer_.number(), POLLIN, 0}};
    const int ready = ::poll(events, 3, -1);
    if (ready < 0 && errno != EINTR) return Wake::kStop;  // a daemon that cannot wait must not spin
    if (ready <= 0) continue;
    if (events[0].revents != 0) return Wake::kStop;
    if (events[1].revents == 0) return Wake::kTime;
    signalfd_siginfo told;  // one entry, however often it was sent
    if (::read(requests_.number(), &told, sizeof told) < 0 && errno != EAGAIN) return Wake::kStop;
    return Wake::kReportNow;
  }
}

}  // namespace muster::agent::commands
