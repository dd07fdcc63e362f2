// SPDX-License-Identifier: Apache-2.0
#include "server/query/spaced_units.h"

#include <algorithm>
#include <utility>

#include "common/support/text.h"
#include "server/query/fields.h"
#include "server/query/literal_values.h"

namespace muster::server::query {
namespace {

bool is_unquoted(const QueryToken& token) {
  // The span of a quoted text includes its quotes, so it is longer than the text. Characters and
  // bytes may be compared, since numbers and units are ASCII.
  return token.literal.span.length == token.literal.text.size() && !token.literal.has_wildcard();
}

bool is_plain_number(std::string_view text) {
  return !text.empty() && is_digit(text.front()) && is_digit(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
}

// "bytes", "MHz", ... or "age"; empty where a number has no unit.
std::string_view quantity_of(const QueryToken& token) {
  const QueryField* const field = find_query_field(token.field);
  if (field == nullptr) return "";
  if (field->type == QueryType::kTime) return "age";
  return field->type == QueryType::kInteger ? std::string_view(field->unit) : "";
}

}  // namespace

std::vector<QueryToken> join_spaced_units(std::vector<QueryToken> tokens) {
  std::vector<QueryToken> out;
  for (QueryToken& token : tokens) {
    QueryToken* const last = out.empty() ? nullptr : &out.back();
    const bool after_number = last != nullptr && last->kind == TokenKind::kCondition &&
                              token.kind == TokenKind::kWord && is_unquoted(*last) &&
                              is_unquoted(token) && is_plain_number(last->literal.text);
    const std::string_view quantity = after_number ? quantity_of(*last) : "";
    if (quantity.empty() || !is_unit(token.literal.text)) {
      out.push_back(std::move(token));
      continue;
    }
    if (!is_unit_of(quantity, token.literal.text)) {
      const bool age = quantity == "age";
      throw query_error(
          token.span, '"' + shown_text(token.literal.text) + "\" is not a unit of " + last->field,
          age ? std::string(kExpectedTime) : std::string(expected_quantity(quantity)));
    }
    last->literal.text += token.literal.text;
    last->literal.pieces = {last->literal.text};
    const std::size_t end = token.span.column + token.span.length;
    last->literal.span.length = end - last->literal.span.column;
    last->span.length = end - last->span.column;
  }
  return out;
}

}  // namespace muster::server::query
