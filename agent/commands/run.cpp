// SPDX-License-Identifier: Apache-2.0
// muster-agent run: the daemon, or one report with --once. SIGUSR1 makes the daemon look at
// everything and report now: after a change that people wait to see, and when a server is back.
#include <memory>
#include <ostream>
#include <random>
#include <utility>

#include "agent/commands/commands.h"
#include "agent/commands/host_choice.h"
#include "agent/commands/stop_signal.h"
#include "agent/sync/daemon.h"

namespace muster::agent::commands {
namespace {

constexpr std::int64_t kLookForEnrolmentMs = 60'000;

std::string summary_of(const sync::CycleOutcome& outcome) {
  std::string text = "report " + std::to_string(outcome.sequence) + " acknowledged: ";
  text += std::to_string(outcome.changed.size()) +
          (outcome.changed.size() == 1 ? " section changed" : " sections changed");
  for (std::size_t i = 0; i < outcome.changed.size(); ++i)
    text += (i == 0 ? " (" : ", ") + outcome.changed[i];
  if (!outcome.changed.empty()) text += ")";
  text += ", " + std::to_string(outcome.sent_bytes) + " bytes in " +
          std::to_string(outcome.exchanges) + (outcome.exchanges == 1 ? " request" : " requests");
  return text;
}

int report_once(CommandContext& context, sync::Daemon& daemon) {
  const auto outcome = daemon.cycle(true);
  if (!outcome) return fail(context, outcome.failure());
  if (outcome->acknowledged) {
    context.out << summary_of(*outcome) << "\n";
    return kSucceeded;
  }
  const std::string why =
      outcome->problem ? outcome->problem->message : "the server asked for more";
  return fail(context, {FailureKind::kRefused, "not acknowledged: " + why + "; " +
                                                   std::to_string(outcome->waiting) +
                                                   " reports wait on disk"});
}

// Failures are told and tried again: a daemon that gives up is one that nobody notices.
int report_on(CommandContext& context, sync::Daemon& daemon, const sync::StateDirectory& directory,
              const StopSignal& stop) {
  std::string told;  // the same failure is told once
  bool everything = false;
  for (;;) {
    const auto enrolled_at = directory.modified_at(sync::kCertificateFile);
    const auto outcome = daemon.cycle(std::exchange(everything, false));
    const std::string failure = outcome ? "" : outcome.failure().message;
    if (!failure.empty() && failure != told) context.log.error("run", failure);
    told = failure;
    if (outcome && outcome->acknowledged) context.log.debug("run", summary_of(*outcome));
    const bool healthy = outcome && outcome->acknowledged;
    std::int64_t left_ms = daemon.delay_ms();
    while (left_ms > 0) {
      const std::int64_t slice_ms = healthy ? left_ms : std::min(left_ms, kLookForEnrolmentMs);
      const Wake wake = stop.wait_ms(slice_ms);
      if (wake == Wake::kStop) return kSucceeded;
      everything = wake == Wake::kReportNow;
      left_ms = everything ? 0 : left_ms - slice_ms;
      // Somebody has enrolled the machine anew: no reason to wait any longer.
      if (!healthy && directory.modified_at(sync::kCertificateFile) != enrolled_at) left_ms = 0;
    }
  }
}

int report_until_stopped(CommandContext& context) {
  const auto stop = StopSignal::make();
  if (!stop) return fail(context, stop.failure());
  const auto directory = sync::StateDirectory::open(context.options.state_directory);
  if (!directory) return fail(context, directory.failure());
  const auto lock = sync::StateLock::take(*directory);
  if (!lock) return fail(context, lock.failure());
  const auto host = open_host(context.invocation);
  if (!host) return fail(context, host.failure());
  const auto boot_id = sync::read_boot_id(**host);
  if (!boot_id) return fail(context, boot_id.failure());
  report::SectionCollector collector(*host, std::make_shared<SystemClock>(), collect::collectors(),
                                     &collect::collect_vitals);
  std::mt19937_64 random(std::random_device{}());
  const sync::Chance chance = [&random] {
    return std::uniform_real_distribution<double>(0.0, 1.0)(random);
  };
  const sync::TransportFactory factory = [&context](sync::TransportOptions options) {
    return sync::make_transport(std::move(options), context.clock);
  };
  sync::Daemon daemon({*directory, collector, context.options.disabled_sections, context.clock,
                       context.log, factory, chance, *boot_id, stop->descriptor()});
  return context.invocation.has("--once") ? report_once(context, daemon)
                                          : report_on(context, daemon, *directory, *stop);
}

}  // namespace

Command run_command() {
  return {{"run",
           "report to the server, until told to stop",
           {},
           {{"--once", "", "look at everything, report once and end"}, root_option()},
           {},
           "The signal SIGUSR1 makes it look at everything and report now."},
          report_until_stopped};
}

}  // namespace muster::agent::commands
