// SPDX-License-Identifier: Apache-2.0
#include "server/model/lifecycle.h"

namespace muster::server::model {
namespace {

constexpr std::string_view kStates[] = {"planned",   "ordered", "in_stock", "in_use",
                                        "in_repair", "missing", "retired",  "disposed"};

}  // namespace

std::span<const std::string_view> lifecycle_states() {
  return kStates;
}

}  // namespace muster::server::model
