// SPDX-License-Identifier: Apache-2.0
#include "agent/host/line_words.h"

#include <algorithm>

namespace muster::agent::host {

std::vector<std::string_view> line_words(std::string_view line) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos) return out;
    line.remove_prefix(start);
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    out.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

}  // namespace muster::agent::host
