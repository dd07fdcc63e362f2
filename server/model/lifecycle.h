// SPDX-License-Identifier: Apache-2.0
// The states of an asset's life, in the order in which they usually follow each other; any may
// follow any. Pure; any thread.
#pragma once
#include <span>
#include <string_view>

namespace muster::server::model {

std::span<const std::string_view> lifecycle_states();

}  // namespace muster::server::model
