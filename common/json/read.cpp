// SPDX-License-Identifier: Apache-2.0
#include "common/json/read.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace muster {
namespace {

// Applies the rules between nlohmann's parser and the handler. nlohmann gives no position for a
// rule's refusal, so the path is what a handler keeps; here only its own syntax errors have a byte.
class Rules final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Rules(const JsonLimits& limits, JsonHandler& handler) : limits_(limits), handler_(handler) {}

  const std::string& reason() const { return reason_; }

  bool null() override { return count() && handler_.null(); }
  bool boolean(bool value) override { return count() && handler_.boolean(value); }
  bool number_integer(number_integer_t value) override {
    return count() && handler_.integer(value);
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(INT64_MAX))
      return refuse("an integer is above 2^63-1");
    return count() && handler_.integer(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t& text) override {
    if (text.find_first_of(".eE") == std::string::npos)
      return refuse("an integer is outside 64 bits");
    if (!std::isfinite(value)) return refuse("a number is not finite");
    return count() && handler_.number(value);
  }
  bool string(string_t& value) override {
    return check_text(value) && count() && handler_.text(value);
  }
  bool binary(binary_t&) override { return refuse("binary values are not JSON"); }
  bool start_object(std::size_t) override {
    if (!deeper()) return false;
    if (used_ == keys_.size()) keys_.emplace_back();
    keys_[used_++].used = 0;
    return handler_.begin_object();
  }
  bool key(string_t& name) override {
    if (!check_text(name)) return false;
    Keys& keys = keys_[used_ - 1];
    if (keys.used >= limits_.members) return refuse("an object has too many members");
    for (std::size_t i = 0; i < keys.used; ++i) {
      if (keys.names[i] == name) return refuse("a key stands twice in one object");
    }
    if (keys.used == keys.names.size()) keys.names.emplace_back();
    keys.names[keys.used++] = name;
    return handler_.key(name);
  }
  bool end_object() override {
    --depth_;
    --used_;
    return handler_.end_object();
  }
  bool start_array(std::size_t) override { return deeper() && handler_.begin_array(); }
  bool end_array() override {
    --depth_;
    return handler_.end_array();
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return refuse("byte " + std::to_string(position) + ": not JSON");
  }

 private:
  bool refuse(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
    return false;
  }
  bool count() { return ++values_ <= limits_.values || refuse("too many values"); }
  bool deeper() {
    if (++depth_ > limits_.depth) return refuse("nested too deeply");
    return count();
  }
  bool check_text(const std::string& text) {
    if (text.size() > limits_.text_bytes) return refuse("a text is too long");
    return text.find('\0') == std::string::npos || refuse("a text contains U+0000");
  }

  const JsonLimits& limits_;
  JsonHandler& handler_;
  std::string reason_;
  // The keys of an object that is open; the texts are reused from object to object.
  struct Keys {
    std::vector<std::string> names;
    std::size_t used = 0;
  };
  std::vector<Keys> keys_;
  std::size_t used_ = 0;
  std::size_t depth_ = 0;
  std::size_t values_ = 0;
};

// Between two of {}[],:" nothing but a number, a word or white space can stand.
constexpr std::size_t kGapBytes = 4096;
constexpr std::size_t kEscapedBytes = 6;  // of one character, as \u0041

struct Finding {
  std::size_t at;
  const char* what;
};

// What must be found before parsing. nlohmann keeps the whole of the token that it reads, twice,
// and white space before it too, so one that is as long as the document would take several times
// its memory. And it reads "-0" as the integer 0, so that two texts would have one meaning.
std::optional<Finding> find_refused(std::string_view text, std::size_t text_bytes) {
  const std::size_t longest_text = text_bytes * kEscapedBytes;
  bool in_text = false;
  std::size_t from = 0;  // where the text or the gap begins
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (i - from > longest_text) return Finding{from, "a text is too long"};
      if (c == '\\') ++i;
      if (c != '"') continue;
      in_text = false;
      from = i + 1;
      continue;
    }
    if (i - from > kGapBytes) return Finding{from, "more than 4096 bytes without a value's end"};
    switch (c) {
      case '"':
        in_text = true;
        [[fallthrough]];
      case '{':
      case '}':
      case '[':
      case ']':
      case ',':
      case ':':
        from = i + 1;
        break;
      case 'e':
      case 'E':
        ++i;  // the sign of an exponent: 1e-07 is no negative zero
        break;
      case '-': {
        const char next = i + 2 < text.size() ? text[i + 2] : ' ';
        if (i + 1 < text.size() && text[i + 1] == '0' && next != '.' && next != 'e' && next != 'E')
          return Finding{i, "-0 is not an integer"};
        break;
      }
      default:
        break;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Done> read_json(std::string_view text, const JsonLimits& limits, JsonHandler& handler) {
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    return Failure{FailureKind::kMalformed, "byte " + std::to_string(nul) + ": a NUL byte"};
  }
  if (text.starts_with("\xEF\xBB\xBF"))
    return Failure{FailureKind::kMalformed, "byte 0: a byte order mark"};
  if (const auto found = find_refused(text, limits.text_bytes)) {
    return Failure{FailureKind::kMalformed,
                   "byte " + std::to_string(found->at) + ": " + found->what};
  }
  Rules rules(limits, handler);
  if (nlohmann::json::sax_parse(text, &rules)) return Done{};
  if (!rules.reason().empty()) return Failure{FailureKind::kMalformed, rules.reason()};
  return Failure{FailureKind::kRefused, "stopped by the reader"};
}

}  // namespace muster
