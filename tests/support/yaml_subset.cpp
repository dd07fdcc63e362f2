// SPDX-License-Identifier: Apache-2.0
#include "tests/support/yaml_subset.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/support/text.h"

namespace muster {
namespace {

class YamlReader {
 public:
  explicit YamlReader(std::string_view text) {
    std::size_t number = 0;
    for (const std::string_view raw : split(text, '\n')) {
      ++number;
      const std::size_t indent = raw.find_first_not_of(' ');
      if (indent == std::string_view::npos || raw[indent] == '#') continue;
      lines_.push_back({number, indent, std::string(raw.substr(indent))});
      if (raw.find('\t') != std::string_view::npos || raw.back() == ' ')
        fail_at(number, "white space");
    }
  }

  JsonValue document() {
    JsonValue value = block(0);
    if (next_ < lines_.size()) fail("unexpected indentation");
    return value;
  }

 private:
  struct Line {
    std::size_t number = 0;
    std::size_t indent = 0;
    std::string text;
  };

  [[noreturn]] static void fail_at(std::size_t line, const std::string& why) {
    throw std::runtime_error("line " + std::to_string(line) + ": " + why);
  }
  [[noreturn]] void fail(const std::string& why) const {
    fail_at(next_ < lines_.size() ? lines_[next_].number : 0, why);
  }
  bool at(std::size_t indent) const {
    return next_ < lines_.size() && lines_[next_].indent == indent;
  }
  static bool is_entry(const Line& line) { return line.text.starts_with("- "); }

  JsonValue block(std::size_t indent) {
    if (!at(indent)) fail("nothing at this indentation");
    return is_entry(lines_[next_]) ? sequence(indent) : mapping(indent);
  }

  JsonValue sequence(std::size_t indent) {
    JsonValue::Array out;
    while (at(indent) && is_entry(lines_[next_])) {
      Line& line = lines_[next_];
      const std::string rest = line.text.substr(2);
      if (key_end(rest) != std::string::npos) {  // a mapping that begins on the dash's line
        line.text = rest;
        line.indent += 2;
        out.push_back(mapping(indent + 2));
      } else {
        out.push_back(scalar(rest));
        ++next_;
      }
    }
    return JsonValue(std::move(out));
  }

  JsonValue mapping(std::size_t indent) {
    JsonValue::Object out;
    while (at(indent) && !is_entry(lines_[next_])) {
      const std::string text = lines_[next_].text;
      const std::size_t end = key_end(text);
      if (end == std::string::npos) fail("no key");
      std::string key = *scalar_text(text.substr(0, end));
      for (const auto& [name, value] : out) {
        if (name == key) fail("twice: " + key);
      }
      const std::string rest(trim(std::string_view(text).substr(end + 1)));
      if (rest == ">-") {
        out.emplace_back(std::move(key), folded(indent));
      } else if (!rest.empty()) {
        out.emplace_back(std::move(key), scalar(rest));
        ++next_;
      } else {
        ++next_;
        out.emplace_back(std::move(key), block(indent + 2));
      }
    }
    if (out.empty()) fail("a mapping was expected");
    return JsonValue(std::move(out));
  }

  JsonValue folded(std::size_t indent) {
    std::string out;
    for (++next_; next_ < lines_.size() && lines_[next_].indent > indent; ++next_) {
      if (lines_[next_].indent != indent + 2) fail("a folded text is indented by two");
      out += (out.empty() ? "" : " ") + lines_[next_].text;
    }
    return JsonValue(std::move(out));
  }

  // Where the colon after a key is; npos: the text does not begin with a key.
  static std::size_t key_end(const std::string& text) {
    std::size_t from = 0;
    if (text.starts_with('"')) {
      from = text.find('"', 1);
      if (from == std::string::npos || text.substr(from + 1, 1) != ":") return std::string::npos;
    }
    for (std::size_t i = from; i < text.size(); ++i) {
      if (text[i] == ':' && (i + 1 == text.size() || text[i + 1] == ' ')) return i;
    }
    return std::string::npos;
  }

  JsonValue scalar(const std::string& text) const {
    if (text == "{}") return JsonValue(JsonValue::Object{});
    if (text.starts_with('[')) {
      if (!text.ends_with(']')) fail("a list ends on its line");
      JsonValue::Array out;
      const std::string inside = text.substr(1, text.size() - 2);
      if (inside.find_first_of("[{") != std::string::npos) fail("only scalars in a list");
      for (const std::string_view part : split(inside, ',')) {
        if (!trim(part).empty()) out.push_back(scalar(std::string(trim(part))));
      }
      return JsonValue(std::move(out));
    }
    if (text == "true" || text == "false") return JsonValue(text == "true");
    if (text == "null") return {};
    if (const auto number = parse_integer(text)) return JsonValue(*number);
    return JsonValue(*scalar_text(text));
  }

  std::optional<std::string> scalar_text(const std::string& text) const {
    if (text.starts_with('"')) {
      const auto parsed = JsonValue::parse(text);
      if (!parsed || parsed->text() == nullptr) fail("not a double-quoted text: " + text);
      return *parsed->text();
    }
    if (text.find_first_of("&*!|>%@`'{}[],#?-\"") == 0 || text.find(": ") != std::string::npos ||
        text.find(" #") != std::string::npos) {
      fail("to be quoted: " + text);
    }
    return text;
  }

  std::vector<Line> lines_;
  std::size_t next_ = 0;
};

}  // namespace

JsonValue YamlSubset::parse(std::string_view text) {
  return YamlReader(text).document();
}

}  // namespace muster
