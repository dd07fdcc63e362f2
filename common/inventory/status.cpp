// SPDX-License-Identifier: Apache-2.0
#include "common/inventory/status.h"

#include <algorithm>

namespace muster::inventory {

std::string status_line(std::string_view section, const SourceStatuses& sources) {
  if (sources.size() == 1 && sources.begin()->first == section) {
    return std::string(to_string(sources.begin()->second.status));
  }
  std::string out;
  for (const auto& [name, source] : sources) {
    if (!out.empty()) out += ',';
    out += name;
    out += ':';
    out += to_string(source.status);
  }
  return out;
}

Status worst(const SourceStatuses& sources) {
  // From best to worst. A source that this machine cannot have does not make a section look bad.
  constexpr std::array kOrder = {Status::kNotApplicable, Status::kDisabled, Status::kOk,
                                 Status::kPartial,       Status::kDenied,   Status::kTimeout,
                                 Status::kFailed};
  const auto rank = [&](Status status) {
    return std::find(kOrder.begin(), kOrder.end(), status) - kOrder.begin();
  };
  Status out = Status::kNotApplicable;
  for (const auto& [name, source] : sources) {
    if (rank(source.status) > rank(out)) out = source.status;
  }
  return out;
}

}  // namespace muster::inventory
