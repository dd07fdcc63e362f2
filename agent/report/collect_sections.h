// SPDX-License-Identifier: Apache-2.0
// Runs the collectors, each under its deadline (deadline_runner.h), and stamps their results with
// the time of the look. Whatever a collector does, each section that was asked for comes back with
// a status for each of its providers. Used by one thread at a time; collectors that overran keep
// the host alive by themselves.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/collect/collector.h"
#include "agent/report/deadline_runner.h"
#include "common/inventory/snapshot.h"
#include "common/support/clock.h"

namespace muster::agent::report {

// A moment by both clocks; the boot that boottime_ms counts from is known beside it.
struct Moment {
  Instant at;                    // the agent's clock, which may be wrong
  std::int64_t boottime_ms = 0;  // CLOCK_BOOTTIME
  friend bool operator==(const Moment&, const Moment&) = default;
};

struct CollectionResult {
  inventory::CollectedSection section;
  Moment collected;  // when collecting began
  std::int64_t duration_ms = 0;
};

using VitalsFunction = std::string (*)(host::Host& host);
using SectionNames = std::set<std::string, std::less<>>;

class SectionCollector {
 public:
  // The section of every collector must be declared; anything else is a programming error
  // (std::invalid_argument).
  SectionCollector(std::shared_ptr<host::Host> host, std::shared_ptr<const Clock> clock,
                   std::vector<collect::Collector> collectors, VitalsFunction vitals_function);

  // The sections of `wanted` (empty: all) that have a collector, by name. Those of `disabled` are
  // not collected and have that status.
  std::vector<CollectionResult> collect(const SectionNames& wanted = {},
                                        const SectionNames& disabled = {});
  std::string vitals();  // a JSON object; "{}" when they could not be read in time

  // Collectors that have not returned yet: section names, and "vitals".
  std::vector<Overrun> overrun() { return runner_.overrun(); }
  const std::shared_ptr<host::Host>& host() const { return host_; }

 private:
  CollectionResult collect_one(const collect::Collector& collector);

  std::shared_ptr<host::Host> host_;
  std::shared_ptr<const Clock> clock_;
  std::vector<collect::Collector> collectors_;  // by section name
  // By section, the providers that its collector named when it was last done; none before the first
  // look. If a look fails, these have failed, and not the others that are declared.
  std::map<std::string, std::vector<std::string>> told_;
  VitalsFunction vitals_;
  DeadlineRunner runner_;
};

}  // namespace muster::agent::report
