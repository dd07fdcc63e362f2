// SPDX-License-Identifier: Apache-2.0
#include "server/query/lexer.h"

#include <algorithm>
#include <optional>

#include "common/support/text.h"

namespace muster::server::query {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9') || c == '.';
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<QueryToken> run() {
    check_text();
    std::vector<QueryToken> out;
    for (skip_space(); at_ < text_.size(); skip_space())
      out.push_back(next());
    QueryToken end;
    end.span = {column_of(at_), 1};
    out.push_back(std::move(end));
    return out;
  }

 private:
  void check_text() const {
    if (text_.size() > kQueryBytes) {
      throw query_error(
          {1, 1}, "the text has " + std::to_string(text_.size()) + " bytes, which is too long",
          "at most " + std::to_string(kQueryBytes) + " bytes");
    }
    if (!is_valid_utf8(text_)) throw query_error({1, 1}, "the text is not UTF-8", "UTF-8");
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text_[i]);
      if ((byte < 0x20 && !is_space(text_[i])) || byte == 0x7F)
        throw query_error({column_of(i), 1}, "there is a control character", "printable text");
    }
  }

  QueryToken next() {
    const char c = text_[at_];
    if (c == '(' || c == ')') {
      QueryToken token;
      token.kind = c == '(' ? TokenKind::kOpen : TokenKind::kClose;
      token.span = span(at_, at_ + 1);
      ++at_;
      return token;
    }
    if (c == '"' || is_address()) return word(literal());
    if (const auto found = operator_at(at_)) {
      throw query_error(span(at_, at_ + to_string(*found).size()),
                        "there is no field before \"" + std::string(to_string(*found)) + '"',
                        "a field before it, as in memory_bytes<8GiB");
    }
    if (is_name_start(c)) {
      if (auto token = condition()) return *token;
    }
    return keyword_or_word();
  }

  // A field with its operator and value; nullopt when no operator follows the name.
  std::optional<QueryToken> condition() {
    const std::size_t begin = at_;
    std::size_t end = begin;
    while (end < text_.size() && is_name(text_[end]))
      ++end;
    std::size_t look = end;
    while (look < text_.size() && is_space(text_[look]))
      ++look;
    const auto op = operator_at(look);
    if (!op || (*op == Operator::kMatch && look != end)) return std::nullopt;
    QueryToken token;
    token.kind = TokenKind::kCondition;
    token.field = text_.substr(begin, end - begin);
    token.field_span = span(begin, end);
    token.op = *op;
    const std::size_t after = look + to_string(*op).size();
    at_ = after;
    skip_space();
    if (at_ >= text_.size() || text_[at_] == '(' || text_[at_] == ')') {
      throw query_error(span(begin, after),
                        '"' + shown_text(text_.substr(begin, after - begin)) + "\" has no value",
                        "a value after the operator");
    }
    token.literal = literal();
    token.span = span(begin, at_);
    return token;
  }

  QueryToken keyword_or_word() {
    Literal found = literal();
    QueryToken token;
    token.span = found.span;
    if (found.text == "AND") {
      token.kind = TokenKind::kAnd;
    } else if (found.text == "OR") {
      token.kind = TokenKind::kOr;
    } else if (found.text == "NOT") {
      token.kind = TokenKind::kNot;
    } else {
      return word(std::move(found));
    }
    return token;
  }

  static QueryToken word(Literal literal) {
    QueryToken token;
    token.kind = TokenKind::kWord;
    token.span = literal.span;
    token.literal = std::move(literal);
    return token;
  }

  Literal literal() {
    Literal out;
    out.pieces.emplace_back();
    const std::size_t begin = at_;
    if (text_[at_] == '"') {
      quoted(out);
    } else {
      while (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != '(' && text_[at_] != ')')
        add(out, text_[at_++], true);
    }
    out.span = span(begin, at_);
    return out;
  }

  void quoted(Literal& out) {
    const std::size_t begin = at_++;
    for (; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return;
      }
      bool special = true;
      if (c == '\\' && at_ + 1 < text_.size() &&
          (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\' || text_[at_ + 1] == '*')) {
        c = text_[++at_];
        special = false;
      }
      add(out, c, special);
    }
    throw query_error(span(begin, begin + 1), "the quotation that begins here does not end",
                      "a closing \"");
  }

  static void add(Literal& out, char c, bool special) {
    out.text += c;
    if (c == '*' && special) {
      out.pieces.emplace_back();
    } else {
      out.pieces.back() += c;
    }
  }

  std::optional<Operator> operator_at(std::size_t at) const {
    if (at >= text_.size()) return std::nullopt;
    const bool equal = at + 1 < text_.size() && text_[at + 1] == '=';
    switch (text_[at]) {
      case ':':
        return Operator::kMatch;
      case '=':
        return Operator::kEqual;
      case '~':
        return Operator::kSubstring;
      case '<':
        return equal ? Operator::kLessEqual : Operator::kLess;
      case '>':
        return equal ? Operator::kGreaterEqual : Operator::kGreater;
      case '!':
        if (equal) return Operator::kNotEqual;
        break;
      default:
        break;
    }
    return std::nullopt;
  }

  // 02:42:ac:11:00:02, fe80::1, ::ffff:10.0.0.1, fe80::1%eth0, fe80::/10, 00:1b:21:*
  bool is_address() const {
    std::size_t colons = 0;
    std::size_t end = at_;
    for (; end < text_.size() && (is_hex(text_[end]) || text_[end] == ':'); ++end)
      colons += text_[end] == ':' ? 1 : 0;
    if (colons < 2) return false;
    const bool zone = end < text_.size() && text_[end] == '%';
    for (; end < text_.size() && !is_space(text_[end]) && text_[end] != ')'; ++end) {
      const char c = text_[end];
      if (!zone && !is_hex(c) && std::string_view(".:/*").find(c) == std::string_view::npos)
        return false;
    }
    return true;
  }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_]))
      ++at_;
  }
  static bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }
  std::size_t column_of(std::size_t byte) const {
    const auto begin = text_.begin();
    return 1 +
           static_cast<std::size_t>(std::count_if(begin, begin + static_cast<std::ptrdiff_t>(byte),
                                                  [](char c) { return !continues(c); }));
  }
  Span span(std::size_t begin, std::size_t end) const {
    return {column_of(begin), std::max<std::size_t>(1, column_of(end) - column_of(begin))};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view to_string(Operator op) {
  switch (op) {
    case Operator::kMatch:
      return ":";
    case Operator::kEqual:
      return "=";
    case Operator::kNotEqual:
      return "!=";
    case Operator::kLess:
      return "<";
    case Operator::kLessEqual:
      return "<=";
    case Operator::kGreater:
      return ">";
    case Operator::kGreaterEqual:
      return ">=";
    case Operator::kSubstring:
      return "~";
  }
  return ":";
}

bool Literal::is_anything() const {
  return has_wildcard() &&
         std::all_of(pieces.begin(), pieces.end(), [](const auto& p) { return p.empty(); });
}

std::string quote_literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '*') out += '\\';
    out += c;
  }
  return out + '"';
}

std::vector<QueryToken> lex(std::string_view text) {
  return Lexer(text).run();
}

}  // namespace muster::server::query
