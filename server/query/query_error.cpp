// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_error.h"

#include <algorithm>
#include <numeric>

#include "common/support/text.h"

namespace muster::server {
namespace {

constexpr std::size_t kShownBytes = 60;
constexpr std::size_t kComparedBytes = 64;  // longer words are like no name of ours

// Levenshtein distance with one row of memory.
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

// How unlike two names are; what one name says of the other counts as near ("hostname" and
// "os.hostname").
std::size_t unlikeness(std::string_view word, std::string_view name) {
  std::size_t out = distance(word, name);
  if (const std::size_t dot = name.find('.'); dot != std::string_view::npos)
    out = std::min(out, distance(word, name.substr(dot + 1)) + 1);
  if (word.size() >= 3 && name.find(word) != std::string_view::npos)
    out = std::min<std::size_t>(out, 2);
  return out;
}

}  // namespace

Error query_error(const Span& where, const std::string& what, const std::string& expected) {
  return Error(Status::kBadRequest, "invalid_query",
               "query, column " + std::to_string(where.column) + ": " + what)
      .with("column", static_cast<std::int64_t>(where.column))
      .with("length", static_cast<std::int64_t>(where.length))
      .with("expected", expected);
}

std::string shown_text(std::string_view text) {
  if (text.size() <= kShownBytes) return printable(text);
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return printable(text.substr(0, end)) + "...";
}

std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& names,
                                 std::size_t count) {
  if (word.empty() || word.size() > kComparedBytes) return {};
  const std::string lower = lower_ascii(word);
  const std::size_t limit = std::max<std::size_t>(2, lower.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const std::string& name : names) {
    if (const std::size_t unlike = unlikeness(lower, name); unlike <= limit)
      found.emplace_back(unlike, name);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> out;
  for (const auto& [unlike, name] : found) {
    if (out.size() < count) out.push_back(name);
  }
  return out;
}

}  // namespace muster::server
