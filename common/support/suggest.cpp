// SPDX-License-Identifier: Apache-2.0
#include "common/support/suggest.h"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

constexpr std::size_t kLongestWord = 64;

// Edit distance in which a swap of neighbours, the most common slip, is one edit (optimal string
// alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({replaced, table[i - 1][j] + 1, table[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  }
  return table[a.size()][b.size()];
}

}  // namespace

std::vector<std::string> nearest_two(std::string_view word, const std::vector<std::string>& names) {
  if (word.empty() || word.size() > kLongestWord) return {};
  const std::size_t limit = std::max<std::size_t>(2, word.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const std::string& name : names) {
    std::size_t unlike = edit_distance(word, name);
    if (word.size() >= 3 && name.find(word) != std::string::npos)
      unlike = std::min<std::size_t>(unlike, 1);
    if (unlike <= limit) found.emplace_back(unlike, name);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < found.size() && i < 2; ++i)
    nearest.push_back(found[i].second);
  return nearest;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& names,
                       const std::string& otherwise) {
  const auto nearest = nearest_two(word, names);
  if (nearest.empty()) return otherwise;
  return nearest.size() == 1 ? nearest[0] : nearest[0] + " or " + nearest[1];
}

}  // namespace muster
