// SPDX-License-Identifier: Apache-2.0
#include "common/inventory/status.h"

#include <algorithm>

namespace muster::inventory {

std::string status_line(std::string_view section, const ProviderStatuses& providers) {
  if (providers.size() == 1 && providers.begin()->first == section) {
    return std::string(to_string(providers.begin()->second.status));
  }
  std::string out;
  for (const auto& [name, provider] : providers) {
    if (!out.empty()) out += ',';
    out += name;
    out += ':';
    out += to_string(provider.status);
  }
  return out;
}

Status worst(const ProviderStatuses& providers) {
  // From best to worst. A provider that this machine cannot have does not make a section look bad.
  constexpr std::array kOrder = {Status::kNotApplicable, Status::kDisabled, Status::kOk,
                                 Status::kPartial,       Status::kDenied,   Status::kTimeout,
                                 Status::kFailed};
  const auto rank = [&](Status status) {
    return std::find(kOrder.begin(), kOrder.end(), status) - kOrder.begin();
  };
  Status out = Status::kNotApplicable;
  for (const auto& [name, provider] : providers) {
    if (rank(provider.status) > rank(out)) out = provider.status;
  }
  return out;
}

}  // namespace muster::inventory
