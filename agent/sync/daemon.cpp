// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/daemon.h"

#include <malloc.h>

#include <algorithm>
#include <utility>

#include "common/support/text.h"

namespace muster::agent::sync {
namespace {

constexpr std::int64_t kOneHourMs = 3'600'000;
constexpr std::int64_t kRenewalRetryMs = kOneHourMs;
// A class is due a little early rather than a whole interval late.
constexpr std::int64_t kSlackMs = 120'000;

std::int64_t period_ms(inventory::Interval interval) {
  switch (interval) {
    case inventory::Interval::kEach:
      return 0;
    case inventory::Interval::kHourly:
      return kOneHourMs;
    case inventory::Interval::kDaily:
      return 24 * kOneHourMs;
  }
  return 0;
}

}  // namespace

Result<std::string> read_boot_id(host::Host& host) {
  const auto text = host.read("/proc/sys/kernel/random/boot_id");
  if (!text) return text.failure();
  std::string id = lower_ascii(trim(*text));
  if (is_uuid(id)) return id;
  return Failure{FailureKind::kMalformed, "/proc/sys/kernel/random/boot_id holds no UUID"};
}

bool Daemon::is_due(inventory::Interval interval, bool everything) const {
  const auto last = collected_.find(inventory::to_string(interval));
  if (everything || last == collected_.end()) return true;
  return parts_.clock.boottime_ms() - last->second.boottime_ms >= period_ms(interval) - kSlackMs;
}

Collection Daemon::collect(bool everything) {
  report::SectionNames wanted;
  const Moment now{parts_.clock.now(), parts_.clock.boottime_ms()};
  for (const auto interval :
       {inventory::Interval::kEach, inventory::Interval::kHourly, inventory::Interval::kDaily}) {
    if (!is_due(interval, everything)) continue;
    collected_[std::string(inventory::to_string(interval))] = now;
    for (const inventory::SectionSchema& schema : inventory::section_schemas()) {
      if (schema.interval == interval) wanted.emplace(schema.name);
    }
  }
  Collection collection;
  collection.boot_id = parts_.boot_id;
  // An empty set of names would mean all sections.
  if (!wanted.empty()) collection.sections = parts_.collector.collect(wanted, parts_.disabled);
  collection.vitals = parts_.collector.vitals();
  collection.collected = collected_;
  return collection;
}

std::unique_ptr<Transport> Daemon::transport_of(const AgentIdentity& identity,
                                                const Identity& with) const {
  TransportOptions options;
  options.server = identity.server;
  options.authorities = identity.authorities;
  options.identity = with;
  options.cancel_descriptor = parts_.cancel_descriptor;
  return parts_.make_transport(std::move(options));
}

void Daemon::renew_when_due(AgentIdentity& identity) {
  if (identity.next || !renewal_is_due(identity.current.certificate, parts_.clock.now())) return;
  const std::int64_t now_ms = parts_.clock.boottime_ms();
  if (renewal_tried_ms_ && now_ms - *renewal_tried_ms_ < kRenewalRetryMs) return;
  const auto lock = StateLock::take_for_enrolment(parts_.directory);
  if (!lock) return;  // `enroll` runs at this moment
  renewal_tried_ms_ = now_ms;
  const auto transport = transport_of(identity, identity.current);
  const auto renewed = renew(parts_.directory, identity, *transport);
  transport->close();
  if (!renewed) {
    parts_.log.warning("certificate", "it could not be renewed; the present one stays in use",
                       {{"reason", renewed.failure().message},
                        {"ends", to_rfc3339(identity.current.certificate.fields().not_after)}});
    return;
  }
  if (renewed->ask_again_s) {
    parts_.log.info("certificate", "its renewal waits for approval");
    return;
  }
  if (auto again = load_identity(parts_.directory)) identity = std::move(*again);
}

// A renewed certificate is proven by an acknowledged report, which only an accepted agent gets.
// Until then the old one stays on disk, so that a refusal can go back to it.
Result<Done> Daemon::prove(const AgentIdentity& identity, const CycleOutcome& outcome) {
  if (!identity.next) return Done{};
  const auto lock = StateLock::take_for_enrolment(parts_.directory);
  if (!lock) return Done{};  // `enroll` runs at this moment; the next cycle proves it
  if (outcome.exchanges > 0) {
    parts_.log.info("certificate", "renewed",
                    {{"ends", to_rfc3339(identity.next->certificate.fields().not_after)}});
    return promote_next(parts_.directory);
  }
  const bool was_refused = outcome.answer == AnswerKind::kNotAllowed ||
                           (outcome.problem && outcome.problem->code == "refused");
  if (!was_refused) return Done{};
  parts_.log.warning("certificate", "the renewed one is not accepted; the one before stays in use");
  return discard_next(parts_.directory);
}

Result<CycleOutcome> Daemon::cycle(bool everything) {
  delay_ms_ = kFirstRetryMs;  // for failures of the agent's own files: a person may be mending them
  auto identity = load_identity(parts_.directory);
  if (!identity) return identity.failure();
  renew_when_due(*identity);
  Reporter reporter(parts_.directory, parts_.clock, parts_.log);
  Result<CycleOutcome> outcome = [&] {
    const auto transport = transport_of(*identity, identity->best());
    return reporter.cycle(collect(everything), *transport);
  }();
  malloc_trim(0);  // returns memory to the system: the agent sleeps most of the time
  if (!outcome) return outcome;
  if (const auto proven = prove(*identity, *outcome); !proven) return proven.failure();
  failures_ = outcome->acknowledged ? 0 : failures_ + 1;
  delay_ms_ = outcome->acknowledged
                  ? next_report_delay_ms(outcome->interval_s, parts_.chance)
                  : retry_delay_ms(failures_, outcome->retry_after_s, parts_.chance);
  return outcome;
}

}  // namespace muster::agent::sync
