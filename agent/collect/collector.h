// SPDX-License-Identifier: Apache-2.0
// What a collector is: a function that reads one section through the Host and returns rows with a
// status for each provider. It never throws, never opens a file itself and keeps no state between
// calls; the registry (registry.cpp) lists them. It runs on a thread of its own under a deadline
// (agent/report).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "agent/host/host.h"
#include "common/inventory/schema.h"
#include "common/inventory/snapshot.h"
#include "common/inventory/status.h"
#include "common/support/result.h"

namespace muster::agent::collect {

// Without its schema, which whoever calls the collector knows.
using inventory::CollectedSection;

using CollectFunction = CollectedSection (*)(host::Host& host);

struct Collector {
  std::string_view section;  // the name of a declared section
  CollectFunction collect;
  int deadline_ms = 10'000;
};

// The collector of the section whose rows are T, so that its name is said once, where it is
// declared.
template <inventory::Described T>
constexpr Collector collector(CollectFunction collect) {
  return {.section = T::kSection.options.name, .collect = collect};
}

// The status that a failed read gives to a provider: kNotFound -> not_applicable, kDenied ->
// denied, kTimeout -> timeout, anything else -> failed; the reason is the failure's message.
inventory::ProviderStatus status_of(const Failure& failure);

// A section with one provider, read whole.
template <inventory::Described T>
CollectedSection collected(const std::vector<T>& rows, inventory::ProviderStatus status = {}) {
  CollectedSection out;
  const std::string_view name = T::kSection.options.name;
  out.providers.emplace(std::string(name), std::move(status));
  out.rows.reserve(rows.size());
  for (const T& row : rows)
    out.rows.push_back(inventory::to_row(row));
  return out;
}

// A section with one provider, of which nothing could be read.
template <inventory::Described T>
CollectedSection not_collected(inventory::ProviderStatus status) {
  return collected(std::vector<T>{}, std::move(status));
}

// Every collector, by section; the list is in registry.cpp.
const std::vector<Collector>& collectors();

// Readings that change all the time (model.md section 2): one JSON object, members that could not
// be read are absent.
std::string collect_vitals(host::Host& host);

}  // namespace muster::agent::collect
