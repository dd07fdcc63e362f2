// SPDX-License-Identifier: Apache-2.0
// muster-server serve: both listeners until SIGTERM or SIGINT; SIGHUP reads certificates again.
#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <ostream>
#include <thread>

#include "common/support/file.h"
#include "server/commands/commands.h"
#include "server/installation/application.h"

namespace muster::server::commands {
namespace {

constexpr std::int64_t kMaintenancePeriodMs = 24LL * 60 * 60 * 1000;
constexpr std::chrono::seconds kClockLook{2};
// NTP slews smaller differences away; a certificate made in them is good after all (kBackdatedMs).
constexpr std::int64_t kClockWasSetMs = 4LL * 60 * 1000;
constexpr int kHighestPort = 65535;
constexpr rlim_t kDescriptors = 65'536;

// Shells and containers often start with 1,024, which is no limit but a default.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kDescriptors) return;
  limit.rlim_cur = std::min(limit.rlim_max, kDescriptors);
  (void)setrlimit(RLIMIT_NOFILE, &limit);  // what it is then, the listeners go by
}

// Calls Application::maintain() once a day, and whenever somebody has set the clock: certificates
// that were made by a wrong one must not stay for a day after it was put right. On a thread of its
// own; the first look at the clock is the constructor's, so that nothing after it goes unnoticed.
class Maintenance {
 public:
  Maintenance(installation::Application& application, const Clock& clock, const Log& log)
      : clock_(clock),
        log_(log),
        last_(clock.now()),
        last_boottime_ms_(clock.boottime_ms()),
        thread_([this, &application] { run(application); }) {}
  ~Maintenance() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Maintenance(const Maintenance&) = delete;
  Maintenance& operator=(const Maintenance&) = delete;

 private:
  void run(installation::Application& application) {
    std::int64_t maintained_ms = last_boottime_ms_;
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kClockLook, [this] { return stopping_; })) {
      const Instant now = clock_.now();
      const std::int64_t boottime_ms = clock_.boottime_ms();
      const std::int64_t set_by_ms = (now - last_) - (boottime_ms - last_boottime_ms_);
      last_ = now;
      last_boottime_ms_ = boottime_ms;
      const bool was_set = std::abs(set_by_ms) >= kClockWasSetMs;
      if (!was_set && boottime_ms - maintained_ms < kMaintenancePeriodMs) continue;
      if (was_set)
        log_.warning("maintenance", "the clock was set",
                     {{"by_s", std::to_string(set_by_ms / 1000)}, {"now", to_rfc3339(now)}});
      maintained_ms = boottime_ms;
      lock.unlock();
      application.maintain();
      lock.lock();
    }
  }

  const Clock& clock_;
  const Log& log_;
  Instant last_;
  std::int64_t last_boottime_ms_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

void write_ports(const installation::Application& application, const std::string& ports_file) {
  value_or_throw(replace_file(ports_file,
                              "people " + std::to_string(application.people_port()) + "\nagents " +
                                  std::to_string(application.agents_port()) + "\n",
                              FileMode::kPublic));
}

void wait(CommandContext& context, installation::Application& application,
          const sigset_t& signals) {
  for (;;) {
    int number = 0;
    if (sigwait(&signals, &number) != 0) continue;
    if (number != SIGHUP) {
      context.log.info("serve", "stopping", {{"signal", number == SIGTERM ? "TERM" : "INT"}});
      return;
    }
    try {
      application.reload_certificates();
    } catch (const std::exception& failure) {
      context.log.error("serve", "certificates could not be read again; the old ones stay",
                        {{"cause", failure.what()}});
    }
  }
}

int serve(CommandContext& context) {
  // Blocked before the first thread is made, so that every thread leaves them to sigwait below.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  raise_descriptor_limit();
  installation::Application application(context.config, context.clock, context.log);
  const Maintenance maintenance(application, context.clock, context.log);
  if (const auto file = context.invocation.text("--ports-file")) write_ports(application, *file);
  wait(context, application, signals);
  if (!application.stop()) {
    context.log.warning("serve", "requests that did not finish in time were cut");
  }
  context.log.info("serve", "stopped");
  return kSucceeded;
}
}  // namespace

Command serve_command() {
  const NumberRange ports{0, kHighestPort};
  return {.spec = {"serve",
                   "serve agents and people",
                   {},
                   {{"--people-port", "PORT", "port of the API for people and scripts", {}, ports},
                    {"--agents-port", "PORT", "port of the agents", {}, ports},
                    {"--ports-file", "FILE",
                     "write \"people PORT\" and \"agents PORT\" to this file once both serve"}},
                   {},
                   "SIGHUP makes it read its certificates again."},
          .run = serve};
}

}  // namespace muster::server::commands
