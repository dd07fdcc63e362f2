// SPDX-License-Identifier: Apache-2.0
// Each section that was asked for comes back with a status for its providers, whatever its
// collector does:
//
//   done      rows and statuses as the collector gave them; without any status it has failed
//             (complete_providers), since no status would read as a section without rows
//   timeout   no rows; the providers are `timeout`
//   threw     no rows; the providers are `failed`
//   disabled  the collector is not run; the providers are `disabled`
//
// A result without rows loses nothing: next_snapshot keeps the rows of a provider that timed out or
// failed. The providers of a look that did not end are those that the collector named the last time
// (told_): a provider that the machine does not have did not fail. Before the first good look all
// declared providers are reported.
//
// Threads: a collector that overran cannot be ended and may still write its result. So the result
// is shared and belongs to the collector until the runner says kDone; after any other outcome it is
// never read. The work captures shared pointers and nothing of this object, which it may outlive.
// Times are taken before the look begins, so no row is dated later than it was read.
#include "agent/report/collect_sections.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace muster::agent::report {
namespace {

using inventory::Status;

constexpr int kVitalsDeadlineMs = 5'000;

using ProviderNames = std::vector<std::string>;

// The same status for each of `names`, or for every provider of the section where there are none.
void set_all(inventory::CollectedSection& section, const ProviderNames& names, Status status,
             const std::string& reason) {
  section.providers.clear();
  for (const std::string& name : names)
    section.providers.emplace(name, inventory::ProviderStatus{status, reason});
  if (!names.empty()) return;
  for (const std::string_view provider : section.schema->providers)
    section.providers.emplace(std::string(provider), inventory::ProviderStatus{status, reason});
}

// A collector that names no provider must not pass for one that found no rows. Of several providers
// a collector names those that the machine has.
void complete_providers(inventory::CollectedSection& section) {
  if (section.providers.empty())
    set_all(section, {}, Status::kFailed, "the collector said nothing of this source");
}

}  // namespace

SectionCollector::SectionCollector(std::shared_ptr<host::Host> host,
                                   std::shared_ptr<const Clock> clock,
                                   std::vector<collect::Collector> collectors,
                                   VitalsFunction vitals_function)
    : host_(std::move(host)),
      clock_(std::move(clock)),
      collectors_(std::move(collectors)),
      vitals_(vitals_function),
      runner_(clock_) {
  std::sort(collectors_.begin(), collectors_.end(),
            [](const collect::Collector& a, const collect::Collector& b) {
              return a.section < b.section;
            });
  for (const collect::Collector& collector : collectors_) {
    if (inventory::find_section(collector.section) == nullptr) {
      throw std::invalid_argument("a collector of the undeclared section " +
                                  std::string(collector.section));
    }
  }
}

CollectionResult SectionCollector::collect_one(const collect::Collector& collector) {
  CollectionResult result;
  result.section.schema = inventory::find_section(collector.section);
  result.collected = {clock_->now(), clock_->boottime_ms()};
  const auto begin = std::chrono::steady_clock::now();
  auto collected = std::make_shared<collect::CollectedSection>();
  const RunOutcome outcome = runner_.run(
      collector.section, collector.deadline_ms,
      [collected, host = host_, collect = collector.collect] { *collected = collect(*host); });
  result.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                           std::chrono::steady_clock::now() - begin)
                           .count();
  ProviderNames& told = told_[std::string(collector.section)];
  switch (outcome.kind) {
    case RunOutcome::Kind::kDone:
      result.section.providers = std::move(collected->providers);
      result.section.rows = std::move(collected->rows);
      complete_providers(result.section);
      // Anew each time: the providers of a machine change with what is installed.
      told.clear();
      for (const auto& [name, status] : result.section.providers)
        told.push_back(name);
      break;
    case RunOutcome::Kind::kTimeout:
      set_all(result.section, told, Status::kTimeout, outcome.reason);
      break;
    case RunOutcome::Kind::kThrew:
      set_all(result.section, told, Status::kFailed, outcome.reason);
      break;
  }
  return result;
}

std::vector<CollectionResult> SectionCollector::collect(const SectionNames& wanted,
                                                        const SectionNames& disabled) {
  std::vector<CollectionResult> out;
  for (const collect::Collector& collector : collectors_) {
    if (!wanted.empty() && !wanted.contains(collector.section)) continue;
    if (!disabled.contains(collector.section)) {
      out.push_back(collect_one(collector));
      continue;
    }
    CollectionResult result;
    result.section.schema = inventory::find_section(collector.section);
    result.collected = {clock_->now(), clock_->boottime_ms()};
    set_all(result.section, told_[std::string(collector.section)], Status::kDisabled,
            "switched off under [sections] in the configuration");
    out.push_back(std::move(result));
  }
  return out;
}

std::string SectionCollector::vitals() {
  auto text = std::make_shared<std::string>();
  const RunOutcome outcome =
      runner_.run("vitals", kVitalsDeadlineMs,
                  [text, host = host_, collect = vitals_] { *text = collect(*host); });
  if (outcome.kind != RunOutcome::Kind::kDone || text->empty()) return "{}";
  return std::move(*text);
}

}  // namespace muster::agent::report
