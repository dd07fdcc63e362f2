// SPDX-License-Identifier: Apache-2.0
#include "agent/commands/marked_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "common/support/text.h"

namespace muster::agent::commands {
namespace {

constexpr std::size_t kShortBytes = 4;
constexpr std::size_t kDumpBytesPerLine = 16;
constexpr std::size_t kLinesAround = 1;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin == 0 || !is_word(text[begin - 1])) && (end == text.size() || !is_word(text[end]));
}

bool is_text(std::string_view bytes) {
  return is_valid_utf8(bytes) && std::none_of(bytes.begin(), bytes.end(), [](char c) {
           return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' && c != '\r';
         });
}

// One line of a hex dump: "0000001a  00 18 ...  |..text..|".
std::string dump_line(std::string_view bytes, std::size_t offset) {
  std::array<char, 24> head = {};  // a 64-bit offset has 16 digits
  std::snprintf(head.data(), head.size(), "%08zx ", offset);
  std::string out = head.data();
  std::string letters;
  for (std::size_t i = 0; i < kDumpBytesPerLine; ++i) {
    if (i < bytes.size()) {
      out += " " + to_hex(bytes.substr(i, 1));
      letters += bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '.';
    } else {
      out += "   ";
    }
  }
  return out + "  |" + letters + "|";
}

struct ShownLine {
  std::string text;
  bool marked = false;
};

std::vector<ShownLine> dump_lines(std::string_view bytes, const std::vector<Place>& places) {
  std::vector<ShownLine> out;
  for (std::size_t at = 0; at < bytes.size(); at += kDumpBytesPerLine) {
    const bool marked = std::any_of(places.begin(), places.end(), [&](const Place& place) {
      return place.begin < at + kDumpBytesPerLine && place.end > at;
    });
    out.push_back({dump_line(bytes.substr(at, kDumpBytesPerLine), at), marked});
  }
  return out;
}

std::vector<ShownLine> text_lines(std::string_view text, const std::vector<Place>& places) {
  std::vector<ShownLine> out;
  auto place = places.begin();
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    ShownLine line;
    std::size_t shown = at;
    while (place != places.end() && place->begin <= end) {
      const std::size_t begin = std::max(place->begin, at);
      const std::size_t stop = std::min(place->end, end);
      line.text += printable(text.substr(shown, begin - shown)) + "[[" +
                   printable(text.substr(begin, stop - begin)) + "]]";
      line.marked = true;
      shown = stop;
      if (place->end > end) break;  // goes on in the next line
      ++place;
    }
    line.text += printable(text.substr(shown, end - shown));
    out.push_back(std::move(line));
    at = end + 1;
  }
  return out;
}

std::string join(const std::vector<ShownLine>& shown, bool all) {
  std::vector<bool> keep(shown.size(), all || shown.size() <= kWholeLines);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (!shown[i].marked) continue;
    const std::size_t first = i < kLinesAround ? 0 : i - kLinesAround;
    for (std::size_t j = first; j < std::min(shown.size(), i + kLinesAround + 1); ++j)
      keep[j] = true;
  }
  std::string out;
  std::size_t left_out = 0;
  const auto tell_left_out = [&] {
    if (left_out > 0) out += "  ... " + std::to_string(left_out) + " lines (--all shows them)\n";
    left_out = 0;
  };
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (!keep[i]) {
      ++left_out;
      continue;
    }
    tell_left_out();
    out += (shown[i].marked ? "> " : "  ") + shown[i].text + "\n";
  }
  tell_left_out();
  return out;
}

}  // namespace

std::vector<Place> find_values(std::string_view text, const std::vector<std::string>& values) {
  std::vector<Place> places;
  for (const std::string& value : values) {
    if (value.empty()) continue;
    for (std::size_t at = text.find(value); at != std::string_view::npos;
         at = text.find(value, at + 1)) {
      const std::size_t end = at + value.size();
      if (value.size() >= kShortBytes || stands_alone(text, at, end)) places.push_back({at, end});
    }
  }
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return a.begin < b.begin; });
  std::vector<Place> merged;
  for (const Place& place : places) {
    if (!merged.empty() && place.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, place.end);
    } else {
      merged.push_back(place);
    }
  }
  return merged;
}

MarkedText show_marked(std::string_view bytes, const std::vector<std::string>& values, bool all) {
  const std::vector<Place> places = find_values(bytes, values);
  const auto shown = is_text(bytes) ? text_lines(bytes, places) : dump_lines(bytes, places);
  return {.text = join(shown, all), .occurrences = places.size()};
}

}  // namespace muster::agent::commands
