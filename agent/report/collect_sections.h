// SPDX-License-Identifier: Apache-2.0
// Looks at the machine: runs the collectors, each under its deadline (deadline_runner.h), and
// stamps what they bring with its time. Whatever a collector does, each section that was asked for
// comes back with a status for each of its sources. Used by one thread at a time; collectors that
// overran keep the host alive by themselves.
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

struct LookResult {
  inventory::CollectedSection section;
  Instant collected_at;                    // when the look began
  std::int64_t collected_boottime_ms = 0;  // CLOCK_BOOTTIME then
  std::int64_t duration_ms = 0;
};

using VitalsFunction = std::string (*)(host::Host& host);
using SectionNames = std::set<std::string, std::less<>>;

class SectionCollector {
 public:
  // Every collector must be of a declared section: anything else is a programming error
  // (std::invalid_argument).
  SectionCollector(std::shared_ptr<host::Host> host, std::shared_ptr<const Clock> clock,
                   std::vector<collect::Collector> collectors, VitalsFunction vitals_function);

  // The sections of `wanted` (empty: all) that have a collector, by name. Those of `disabled` are
  // not looked at and say so.
  std::vector<LookResult> collect(const SectionNames& wanted = {},
                                  const SectionNames& disabled = {});
  std::string vitals();  // a JSON object; "{}" when they were not read in time

  // What has not returned yet: section names, and "vitals".
  std::vector<Overrun> overrun() { return runner_.overrun(); }
  const std::shared_ptr<host::Host>& host() const { return host_; }

 private:
  LookResult look(const collect::Collector& collector);

  std::shared_ptr<host::Host> host_;
  std::shared_ptr<const Clock> clock_;
  std::vector<collect::Collector> collectors_;  // by section name
  // The sources that the machine had when a section was last read, of all that are declared: what
  // was not on it did not fail when its look fails. Nothing before the first look.
  std::map<std::string, std::vector<std::string>> told_;
  VitalsFunction vitals_;
  DeadlineRunner runner_;
};

}  // namespace muster::agent::report
