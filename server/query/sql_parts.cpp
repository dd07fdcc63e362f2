// SPDX-License-Identifier: Apache-2.0
#include "server/query/sql_parts.h"

#include "common/json/write.h"
#include "server/query/version_order.h"

namespace muster::server {
namespace {

// Ids or versions that one condition may come down to.
constexpr std::size_t kVersionsFound = 16'384;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// Both sides by the database's lower(), so that they agree whatever it knows of alphabets.
std::string like(Binder& binder, const std::string& column, const std::string& pattern) {
  return "lower(" + column + ") LIKE lower(" + binder.bind(pattern) + ") ESCAPE '\\'";
}

std::string range_test(Binder& binder, const std::string& column, const Range& range) {
  const auto bound = [&](const char* sign, std::int64_t value) {
    return column + ' ' + sign + ' ' + binder.bind(value);
  };
  if (range.outside) return '(' + bound("<", *range.least) + " OR " + bound(">", *range.most) + ')';
  std::string out;
  if (range.least) out = bound(">=", *range.least);
  if (range.most) out += (out.empty() ? "" : " AND ") + bound("<=", *range.most);
  return '(' + out + ')';
}

// A piece of an element as it stands in the list's JSON text, without the quotes.
std::string in_json(std::string_view text) {
  std::string out;
  append_json_text(out, text);
  return out.substr(1, out.size() - 2);
}

// Lists are kept as ["a","b"]; ',"a","b",' has every element between `,"` and `",`.
std::string list_test(Binder& binder, const std::string& column, const Condition& condition) {
  const std::string list = "(',' || substr(" + column + ", 2, length(" + column + ") - 2) || ',')";
  if (condition.op == Operator::kSubstring)
    return like(binder, list, '%' + escaped(in_json(condition.literal.text)) + '%');
  if (condition.op == Operator::kEqual || condition.op == Operator::kNotEqual) {
    // LIKE would not tell capitals apart on SQLite, and no function that finds a text has one name
    // on both databases.
    return "replace(" + list + ", " + binder.bind(",\"" + in_json(condition.literal.text) + "\",") +
           ", '') " + (condition.op == Operator::kEqual ? "<>" : "=") + ' ' + list;
  }
  std::vector<std::string> pieces;
  for (const std::string& piece : condition.literal.pieces)
    pieces.push_back(in_json(piece));
  return like(binder, list, "%,\"" + like_pattern(pieces) + "\",%");
}

std::string text_test(Binder& binder, const std::string& column, const Condition& condition) {
  const Literal& literal = condition.literal;
  switch (condition.op) {
    case Operator::kMatch:
      if (literal.has_wildcard()) return like(binder, column, like_pattern(literal.pieces));
      return "lower(" + column + ") = lower(" + binder.bind(literal.text) + ')';
    case Operator::kSubstring:
      return like(binder, column, '%' + escaped(literal.text) + '%');
    case Operator::kEqual:
      return column + " = " + binder.bind(literal.text);
    case Operator::kNotEqual:
      return column + " <> " + binder.bind(literal.text);
    default:
      return column + ' ' + std::string(to_string(condition.op)) + ' ' + binder.bind(literal.text);
  }
}

}  // namespace

std::string Binder::bind(SqlValue value) {
  values_.push_back(std::move(value));
  return '?' + std::to_string(values_.size());
}

std::string Binder::bind_list(const std::vector<SqlValue>& list) {
  std::size_t size = 1;
  while (size < list.size())
    size *= 2;
  std::string out;
  for (std::size_t i = 0; i < size; ++i)
    out += (i == 0 ? "" : ", ") + bind(list[std::min(i, list.size() - 1)]);
  return out;
}

std::string like_pattern(const std::vector<std::string>& pieces) {
  std::string out;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    out += (i == 0 ? "" : "%") + escaped(pieces[i]);
  return out;
}

std::string column_test(Binder& binder, const std::string& column, const Condition& condition) {
  if (condition.anything) return column + " IS NOT NULL";
  if (condition.range) return range_test(binder, column, *condition.range);
  if (condition.truth) return column + " = " + binder.bind(*condition.truth);
  if (condition.field->type == QueryType::kTextList) return list_test(binder, column, condition);
  return text_test(binder, column, condition);
}

bool needs_versions(const Condition& condition) {
  if (condition.field->type != QueryType::kVersion || condition.anything) return false;
  switch (condition.op) {
    case Operator::kMatch:
      return !condition.literal.has_wildcard();
    case Operator::kEqual:
    case Operator::kNotEqual:
    case Operator::kSubstring:
      return false;
    default:
      return true;
  }
}

bool version_matches(const Condition& condition, std::string_view manager, std::string_view row) {
  const auto order = compare_with_literal(ecosystem_of(manager), row, condition.literal.text);
  switch (condition.op) {
    case Operator::kLess:
      return order < 0;
    case Operator::kLessEqual:
      return order <= 0;
    case Operator::kGreater:
      return order > 0;
    case Operator::kGreaterEqual:
      return order >= 0;
    default:
      return order == 0;
  }
}

std::string version_test(BuildContext& context, const std::string& column,
                         const std::string& distinct_sql, const Condition& condition) {
  std::vector<SqlValue> found;
  context.session.query(distinct_sql, {}, [&](const ResultRow& row) {
    if (version_matches(condition, "", row.text(0))) found.emplace_back(row.text(0));
  });
  if (found.empty()) return "0 = 1";
  if (found.size() > kVersionsFound) {
    throw query_error(condition.span, "too many versions compare so",
                      "another condition that leaves fewer");
  }
  return column + " IN (" + context.binder.bind_list(found) + ')';
}

}  // namespace muster::server
