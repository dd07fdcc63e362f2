// SPDX-License-Identifier: Apache-2.0
// What somebody may have meant by a word that is unknown. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// The nearest of `names` to a word that is none of them, in any case, the best first, at most
// `count`; those that are too unlike are left out. Of a dotted name its end counts too: "hostnme"
// is near "os.hostname".
std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& names,
                                 std::size_t count);

// "items or item" of the nearest, or `otherwise` when there are none.
std::string suggestion(std::string_view word, const std::vector<std::string>& names,
                       const std::string& otherwise);

}  // namespace muster
