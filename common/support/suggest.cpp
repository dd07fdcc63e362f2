// SPDX-License-Identifier: Apache-2.0
#include "common/support/suggest.h"

#include <algorithm>
#include <utility>

#include "common/support/text.h"

namespace muster {
namespace {

constexpr std::size_t kLongestWord = 64;  // no name is longer

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

// How unlike two names are; what one name says of the other counts as near.
std::size_t unlikeness(std::string_view word, std::string_view name) {
  std::size_t out = edit_distance(word, name);
  if (const std::size_t dot = name.find('.'); dot != std::string_view::npos)
    out = std::min(out, edit_distance(word, name.substr(dot + 1)) + 1);
  if (word.size() >= 3 && name.find(word) != std::string_view::npos)
    out = std::min<std::size_t>(out, 2);
  return out;
}

}  // namespace

std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& names,
                                 std::size_t count) {
  if (word.empty() || word.size() > kLongestWord) return {};
  const std::string lower = lower_ascii(word);
  const std::size_t limit = std::max<std::size_t>(2, lower.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const std::string& name : names) {
    if (const std::size_t unlike = unlikeness(lower, name); unlike <= limit)
      found.emplace_back(unlike, name);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> out;
  for (std::size_t i = 0; i < found.size() && i < count; ++i)
    out.push_back(found[i].second);
  return out;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& names,
                       const std::string& otherwise) {
  const auto near = nearest(word, names, 2);
  if (near.empty()) return otherwise;
  return near.size() == 1 ? near[0] : near[0] + " or " + near[1];
}

}  // namespace muster
