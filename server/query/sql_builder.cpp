// SPDX-License-Identifier: Apache-2.0
#include "server/query/sql_builder.h"

#include <list>

#include "server/facts/shown_record.h"
#include "server/query/sql_parts.h"

namespace muster::server::query {
namespace {

class Builder {
 public:
  Builder(store::Transaction& transaction, const store::ReadPoint& point, const QueryRights& rights)
      : point_(point),
        rights_(rights),
        binder_(point.values()),
        context_{transaction, point, binder_} {}

  ItemFilter run(const Node& root) {
    ItemFilter out;
    Sides sides = build(root);
    out.matches = std::move(sides.matches);
    out.possible = sides.possible.empty() ? out.matches : std::move(sides.possible);
    out.unknown = "0 = 1";
    if (!sides.unknown.empty())
      out.unknown = "((" + sides.unknown + ") AND " + could_report(point_) + ')';
    out.values = binder_.values();
    out.names_archived = names_archived_;
    return out;
  }

 private:
  Sides build(const Node& node) {
    switch (node.kind) {
      case NodeKind::kAnd:
        return build_and(node.children);
      case NodeKind::kOr: {
        std::vector<Sides> sides;
        for (const Node& child : node.children)
          sides.push_back(build(child));
        return join(sides, " OR ");
      }
      case NodeKind::kNot:
        return negated(build(node.children.front()));
      case NodeKind::kGroup:
        return build(node.children.front());
      case NodeKind::kWord:
        return word_leaf(context_, node.token.literal);
      case NodeKind::kCondition:
        break;
    }
    std::vector<Node> alone = {node};
    return build_and(alone);
  }

  // The conditions on one section that stand side by side speak of one row.
  Sides build_and(const std::vector<Node>& children) {
    std::vector<Sides> sides;
    std::list<Condition> conditions;  // a list, since the rows below point into it
    struct Rows {
      const inventory::SectionSchema* section;
      std::vector<const Condition*> conditions;
    };
    std::vector<Rows> rows;
    for (const Node& child : children) {
      if (child.kind != NodeKind::kCondition) {
        sides.push_back(build(child));
        continue;
      }
      if (is_missing(child.token)) {
        sides.push_back(missing(check_missing(child.token, rights_)));
        continue;
      }
      const Condition& condition =
          conditions.emplace_back(check_condition(child.token, point_.at_ms, rights_));
      refuse_second_equality(conditions);
      if (condition.field->home != FieldHome::kSection) {
        names_archived_ = names_archived_ || condition.field->home == FieldHome::kArchived;
        sides.push_back(item_leaf(context_, condition));
        continue;
      }
      auto same = rows.begin();
      while (same != rows.end() && same->section != condition.field->section)
        ++same;
      if (same == rows.end()) same = rows.insert(rows.end(), {condition.field->section, {}});
      same->conditions.push_back(&condition);
    }
    for (const Rows& one : rows)
      sides.push_back(section_leaf(context_, *one.section, one.conditions));
    return join(sides, " AND ");
  }

  Sides missing(const Missing& what) {
    if (what.section != nullptr) return negated(section_leaf(context_, *what.section, {}));
    Condition any;
    any.field = what.field;
    any.anything = true;
    names_archived_ = names_archived_ || what.field->home == FieldHome::kArchived;
    return negated(item_leaf(context_, any));
  }

  // One row cannot have two values of one field.
  static void refuse_second_equality(const std::list<Condition>& conditions) {
    const Condition& last = conditions.back();
    if (!last.is_equality() || last.field->type == QueryType::kTextList || last.field->words ||
        last.field->home == FieldHome::kSectionStatus || last.field->home == FieldHome::kClass)
      return;
    for (const Condition& other : conditions) {
      if (&other == &last || other.field != last.field || !other.is_equality()) continue;
      const auto group = [](const Condition& c) {
        return '(' + c.field->name + std::string(to_string(c.op)) + shown_text(c.literal.text) +
               ')';
      };
      const bool rows = last.field->home == FieldHome::kSection;
      const std::string instead =
          rows ? group(other) + ' ' + group(last) : group(other) + " OR " + group(last);
      throw query_error(last.span,
                        last.field->name + " is compared twice in one group, and " +
                            (rows ? "one row has" : "an item has") + " one value",
                        rows ? "a group for each row: " + instead : "OR between them: " + instead);
    }
  }

  static Sides join(const std::vector<Sides>& sides, std::string_view word) {
    if (sides.empty()) return {"1 = 1", ""};
    if (sides.size() == 1) return sides.front();
    Sides out;
    bool differ = false;
    for (const Sides& one : sides) {
      const bool first = out.matches.empty();
      out.matches += first ? "(" : std::string(word);
      out.matches += one.matches;
      out.possible += first ? "(" : std::string(word);
      out.possible += one.possible.empty() ? one.matches : one.possible;
      differ = differ || !one.possible.empty();
      if (!one.unknown.empty() && out.unknown.find(one.unknown) == std::string::npos)
        out.unknown += (out.unknown.empty() ? "" : " OR ") + one.unknown;
    }
    out.matches += ')';
    out.possible += ')';
    if (!differ) out.possible.clear();
    return out;
  }

  // What is not even possible does not match; what does not match for sure is possible.
  static Sides negated(const Sides& sides) {
    if (sides.possible.empty()) return {"NOT (" + sides.matches + ')', ""};
    return {"NOT (" + sides.possible + ')', "NOT (" + sides.matches + ')', sides.unknown};
  }

  const store::ReadPoint& point_;
  const QueryRights& rights_;
  Binder binder_;
  BuildContext context_;
  bool names_archived_ = false;
};

}  // namespace

ItemFilter build_filter(store::Transaction& transaction, std::string_view query,
                        const store::ReadPoint& point, const QueryRights& rights) {
  return Builder(transaction, point, rights).run(parse_query(query));
}

}  // namespace muster::server::query
