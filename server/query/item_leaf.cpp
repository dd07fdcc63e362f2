// SPDX-License-Identifier: Apache-2.0
// Conditions on item fields that are not one field of a section, and words.
#include <algorithm>

#include "common/support/text.h"
#include "server/facts/shown_record.h"
#include "server/model/classes.h"
#include "server/query/sql_parts.h"

namespace muster::server::query {
namespace {

using inventory::SectionSchema;

const SectionSchema& section_named(std::string_view name) {
  const SectionSchema* const section = inventory::find_section(name);
  if (section == nullptr)
    throw Error(Status::kInternal, "internal", "There is no section " + std::string(name) + '.');
  return *section;
}

// Items whose winning value of `attribute` (a constant) passes `test`, SQL over v.value.
std::string items_with_value(std::string_view attribute, const std::string& test,
                             const store::ReadPoint& point) {
  return "i.item_id IN (SELECT a.item_id FROM item_values v CROSS JOIN assignments a WHERE "
         "a.source_record = v.source_record AND v.attribute = '" +
         std::string(attribute) + "' AND " + test + " AND " + point.holds("v") + " AND " +
         point.holds("a") + " AND " + facts::is_winning("v", "a", point) + ')';
}

std::string has_value(std::string_view attribute, const store::ReadPoint& point) {
  return items_with_value(attribute, "v.value IS NOT NULL", point);
}

std::string has_agent(const store::ReadPoint& point) {
  return "EXISTS (SELECT 1 FROM assignments a JOIN source_records k ON k.source_record = "
         "a.source_record WHERE a.item_id = i.item_id AND k.kind = 'agent' AND " +
         point.holds("a") + ')';
}

// An item's name is the entered one, else the host name, else "item N"; so it is never
// undetermined.
Sides name_leaf(BuildContext& context, const Condition& condition) {
  if (condition.anything) return {"1 = 1"};
  const store::ReadPoint& point = context.point;
  const SectionSchema& os = section_named("os");
  const auto test = [&](const std::string& column) {
    return column_test(context.binder, column, condition);
  };
  return {'(' + items_with_value("name", test("v.value"), point) + " OR (NOT " +
          has_value("name", point) + " AND (" + items_with_row(os, test("r.\"hostname\""), point) +
          " OR (" + test("('item ' || i.item_id)") + " AND NOT " +
          items_with_row(os, "r.\"hostname\" IS NOT NULL", point) + "))))"};
}

// `:` with a class matches all classes below it; `=` and `~` compare the path as text.
std::string class_test(Binder& binder, const std::string& column, const Condition& condition) {
  if (condition.op != Operator::kMatch) return column_test(binder, column, condition);
  std::vector<std::string> pieces = condition.literal.pieces;
  pieces.front() = '.' + pieces.front();
  pieces.back() += '.';
  pieces.insert(pieces.begin(), "");
  pieces.emplace_back("");
  return "('.' || lower(" + column + ") || '.') LIKE lower(" + binder.bind(like_pattern(pieces)) +
         ") ESCAPE '\\'";
}

Sides class_leaf(BuildContext& context, const Condition& condition) {
  const store::ReadPoint& point = context.point;
  const SectionSchema& system = section_named("system");
  const std::string entered = has_value("class", point);
  if (condition.anything) return {'(' + entered + " OR " + has_agent(point) + ')'};
  const std::string base = '\'' + std::string(model::kComputerClass) + '\'';
  const std::string matches =
      '(' + items_with_value("class", class_test(context.binder, "v.value", condition), point) +
      " OR (NOT " + entered + " AND (" +
      items_with_row(system, class_test(context.binder, model::derived_class_sql("r"), condition),
                     point) +
      " OR (" + class_test(context.binder, base, condition) + " AND " + has_agent(point) +
      " AND NOT " + items_with_row(system, "1 = 1", point) + "))))";
  // The fields from which the class is derived are not known.
  const std::string unknown =
      "(NOT " + facts::is_known(system, "i.item_id", point) + " AND NOT " +
      items_with_row(system,
                     "(r.\"virtualization\" <> 'none' OR (r.\"virtualization\" IS NOT NULL AND "
                     "r.\"chassis_type\" IS NOT NULL))",
                     point) +
      ')';
  return {matches,
          Sides::Doubt{'(' + matches + " OR (NOT " + entered + " AND " + unknown + "))", unknown}};
}

Sides archived_leaf(BuildContext& context, const Condition& condition) {
  const std::string yes = facts::is_archived(context.point);
  if (condition.anything || *condition.truth) return {yes};
  return {"NOT " + yes};
}

Sides seen_leaf(BuildContext& context, const Condition& condition) {
  const std::string seen = facts::last_seen("i.item_id", context.point);
  if (condition.anything) return {seen + " IS NOT NULL"};
  return {'(' + seen + " IS NOT NULL AND " + column_test(context.binder, seen, condition) + ')'};
}

// Only the present version is kept: under at= it is undetermined for every machine.
Sides agent_version_leaf(BuildContext& context, const Condition& condition) {
  const store::ReadPoint& point = context.point;
  if (!point.is_now) return {"0 = 1", Sides::Doubt{has_agent(point), has_agent(point)}};
  const std::string column = "g.agent_version";
  const std::string test =
      needs_versions(condition)
          ? compared_values_test(context, column,
                                 "SELECT DISTINCT g.agent_version FROM agent_state g", condition)
          : column_test(context.binder, column, condition);
  return {
      "i.item_id IN (SELECT a.item_id FROM agent_state g CROSS JOIN assignments a WHERE "
      "a.source_record = g.source_record AND " +
      test + " AND " + point.holds("a") + ')'};
}

Sides section_status_leaf(BuildContext& context, const Condition& condition) {
  const store::ReadPoint& point = context.point;
  std::string test = column_test(context.binder, "(s.section || '.' || s.status)", condition);
  if (condition.is_equality()) {  // the index over section and status answers it
    const std::string text = lower_ascii(condition.literal.text);
    const std::size_t dot = text.find('.');
    test = "s.section = " + context.binder.bind(text.substr(0, dot)) +
           " AND s.status = " + context.binder.bind(text.substr(dot + 1));
  }
  return {
      "i.item_id IN (SELECT a.item_id FROM section_status s CROSS JOIN assignments a WHERE "
      "a.source_record = s.source_record AND " +
      test + " AND " + point.holds("s") + " AND " + point.holds("a") + ')'};
}

const QueryField& field_named(std::string_view name) {
  const QueryField* const field = find_query_field(name);
  if (field == nullptr)
    throw Error(Status::kInternal, "internal", "There is no field " + std::string(name) + '.');
  return *field;
}

// Fields in whose text a word is looked for; those of one section share a row of the table.
constexpr std::string_view kWordFields[][3] = {{"hostname"}, {"serial", "tag", "model"}};
// Fields that are searched only for a word that looks like a value of their kind, in any spelling.
constexpr std::string_view kAddressFields[] = {"ip", "mac", "uuid"};

}  // namespace

std::string could_report(const store::ReadPoint& point) {
  const std::string computer(model::kComputerClass);
  return '(' + has_agent(point) + " OR " +
         items_with_value("class",
                          "(v.value = '" + computer + "' OR v.value LIKE '" + computer + ".%')",
                          point) +
         ')';
}

Sides item_leaf(BuildContext& context, const Condition& condition) {
  switch (condition.field->home) {
    case FieldHome::kValue:
      return {items_with_value(condition.field->name,
                               column_test(context.binder, "v.value", condition), context.point)};
    case FieldHome::kId:
      return {column_test(context.binder, "i.item_id", condition)};
    case FieldHome::kName:
      return name_leaf(context, condition);
    case FieldHome::kClass:
      return class_leaf(context, condition);
    case FieldHome::kArchived:
      return archived_leaf(context, condition);
    case FieldHome::kSeen:
      return seen_leaf(context, condition);
    case FieldHome::kAgentVersion:
      return agent_version_leaf(context, condition);
    case FieldHome::kSectionStatus:
      return section_status_leaf(context, condition);
    case FieldHome::kSection:
      break;
  }
  return section_leaf(context, *condition.field->section, {&condition});
}

Sides word_leaf(BuildContext& context, const Literal& word) {
  std::vector<std::string> pieces = word.pieces;
  if (!word.has_wildcard()) {
    pieces.insert(pieces.begin(), "");
    pieces.emplace_back("");
  }
  const std::string pattern = context.binder.bind(like_pattern(pieces));
  const auto like = [&](const std::string& column) {
    return "lower(" + column + ") LIKE lower(" + pattern + ") ESCAPE '\\'";
  };
  const store::ReadPoint& point = context.point;
  std::string out = '(' + items_with_value("name", like("v.value"), point);
  for (const auto& names : kWordFields) {
    const SectionSchema& section = *field_named(names[0]).section;
    std::string test;
    for (const std::string_view name : names) {
      if (name.empty()) continue;
      for (const std::size_t index : field_named(name).columns) {
        test += (test.empty() ? "" : " OR ") +
                like("r.\"" + std::string(section.fields[index].name) + '"');
      }
    }
    out += " OR " + items_with_row(section, '(' + test + ')', point);
  }
  if (const auto id = parse_integer(word.text))
    out += " OR i.item_id = " + context.binder.bind(*id);
  for (const std::string_view name : kAddressFields) {
    Condition condition;
    condition.field = &field_named(name);
    condition.literal = word;
    condition.span = word.span;
    if (!reads_as(condition.field->kind, word)) continue;
    condition.forms = text_forms(condition.field->kind, word, condition.op);
    out +=
        " OR " + items_with_row(*condition.field->section, own_row_test(context, condition), point);
  }
  return {out + ')'};
}

}  // namespace muster::server::query
