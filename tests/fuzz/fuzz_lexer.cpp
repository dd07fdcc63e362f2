// SPDX-License-Identifier: Apache-2.0
// Any bytes as a query, up to its tree: refused as a query with a place inside the text, or taken
// within the limits; and a text that a program quotes means itself.
#include <variant>

#include "common/support/text.h"
#include "server/error.h"
#include "server/query/lexer.h"
#include "server/query/parser.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using namespace muster::server;
using muster::fuzz::require;

namespace {

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text)
    count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return count;
}

void check_refusal(const Error& error, std::string_view text) {
  require(error.code == "invalid_query");
  require(is_valid_utf8(error.message) && printable(error.message) == error.message);
  for (const auto& [name, value] : error.extra) {
    if (name != "column") continue;
    const auto column = std::get<std::int64_t>(value);
    require(column >= 1 && column <= static_cast<std::int64_t>(text.size()) + 1);
  }
}

void check_tree(const query::Node& node, std::size_t depth, std::size_t& terms) {
  require(depth <= 2 * query::kQueryDepth + 4);
  if (node.kind == query::NodeKind::kWord || node.kind == query::NodeKind::kCondition) ++terms;
  if (node.kind == query::NodeKind::kNot || node.kind == query::NodeKind::kGroup)
    require(node.children.size() == 1);
  if (node.kind == query::NodeKind::kOr) require(node.children.size() >= 2);
  for (const query::Node& child : node.children)
    check_tree(child, depth + 1, terms);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  try {
    const auto tokens = query::lex(text);
    require(text.size() <= query::kQueryBytes && is_valid_utf8(text));
    require(!tokens.empty() && tokens.back().kind == query::TokenKind::kEnd);
    for (const query::QueryToken& token : tokens) {
      require(token.span.column >= 1);
      require(token.span.column + token.span.length <= characters(text) + 2);
      if (token.kind == query::TokenKind::kCondition || token.kind == query::TokenKind::kWord)
        require(!token.literal.pieces.empty());
    }
    std::size_t terms = 0;
    check_tree(query::parse_query(text), 0, terms);
    require(terms <= query::kQueryTerms);
  } catch (const Error& error) {
    check_refusal(error, text);
  }
  if (text.empty() || text.size() > 1000 || !is_valid_utf8(text) || printable(text) != text)
    return 0;
  const auto tokens = query::lex(query::quote_literal(text));
  require(tokens.size() == 2 && tokens[0].kind == query::TokenKind::kWord);
  require(tokens[0].literal.text == text && !tokens[0].literal.has_wildcard());
  return 0;
}
