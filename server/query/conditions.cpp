// SPDX-License-Identifier: Apache-2.0
#include "server/query/conditions.h"

#include <algorithm>

#include "common/support/suggest.h"
#include "common/support/text.h"
#include "server/model/classes.h"
#include "server/query/literal_values.h"

namespace muster::server::query {
namespace {

constexpr std::size_t kWildcards = 8;  // in one value; each makes a comparison more expensive
constexpr std::size_t kOffered = 3;

std::string joined(const std::vector<std::string>& words, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? ' ' + std::string(last) + ' ' : ", ";
    out += words[i];
  }
  return out;
}

std::string shown(const Literal& literal) {
  return '"' + shown_text(literal.text) + '"';
}

std::vector<std::string> all_names(bool with_sections) {
  std::vector<std::string> out;
  for (const QueryField& field : query_fields())
    out.push_back(field.name);
  if (with_sections) {
    for (const auto& section : inventory::section_schemas())
      out.emplace_back(section.name);
  }
  return out;
}

Error unknown_field(const Span& where, std::string_view name, bool with_sections) {
  const std::vector<std::string> near = nearest(name, all_names(with_sections), kOffered);
  const std::string offered =
      near.empty() ? "an item field such as name, os, owner, or section.field such as packages.name"
                   : joined(near, "or");
  std::string what = "there is no field \"" + shown_text(name) + '"';
  if (!near.empty()) what += "; did you mean " + offered + '?';
  return query_error(where, what, offered);
}

Error wrong_operator(const Condition& condition, std::string_view expected) {
  return query_error(
      condition.span,
      condition.field->name + " cannot be compared with " + std::string(to_string(condition.op)),
      std::string(expected));
}

bool is_order(Operator op) {
  return op == Operator::kLess || op == Operator::kLessEqual || op == Operator::kGreater ||
         op == Operator::kGreaterEqual;
}

// The numbers that satisfy `op` against a value that stands for all from `first` to `last` (a date
// is a whole day): "<" means before the first, "<=" up to the last.
Range range_of(Operator op, std::int64_t first, std::int64_t last) {
  switch (op) {
    case Operator::kLess:
      return {std::nullopt, first - 1, false};
    case Operator::kLessEqual:
      return {std::nullopt, last, false};
    case Operator::kGreater:
      return {last + 1, std::nullopt, false};
    case Operator::kGreaterEqual:
      return {first, std::nullopt, false};
    case Operator::kNotEqual:
      return {first, last, true};
    case Operator::kMatch:
    case Operator::kEqual:
    case Operator::kSubstring:
      break;
  }
  return {first, last, false};
}

// The operator on times for one on ages: a smaller age is a later time.
Operator turned(Operator op) {
  switch (op) {
    case Operator::kLess:
      return Operator::kGreater;
    case Operator::kLessEqual:
      return Operator::kGreaterEqual;
    case Operator::kGreater:
      return Operator::kLess;
    case Operator::kGreaterEqual:
      return Operator::kLessEqual;
    default:
      return op;
  }
}

void check_integer(Condition& condition) {
  if (condition.op == Operator::kSubstring)
    throw wrong_operator(condition, "one of : = != < <= > >=");
  const std::string& unit = condition.field->unit;
  const auto number = parse_quantity(condition.literal.text, unit);
  if (!number) {
    throw query_error(condition.literal.span,
                      shown(condition.literal) + " is not a " +
                          (unit == "bytes" ? "size"
                           : unit == "MHz" ? "clock rate"
                                           : "number"),
                      std::string(expected_quantity(unit)));
  }
  condition.range = range_of(condition.op, *number, *number);
}

void check_time(Condition& condition, std::int64_t at_ms) {
  if (condition.op == Operator::kSubstring)
    throw wrong_operator(condition, "one of : = != < <= > >=");
  if (const auto age = parse_age(condition.literal.text)) {
    if (!is_order(condition.op)) throw wrong_operator(condition, "< <= > or >= with an age");
    const std::int64_t then = at_ms - *age;
    condition.range = range_of(turned(condition.op), then, then);
    return;
  }
  const auto span = parse_time_span(condition.literal.text);
  if (!span) {
    throw query_error(condition.literal.span, shown(condition.literal) + " is no time and no age",
                      std::string(kExpectedTime));
  }
  condition.range = range_of(condition.op, span->first_ms, span->last_ms);
}

void check_boolean(Condition& condition) {
  if (is_order(condition.op) || condition.op == Operator::kSubstring)
    throw wrong_operator(condition, "one of : = !=");
  const auto truth = parse_truth(condition.literal.text);
  if (!truth) {
    throw query_error(condition.literal.span, shown(condition.literal) + " is neither yes nor no",
                      "yes or no");
  }
  condition.truth = (condition.op == Operator::kNotEqual) != *truth;
}

void check_enum(const Condition& condition) {
  if (is_order(condition.op)) throw wrong_operator(condition, "one of : = != ~");
  if (condition.op == Operator::kSubstring || condition.literal.has_wildcard()) return;
  const std::string word = lower_ascii(condition.literal.text);
  const auto& values = condition.field->values;
  if (std::find(values.begin(), values.end(), word) != values.end()) return;
  const std::vector<std::string> names(values.begin(), values.end());
  throw query_error(condition.literal.span,
                    shown(condition.literal) + " is not a value of " + condition.field->name,
                    joined(names, "or"));
}

void check_list(const Condition& condition) {
  if (is_order(condition.op)) throw wrong_operator(condition, "one of : = != ~");
  const auto& pieces = condition.literal.pieces;
  // Otherwise a pattern over the list's text could begin in one element and end in another.
  if (condition.op == Operator::kMatch &&
      (pieces.size() > 3 ||
       (pieces.size() == 3 && (!pieces.front().empty() || !pieces.back().empty())) ||
       (pieces.size() == 2 && !pieces.front().empty() && !pieces.back().empty()))) {
    throw query_error(condition.literal.span,
                      condition.field->name + " is a list, in which * cannot stand in the middle",
                      "a * at the beginning or at the end");
  }
}

// A value that fits no section and status is refused, with wildcards too, since the set is fixed.
void check_section_status(const Condition& condition) {
  static constexpr std::string_view kStatuses[] = {"ok",     "partial",        "denied",  "timeout",
                                                   "failed", "not_applicable", "disabled"};
  if (condition.op != Operator::kMatch && condition.op != Operator::kEqual) return;
  std::vector<std::string> pieces = condition.literal.pieces;
  for (std::string& piece : pieces)
    piece = lower_ascii(piece);
  for (const auto& section : inventory::section_schemas()) {
    for (const std::string_view status : kStatuses) {
      if (fits(std::string(section.name) + '.' + std::string(status), pieces)) return;
    }
  }
  throw query_error(condition.literal.span,
                    shown(condition.literal) + " is not a section with a status",
                    "section.status, such as packages.failed; the status is one of ok, partial, "
                    "denied, timeout, failed, not_applicable, disabled");
}

bool names_a_class(const Condition& condition) {
  const Literal& literal = condition.literal;
  switch (condition.op) {
    case Operator::kMatch: {
      // A part of the path, between its dots.
      std::vector<std::string> pieces = literal.pieces;
      for (std::string& piece : pieces)
        piece = lower_ascii(piece);
      pieces.front() = '.' + pieces.front();
      pieces.back() += '.';
      pieces.insert(pieces.begin(), "");
      pieces.emplace_back("");
      return std::any_of(model::item_classes().begin(), model::item_classes().end(),
                         [&](const model::ItemClass& each) {
                           return fits('.' + std::string(each.name) + '.', pieces);
                         });
    }
    case Operator::kSubstring:
      return std::any_of(model::item_classes().begin(), model::item_classes().end(),
                         [&](const model::ItemClass& each) {
                           return each.name.find(lower_ascii(literal.text)) !=
                                  std::string_view::npos;
                         });
    default:
      return model::find_class(literal.text) != nullptr;
  }
}

void check_class(const Condition& condition) {
  if (names_a_class(condition)) return;
  const bool path = condition.op == Operator::kEqual || condition.op == Operator::kNotEqual;
  const std::vector<std::string> near = model::near_classes(condition.literal.text, path);
  const std::string offered =
      near.empty() ? path ? "a whole path such as hardware.computer.laptop"
                          : "a class or a part of its path, such as laptop, computer.server"
                   : joined(near, "or");
  std::string what = "there is no class " + shown(condition.literal);
  if (!near.empty()) what += "; did you mean " + offered + '?';
  throw query_error(condition.literal.span, what, offered);
}

// Dates as YYYY-MM-DD are compared as text. A year or a month stands for all its days, so a day in
// it is not after it.
void check_date_order(Condition& condition) {
  constexpr std::string_view kLongest = "2026-11-23";
  std::string& text = condition.literal.text;
  bool good = text.size() == 4 || text.size() == 7 || text.size() == kLongest.size();
  for (std::size_t i = 0; good && i < text.size(); ++i)
    good = (i == 4 || i == 7) ? text[i] == '-' : is_digit(text[i]);
  if (!good) {
    throw query_error(condition.literal.span, shown(condition.literal) + " is not a date",
                      "a date such as 2026-11-23, a month such as 2026-11, or a year");
  }
  if (condition.op == Operator::kGreater || condition.op == Operator::kLessEqual)
    text += std::string_view("0000-99-99").substr(text.size());
}

void check_text(Condition& condition) {
  const QueryField& field = *condition.field;
  if (is_order(condition.op)) {
    if (field.kind != inventory::TextKind::kDate)
      throw wrong_operator(condition, "one of : = != ~, since it is text without an order");
    check_date_order(condition);
  }
  if (field.home == FieldHome::kSectionStatus) check_section_status(condition);
  if (field.home == FieldHome::kClass) check_class(condition);
  if (!has_forms(field.kind)) return;
  condition.forms = text_forms(field.kind, condition.literal, condition.op);
  if (!condition.forms) {
    throw query_error(condition.literal.span,
                      shown(condition.literal) + " cannot be " + std::string(name_of(field.kind)),
                      std::string(expected_form(field.kind)));
  }
}

}  // namespace

bool is_about_persons(const inventory::SectionSchema* section) {
  return section != nullptr && section->privacy != inventory::Privacy::kNone;
}

void require_rights(const inventory::SectionSchema* section, const QueryRights& rights) {
  if (rights.personal || !is_about_persons(section)) return;
  throw Error(Status::kForbidden, "personal_section",
              "The section " + std::string(section->name) +
                  " holds personal data. Asking about it needs the permission to read it.");
}

bool is_missing(const QueryToken& token) {
  return lower_ascii(token.field) == "missing";
}

Missing check_missing(const QueryToken& token, const QueryRights& rights) {
  if (token.op != Operator::kMatch) {
    throw query_error(token.span, "missing is followed by a section or a field",
                      "as in missing:disks or missing:os.domain");
  }
  const std::string name = lower_ascii(token.literal.text);
  Missing out;
  out.section = inventory::find_section(name);
  if (out.section == nullptr) out.field = find_query_field(name);
  if (out.section == nullptr && out.field == nullptr)
    throw unknown_field(token.literal.span, token.literal.text, true);
  require_rights(out.section != nullptr ? out.section : out.field->section, rights);
  return out;
}

Condition check_condition(const QueryToken& token, std::int64_t at_ms, const QueryRights& rights) {
  Condition out;
  out.field = find_query_field(token.field);
  if (out.field == nullptr) throw unknown_field(token.field_span, token.field, false);
  require_rights(out.field->section, rights);
  out.op = token.op;
  out.literal = token.literal;
  out.span = token.span;
  if (out.op != Operator::kMatch)  // only `:` has wildcards; elsewhere * is the character
    out.literal.pieces = {out.literal.text};
  if (out.literal.text.empty()) {
    throw query_error(token.span, "the value is empty",
                      "a value, or missing:" + out.field->name + " for items without one");
  }
  if (out.literal.pieces.size() > kWildcards + 1) {
    throw query_error(token.literal.span, "there are too many *",
                      "at most " + std::to_string(kWildcards) + " of them");
  }
  if (out.op == Operator::kMatch && out.literal.is_anything()) {
    out.anything = true;
    return out;
  }
  switch (out.field->type) {
    case QueryType::kInteger:
      check_integer(out);
      break;
    case QueryType::kTime:
      check_time(out, at_ms);
      break;
    case QueryType::kBoolean:
      check_boolean(out);
      break;
    case QueryType::kEnum:
      check_enum(out);
      break;
    case QueryType::kTextList:
      check_list(out);
      break;
    case QueryType::kText:
      check_text(out);
      break;
    case QueryType::kVersion:
      break;
  }
  return out;
}

}  // namespace muster::server::query
