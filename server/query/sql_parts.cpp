// SPDX-License-Identifier: Apache-2.0
#include "server/query/sql_parts.h"

#include <algorithm>

#include "common/json/write.h"
#include "server/facts/version_order.h"

namespace muster::server::query {
namespace {

// Limits: values that one condition may be resolved to, and values that are read to find them.
constexpr std::size_t kValuesFound = 16'384;
constexpr std::size_t kValuesRead = 500'000;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// Both sides pass the database's lower(), so that they agree whichever alphabets it covers.
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

// Lists are stored as ["a","b"]. Without brackets and between commas, every element stands between
// `,"` and `",`, the first and the last one included.
std::string list_test(Binder& binder, const std::string& column, const Condition& condition) {
  const std::string list = "(',' || substr(" + column + ", 2, length(" + column + ") - 2) || ',')";
  if (condition.op == Operator::kSubstring)
    return like(binder, list, '%' + escaped(in_json(condition.literal.text)) + '%');
  if (condition.op == Operator::kEqual || condition.op == Operator::kNotEqual) {
    // replace() instead of a search: LIKE ignores case on SQLite, and the function that finds a
    // text has another name on each database.
    return "replace(" + list + ", " + binder.bind(",\"" + in_json(condition.literal.text) + "\",") +
           ", '') " + (condition.op == Operator::kEqual ? "<>" : "=") + ' ' + list;
  }
  std::vector<std::string> pieces;
  for (const std::string& piece : condition.literal.pieces)
    pieces.push_back(in_json(piece));
  return like(binder, list, "%,\"" + like_pattern(pieces) + "\",%");
}

// Compares the column with the forms in which the literal may be stored (text_forms.h).
std::string forms_test(Binder& binder, const std::string& column, const Condition& condition) {
  const TextForms& forms = *condition.forms;
  std::string text = "lower(" + column + ')';
  const auto like_any = [&](const std::string& pattern) {
    return text + " LIKE " + binder.bind(pattern) + " ESCAPE '\\'";
  };
  std::string out;
  if (forms.network) {
    const std::vector<std::string> patterns = like_patterns(*forms.network).value();
    for (const std::string& pattern : patterns)
      out += (out.empty() ? "" : " OR ") + like_any(pattern);
    return '(' + out + ')';
  }
  if (!forms.same.empty()) {
    const std::vector<store::SqlValue> values(forms.same.begin(), forms.same.end());
    if (condition.op == Operator::kNotEqual)
      return text + " NOT IN (" + binder.bind_list(values) + ')';
    out = text + " IN (" + binder.bind_list(values) + ')';
    if (forms.pieces.empty()) return out;
    out += " OR ";
  }
  if (forms.bare) {
    text = "replace(" + text + ", '" + std::string(separator_of(condition.field->kind)) + "', '')";
  }
  return '(' + out + like_any(like_pattern(forms.pieces)) + ')';
}

std::string text_test(Binder& binder, const std::string& column, const Condition& condition) {
  if (condition.forms) return forms_test(binder, column, condition);
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

std::string Binder::bind(store::SqlValue value) {
  values_.push_back(std::move(value));
  return '?' + std::to_string(values_.size());
}

std::string Binder::bind_list(const std::vector<store::SqlValue>& list) {
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

bool needs_addresses(const Condition& condition) {
  if (!condition.forms || condition.field->kind != inventory::TextKind::kIpAddress) return false;
  const TextForms& forms = *condition.forms;
  if (forms.network) return !like_patterns(*forms.network);
  // The stored form of IPv6 leaves out groups of zeros, which a pattern may name.
  return std::any_of(forms.pieces.begin(), forms.pieces.end(),
                     [](const std::string& piece) { return piece.find(':') != std::string::npos; });
}

bool version_matches(const Condition& condition, std::string_view manager, std::string_view row) {
  const auto order = facts::compare_with_literal(
      facts::ecosystem_of(condition.field->kind, manager), row, condition.literal.text);
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

std::string compared_values_test(BuildContext& context, const std::string& column,
                                 const std::string& distinct_sql, const Condition& condition) {
  std::vector<store::SqlValue> found;
  std::size_t read = 0;
  const bool addresses = needs_addresses(condition);
  context.transaction.query(
      distinct_sql + " LIMIT " + std::to_string(kValuesRead + 1), {},
      [&](const store::ResultRow& row) {
        ++read;
        const std::string_view text = row.text(0);
        if (addresses ? ip_fits(*condition.forms, text) : version_matches(condition, "", text))
          found.emplace_back(text);
      });
  if (found.empty()) return "0 = 1";
  if (found.size() > kValuesFound || read > kValuesRead) {
    throw query_error(
        condition.span,
        std::string("too many ") + (addresses ? "addresses" : "versions") + " compare so",
        addresses ? "a smaller network" : "another condition that leaves fewer");
  }
  return column + " IN (" + context.binder.bind_list(found) + ')';
}

}  // namespace muster::server::query
