// SPDX-License-Identifier: Apache-2.0
// A condition whose field exists and whose value has the field's type. It stands between the parser
// and the SQL: a wrong name, operator or value is refused here, with a suggestion. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "server/query/fields.h"
#include "server/query/lexer.h"
#include "server/query/text_forms.h"

namespace muster::server::query {

// Whole numbers (and milliseconds) from `least` to `most`, or those outside it.
struct Range {
  std::optional<std::int64_t> least;
  std::optional<std::int64_t> most;
  bool outside = false;
};

struct Condition {
  const QueryField* field = nullptr;
  Operator op = Operator::kMatch;
  Literal literal;
  Span span;                       // of the whole condition
  bool anything = false;           // field:*, any value
  std::optional<Range> range;      // kInteger, kTime
  std::optional<bool> truth;       // kBoolean
  std::optional<TextForms> forms;  // of kinds that can be written in several ways

  bool is_equality() const {
    return !literal.has_wildcard() && !(forms && forms->network) &&
           (op == Operator::kMatch || op == Operator::kEqual);
  }
};

// What the principal may ask about.
struct QueryRights {
  bool personal = false;  // personal and sensitive sections (model.md section 8)
};

// `missing:X`: a field without a value, or a section without any row.
struct Missing {
  const QueryField* field = nullptr;  // one of the two is set
  const inventory::SectionSchema* section = nullptr;
};

// Personal and sensitive sections are about persons; nullptr: no section.
bool is_about_persons(const inventory::SectionSchema* section);

// Error forbidden when the section is about persons and the right is missing.
void require_rights(const inventory::SectionSchema* section, const QueryRights& rights);

bool is_missing(const QueryToken& token);
Missing check_missing(const QueryToken& token, const QueryRights& rights);

// Throws Error invalid_query; Error forbidden for a field of a personal section without the right.
Condition check_condition(const QueryToken& token, std::int64_t at_ms, const QueryRights& rights);

}  // namespace muster::server::query
