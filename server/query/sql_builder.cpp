// SPDX-License-Identifier: Apache-2.0
// The tree of a query becomes SQL with three outcomes: an item matches, does not match, or is
// undetermined. Each node yields a pair of conditions, Sides (`possible` in its Doubt):
//
//   matches     the item matches, whatever is not known of it
//   possible    it matches or is undetermined; so undetermined is "possible AND NOT matches"
//
//   AND, OR     side by side: the `matches` of all, the `possible` of all (join)
//   NOT         the sides change places: `matches` is NOT possible, `possible` is NOT matches
//               (negated)
//
// This is Kleene's logic, node by node: "x OR NOT x" is undetermined where x is.
//
// Conditions on one section that stand side by side in one AND are about one row, so build_and
// collects them and makes one leaf for each section. Parentheses make a node of their own, and so
// another row: "(packages.name:apache2) (packages.name:php)" (model.md section 7).
//
// Invariants: `matches` implies `possible`, in each leaf and so in the whole. A leaf is true or
// false, never NULL; else NOT would lose items. Sides without a Doubt are determined for every
// item: `possible` is `matches` then, so such a query has one text and needs no second count.
// Placeholders are numbered, ?1 and ?2 being the read point's, so `possible` can repeat the text of
// `matches`.
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
    out.possible = out.matches;
    out.unknown = "0 = 1";
    // Only items that an agent could report are counted as undetermined (decision 0029): packages
    // are not expected of a printer.
    if (sides.doubt) {
      out.possible = std::move(sides.doubt->possible);
      out.unknown = "((" + sides.doubt->unknown + ") AND " + could_report(point_) + ')';
    }
    out.values = binder_.values();
    out.names_archived = names_archived_;
    out.about_persons = about_persons_;
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

  // Conditions on one section that stand side by side are about one row. `missing:` and conditions
  // on item fields are about the item and are leaves of their own.
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
      about_persons_ = about_persons_ || is_about_persons(condition.field->section);
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
    about_persons_ = about_persons_ ||
                     is_about_persons(what.section != nullptr ? what.section : what.field->section);
    if (what.section != nullptr) return negated(section_leaf(context_, *what.section, {}));
    Condition any;
    any.field = what.field;
    any.anything = true;
    names_archived_ = names_archived_ || what.field->home == FieldHome::kArchived;
    return negated(item_leaf(context_, any));
  }

  // One row cannot have two values of one field: such a query could match nothing, and what is
  // meant is two rows (a group for each) or either value (OR). Fields that can satisfy two
  // equalities are left out: lists, words, a class and those above it, the statuses of several
  // sections.
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

  // AND or OR of all. `unknown` is an OR in both cases: the whole can be undetermined only where
  // some leaf is. Leaves on one section mostly have the same text there, which is written once.
  static Sides join(const std::vector<Sides>& sides, std::string_view word) {
    if (sides.empty()) return {"1 = 1"};
    if (sides.size() == 1) return sides.front();
    Sides out;
    std::string possible;
    std::string unknown;
    for (const Sides& one : sides) {
      const std::string_view before = out.matches.empty() ? "(" : word;
      out.matches.append(before).append(one.matches);
      possible.append(before).append(one.doubt ? one.doubt->possible : one.matches);
      if (one.doubt && unknown.find(one.doubt->unknown) == std::string::npos)
        unknown += (unknown.empty() ? "" : " OR ") + one.doubt->unknown;
    }
    out.matches += ')';
    if (!unknown.empty()) out.doubt = Sides::Doubt{possible + ')', std::move(unknown)};
    return out;
  }

  // An item that cannot match the operand matches its negation; one that does not match the operand
  // for certain may match the negation. `unknown` stays: negation determines nothing.
  static Sides negated(const Sides& sides) {
    const std::string not_matching = "NOT (" + sides.matches + ')';
    if (!sides.doubt) return {not_matching};
    return {"NOT (" + sides.doubt->possible + ')',
            Sides::Doubt{not_matching, sides.doubt->unknown}};
  }

  const store::ReadPoint& point_;
  const QueryRights& rights_;
  Binder binder_;
  BuildContext context_;
  bool names_archived_ = false;
  bool about_persons_ = false;
};

}  // namespace

ItemFilter build_filter(store::Transaction& transaction, std::string_view query,
                        const store::ReadPoint& point, const QueryRights& rights) {
  return Builder(transaction, point, rights).run(parse_query(query));
}

}  // namespace muster::server::query
