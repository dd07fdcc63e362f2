// SPDX-License-Identifier: Apache-2.0
// The tree of a query. Juxtaposition is AND, which binds tighter than OR; parentheses make a group:
//
//   or    = and { "OR" and }
//   and   = not { ["AND"] not }
//   not   = "NOT" not | "(" or ")" | word | condition
//
// A number and its unit may stand apart (spaced_units.h). Apart from that, names of fields are not
// looked up here (conditions.h does that). An empty text is the query that every item matches.
// Pure. Throws Error invalid_query, also for more than 20 levels of groups and NOT, and for more
// than 100 words and conditions.
#pragma once
#include <string_view>
#include <vector>

#include "server/query/lexer.h"

namespace muster::server::query {

constexpr std::size_t kQueryDepth = 20;
constexpr std::size_t kQueryTerms = 100;

enum class NodeKind {
  kAnd,    // of any number of children; of none: true
  kOr,     // of two or more
  kNot,    // of one
  kGroup,  // of one: a query in parentheses
  kWord,
  kCondition
};

struct Node {
  NodeKind kind = NodeKind::kAnd;
  std::vector<Node> children;
  QueryToken token;  // kWord, kCondition
};

Node parse_query(std::string_view text);

}  // namespace muster::server::query
