// SPDX-License-Identifier: Apache-2.0
// What somebody may have meant by a word that is unknown. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// The two nearest of `names`, nearest first; those that are too unlike are left out.
std::vector<std::string> nearest_two(std::string_view word, const std::vector<std::string>& names);

// "items or item" of the nearest, or `otherwise` when there are none.
std::string suggestion(std::string_view word, const std::vector<std::string>& names,
                       const std::string& otherwise);

}  // namespace muster
