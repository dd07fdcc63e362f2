// SPDX-License-Identifier: Apache-2.0
// The columns of a line of /proc, which blanks and tabs separate. Views into `line`; empty ones do
// not occur. Pure; any thread.
#pragma once
#include <string_view>
#include <vector>

namespace muster::agent::host {

std::vector<std::string_view> line_words(std::string_view line);

}  // namespace muster::agent::host
