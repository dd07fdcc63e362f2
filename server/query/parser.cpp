// SPDX-License-Identifier: Apache-2.0
#include "server/query/parser.h"

#include <utility>

#include "server/query/spaced_units.h"

namespace muster::server::query {
namespace {

class Parser {
 public:
  explicit Parser(std::vector<QueryToken> tokens) : tokens_(std::move(tokens)) {}

  Node run() {
    if (peek().kind == TokenKind::kEnd) return {};
    Node out = parse_or();
    if (peek().kind == TokenKind::kClose)
      throw query_error(peek().span, "nothing was opened that \")\" would close",
                        "a \"(\" before it, or nothing");
    return out;
  }

 private:
  const QueryToken& peek() const { return tokens_[at_]; }
  QueryToken take() { return std::move(tokens_[at_++]); }

  Node parse_or() {
    std::vector<Node> sides;
    sides.push_back(parse_and());
    while (peek().kind == TokenKind::kOr) {
      take();
      sides.push_back(parse_and());
    }
    return combine(NodeKind::kOr, std::move(sides));
  }

  Node parse_and() {
    std::vector<Node> sides;
    sides.push_back(parse_not());
    for (;;) {
      if (peek().kind == TokenKind::kAnd) {
        take();
      } else if (peek().kind == TokenKind::kOr || peek().kind == TokenKind::kClose ||
                 peek().kind == TokenKind::kEnd) {
        break;
      }
      sides.push_back(parse_not());
    }
    return combine(NodeKind::kAnd, std::move(sides));
  }

  Node parse_not() {
    if (++depth_ > kQueryDepth) {
      throw query_error(peek().span, "the groups are nested too deep",
                        "at most " + std::to_string(kQueryDepth) + " levels of ( ) and NOT");
    }
    Node out = parse_one();
    --depth_;
    return out;
  }

  Node parse_one() {
    switch (peek().kind) {
      case TokenKind::kNot: {
        take();
        Node out{NodeKind::kNot, {}, {}};
        out.children.push_back(parse_not());
        return out;
      }
      case TokenKind::kOpen: {
        const Span opened = take().span;
        Node out{NodeKind::kGroup, {}, {}};
        out.children.push_back(parse_or());
        if (peek().kind != TokenKind::kClose)
          throw query_error(opened, "the group that begins here does not end", "a closing )");
        take();
        return out;
      }
      case TokenKind::kWord:
        return leaf(NodeKind::kWord);
      case TokenKind::kCondition:
        return leaf(NodeKind::kCondition);
      case TokenKind::kAnd:
      case TokenKind::kOr:
      case TokenKind::kClose:
      case TokenKind::kEnd:
        break;
    }
    throw query_error(peek().span,
                      peek().kind == TokenKind::kEnd ? "the query ends too early"
                                                     : "something is missing before this",
                      "a word, a condition such as os.name:debian, NOT, or (");
  }

  Node leaf(NodeKind kind) {
    if (++terms_ > kQueryTerms) {
      throw query_error(peek().span, "there are too many conditions",
                        "at most " + std::to_string(kQueryTerms) + " words and conditions");
    }
    return {kind, {}, take()};
  }

  static Node combine(NodeKind kind, std::vector<Node> sides) {
    if (sides.size() == 1) return std::move(sides.front());
    return {kind, std::move(sides), {}};
  }

  std::vector<QueryToken> tokens_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t terms_ = 0;
};

}  // namespace

Node parse_query(std::string_view text) {
  return Parser(join_spaced_units(lex(text))).run();
}

}  // namespace muster::server::query
