// SPDX-License-Identifier: Apache-2.0
#include "server/cli/suggest.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace muster::cli {
namespace {

constexpr std::size_t kLongestWord = 64;

// Edit distance with one row of memory; a swap of neighbours counts as two edits.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> nearest_two(std::string_view word, const std::vector<std::string>& names) {
  if (word.empty() || word.size() > kLongestWord) return {};
  const std::size_t limit = std::max<std::size_t>(2, word.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const std::string& name : names) {
    std::size_t unlike = distance(word, name);
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

}  // namespace muster::cli
