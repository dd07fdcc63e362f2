// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/software/os_release.h"

#include "agent/collect/linux/read/text_files.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

bool is_name(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  for (const char c : text) {
    const bool word =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (!word) return false;
  }
  return true;
}

// One shell word, as far as os-release(5) allows them: no expansion, no concatenation across
// blanks.
std::string unquoted(std::string_view text) {
  std::string out;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (quote != 0 && c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      const char next = text[i + 1];
      // Inside double quotes the backslash stays before anything but these (sh(1)).
      const bool escapes = quote == 0 || next == '"' || next == '\\' || next == '$' || next == '`';
      if (!escapes) out.push_back(c);
      out.push_back(next);
      ++i;
    } else if (quote == 0 && (c == ' ' || c == '\t')) {
      break;  // what follows, if anything, is no part of the value
    } else {
      out.push_back(c);
    }
  }
  return out;
}

struct ReleaseLine {
  std::optional<std::string> name, version;
};

ReleaseLine split_release_line(std::string_view text) {
  const std::vector<std::string_view> all = lines(text);
  const std::string_view line = all.empty() ? std::string_view() : trim(all.front());
  const std::vector<std::string_view> words = split(line, ' ');
  // Where a word stands in the line.
  const auto before = [&](std::size_t word) {
    return text_or_nothing(
        trim(line.substr(0, static_cast<std::size_t>(words[word].data() - line.data()))));
  };
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if ((words[i] == "release" || words[i] == "version") && !words[i + 1].empty())
      return {before(i), std::string(words[i + 1])};
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!words[i].empty() && is_digit(words[i][0])) return {before(i), std::string(words[i])};
  }
  return {text_or_nothing(line), std::nullopt};
}

}  // namespace

Assignments parse_assignments(std::string_view text) {
  Assignments out;
  for (const std::string_view whole : lines(without_byte_order_mark(text))) {
    const std::string_view line = trim(whole);
    const std::size_t equals = line.find('=');
    if (line.empty() || line[0] == '#' || equals == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, equals);
    if (!is_name(name)) continue;
    out.insert_or_assign(std::string(name), unquoted(line.substr(equals + 1)));
  }
  return out;
}

std::optional<std::string> parse_release_line(std::string_view text) {
  return split_release_line(text).version;
}

std::optional<std::string> release_line_name(std::string_view text) {
  return split_release_line(text).name;
}

}  // namespace muster::agent::collect
