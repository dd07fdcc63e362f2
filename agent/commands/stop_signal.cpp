// SPDX-License-Identifier: Apache-2.0
#include "agent/commands/stop_signal.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <system_error>

namespace muster::agent {

Result<StopSignal> StopSignal::make() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  FileDescriptor signals(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  FileDescriptor timer(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!signals || !timer) {
    return Failure{FailureKind::kIo,
                   "cannot wait for signals: " + std::generic_category().message(errno)};
  }
  return StopSignal(std::move(signals), std::move(timer));
}

bool StopSignal::wait_ms(std::int64_t duration_ms) const {
  itimerspec when{};
  duration_ms = std::max<std::int64_t>(duration_ms, 1);  // 0 would switch the timer off
  when.it_value.tv_sec = static_cast<std::time_t>(duration_ms / 1000);
  when.it_value.tv_nsec = static_cast<long>(duration_ms % 1000 * 1'000'000);
  ::timerfd_settime(timer_.number(), 0, &when, nullptr);
  for (;;) {
    pollfd events[2] = {{signals_.number(), POLLIN, 0}, {timer_.number(), POLLIN, 0}};
    const int ready = ::poll(events, 2, -1);
    if (ready < 0 && errno != EINTR) return true;  // a daemon that cannot wait must not spin
    if (ready > 0) return events[0].revents != 0;
  }
}

}  // namespace muster::agent
