// SPDX-License-Identifier: Apache-2.0
#include "server/query/parser.h"

#include <catch2/catch.hpp>

namespace muster::server {
namespace {

// The tree as a line: (and (or a b) (not os.name:x)).
std::string shown(const query::Node& node) {
  const auto literal = [](const query::Literal& value) {
    std::string out;
    for (std::size_t i = 0; i < value.pieces.size(); ++i)
      out += (i == 0 ? "" : "%") + value.pieces[i];
    return out;
  };
  const auto list = [&](const char* name) {
    std::string out = std::string("(") + name;
    for (const query::Node& child : node.children)
      out += ' ' + shown(child);
    return out + ')';
  };
  switch (node.kind) {
    case query::NodeKind::kAnd:
      return list("and");
    case query::NodeKind::kOr:
      return list("or");
    case query::NodeKind::kNot:
      return list("not");
    case query::NodeKind::kGroup:
      return list("group");
    case query::NodeKind::kWord:
      return literal(node.token.literal);
    case query::NodeKind::kCondition:
      return node.token.field + std::string(query::to_string(node.token.op)) +
             literal(node.token.literal);
  }
  return "";
}

std::int64_t number(const Error& error, std::string_view name) {
  for (const auto& [key, value] : error.extra) {
    if (key == name) return std::get<std::int64_t>(value);
  }
  return -1;
}

TEST_CASE("queries are read into groups, AND before OR", "[query]") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "(and)"},
      {" \t\n", "(and)"},
      {"lap-0421", "lap-0421"},
      {"a b", "(and a b)"},
      {"a AND b", "(and a b)"},
      {"a OR b c", "(or a (and b c))"},
      {"NOT a b", "(and (not a) b)"},
      {"NOT NOT a", "(not (not a))"},
      {"(a OR b) c", "(and (group (or a b)) c)"},
      {"and or not", "(and and or not)"},
      {"class:laptop os.name:debian memory_bytes<8GiB",
       "(and class:laptop os.name:debian "
       "memory_bytes<8GiB)"},
      {"a<1 a<=2 a>3 a>=4 a=5 a!=6 a~7", "(and a<1 a<=2 a>3 a>=4 a=5 a!=6 a~7)"},
      {"memory_bytes < 8GiB", "memory_bytes<8GiB"},
      {"name: web", "name:web"},
      {"owner:novak AND NOT lifecycle:retired", "(and owner:novak (not lifecycle:retired))"},
      {"(packages.name:apache2) (packages.name:php)",
       "(and (group packages.name:apache2) (group packages.name:php))"},
      {"name:web*", "name:web%"},
      {"name:*", "name:%"},
      {"cpu:\"Intel* Xeon\"", "cpu:Intel% Xeon"},
      {R"(note:"a \"b\" \\ \* c")", R"(note:a "b" \ * c)"},
      {"\"two words\"", "two words"},
      {"\"AND\"", "AND"},
      {"02:42:ac:11:00:02", "02:42:ac:11:00:02"},
      {"fe80::1", "fe80::1"},
      {"address:fe80::1", "address:fe80::1"},
      {"10.0.0.1:80", "10.0.0.1:80"},
      {"missing:packages.purl", "missing:packages.purl"},
      {"name:\xC5\xBEiga", "name:\xC5\xBEiga"},
      {"a=b=c", "a=b=c"},
      {"os.name:\"\"", "os.name:"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(shown(query::parse_query(text)) == expected);
  }
}

TEST_CASE("a wrong query is refused with the column, in characters", "[query]") {
  struct Case {
    std::string text;
    std::int64_t column;
    std::int64_t length;
  };
  const std::vector<Case> cases = {
      {"(a", 1, 1},
      {"a)", 2, 1},
      {"a OR", 5, 1},
      {"OR a", 1, 2},
      {"a AND AND b", 7, 3},
      {"NOT", 4, 1},
      {"()", 2, 1},
      {"name:", 1, 5},
      {"a name: )", 3, 5},
      {"< 5", 1, 1},
      {"a \"b", 3, 1},
      {":x", 1, 1},
      {"\xC5\xBE \xC5\xBE <= 5", 5, 2},
      {std::string("ab\x01", 3), 3, 1},
      {"a !=", 1, 4},
      {"\xFF", 1, 1},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    try {
      query::parse_query(c.text);
      FAIL_CHECK("was accepted");
    } catch (const Error& error) {
      CHECK(error.status == Status::kBadRequest);
      CHECK(error.code == "invalid_query");
      CHECK(number(error, "column") == c.column);
      CHECK(number(error, "length") == c.length);
      CHECK(error.message.find("column " + std::to_string(c.column)) != std::string::npos);
    }
  }
}

TEST_CASE("length, depth and number of conditions are limited", "[query]") {
  const auto repeat = [](std::string_view text, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
      out += text;
    return out;
  };
  CHECK_NOTHROW(query::parse_query(repeat("a ", query::kQueryTerms)));
  CHECK_THROWS_AS(query::parse_query(repeat("a ", query::kQueryTerms + 1)), Error);
  CHECK_NOTHROW(query::parse_query(repeat("(", query::kQueryDepth - 1) + "a" +
                                   repeat(")", query::kQueryDepth - 1)));
  CHECK_THROWS_AS(
      query::parse_query(repeat("(", query::kQueryDepth) + "a" + repeat(")", query::kQueryDepth)),
      Error);
  CHECK_THROWS_AS(query::parse_query(repeat("(", 4096)), Error);
  CHECK_THROWS_AS(query::parse_query(repeat("NOT ", 1000)), Error);
  CHECK_NOTHROW(query::parse_query(std::string(query::kQueryBytes, 'a')));
  CHECK_THROWS_AS(query::parse_query(std::string(query::kQueryBytes + 1, 'a')), Error);
}

}  // namespace
}  // namespace muster::server
