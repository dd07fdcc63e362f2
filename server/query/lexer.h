// SPDX-License-Identifier: Apache-2.0
// The query language, cut into tokens (model.md section 7). Words, "quoted words", field:value with
// the operators : = != < <= > >= ~, AND, OR, NOT (in capitals) and parentheses. White space may
// stand around every operator, except before ':'. In a word and in a value `*` stands for any text;
// inside quotes \" \\ \* are the characters themselves. A MAC address, an IPv6 address or a network
// is a word, although it has a ':' in it.
//
// Pure. Throws Error invalid_query (query_error.h) for text over 4 KiB, control characters, text
// that is not UTF-8, an unfinished quotation and an operator without a field or value.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/query/query_error.h"

namespace muster::server::query {

constexpr std::size_t kQueryBytes = 4096;

enum class Operator {
  kMatch,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kSubstring
};
std::string_view to_string(Operator op);  // ":" "=" "!=" ...

// A word or value as it was written: the texts between its wildcards. Without a wildcard it has one
// piece; "*" has two empty ones.
struct Literal {
  std::vector<std::string> pieces;
  std::string text;  // as written, without quotes and escapes: what `=` compares with
  Span span;

  bool has_wildcard() const { return pieces.size() > 1; }
  bool is_anything() const;  // "*"
  friend bool operator==(const Literal&, const Literal&) = default;
};

enum class TokenKind { kWord, kCondition, kAnd, kOr, kNot, kOpen, kClose, kEnd };

struct QueryToken {
  TokenKind kind = TokenKind::kEnd;
  Span span;
  std::string field;  // kCondition
  Span field_span;
  Operator op = Operator::kMatch;  // kCondition
  Literal literal;                 // kWord, kCondition
};

// Text as a quoted literal that means itself, for queries that a program makes.
std::string quote_literal(std::string_view text);

// The last token is kEnd.
std::vector<QueryToken> lex(std::string_view text);

}  // namespace muster::server::query
