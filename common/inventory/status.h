// SPDX-License-Identifier: Apache-2.0
// What a provider within a section says of itself (model.md section 4): absence is never assumed.
// Pure; any thread.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace muster::inventory {

enum class Status {
  kOk,             // read whole: may add, change and close rows
  kPartial,        // read in part: may add and change, never remove
  kDenied,         // not allowed to read: changes no row
  kTimeout,        // did not answer in time: changes no row
  kFailed,         // could not be read or understood: changes no row
  kNotApplicable,  // this machine cannot have it: closes its rows as not_collected
  kDisabled,       // switched off by configuration: closes its rows as not_collected
};

inline constexpr std::array<std::string_view, 7> kStatusNames = {
    "ok", "partial", "denied", "timeout", "failed", "not_applicable", "disabled"};

constexpr std::string_view to_string(Status status) {
  return kStatusNames[static_cast<std::size_t>(status)];
}
constexpr std::optional<Status> parse_status(std::string_view text) {
  for (std::size_t i = 0; i < kStatusNames.size(); ++i) {
    if (kStatusNames[i] == text) return static_cast<Status>(i);
  }
  return std::nullopt;
}
constexpr bool keeps_rows(Status status) {
  return status == Status::kDenied || status == Status::kTimeout || status == Status::kFailed;
}
constexpr bool drops_rows(Status status) {
  return status == Status::kNotApplicable || status == Status::kDisabled;
}

struct ProviderStatus {
  Status status = Status::kOk;
  std::string reason;  // a sentence; empty when ok
  friend bool operator==(const ProviderStatus&, const ProviderStatus&) = default;
};

using ProviderStatuses = std::map<std::string, ProviderStatus, std::less<>>;

// The status as it stands in a root line and in `inventory`: "ok" for a section whose only provider
// has its name, "dpkg:ok,rpm:failed" otherwise.
std::string status_line(std::string_view section, const ProviderStatuses& providers);
// One word for the whole section: the worst of its providers.
Status worst(const ProviderStatuses& providers);

}  // namespace muster::inventory
