// SPDX-License-Identifier: Apache-2.0
#include "tests/support/ctest_script.h"

#include <catch2/catch.hpp>

namespace muster::test {
namespace {

const std::vector<TestCaseEntry> kCases = {
    {"one, two [three]", "/src/tests/desk/tickets_test.cpp", {"desk"}},
    {"files of SQLite", "/src/tests/desk/tickets_test.cpp", {"desk", "sqlite"}},
    {"a pair of servers", "/src/tests/desk/pair_test.cpp", {"postgresql", "long"}},
    {"a foreign machine", "/src/tests/desk/tickets_test.cpp", {"shared_data"}}};

// The first argument of each add_test().
std::vector<std::string> names_in(const std::string& script) {
  std::vector<std::string> out;
  for (std::size_t at = 0; (at = script.find("add_test([=[", at)) != std::string::npos;) {
    at += 12;
    out.push_back(script.substr(at, script.find("]=]", at) - at));
  }
  return out;
}

TEST_CASE("CTest is given a test a file, and one for each case that needs shared data") {
  const std::string script =
      ctest_script(kCases, {.name = "desk", .program = "/p", .labels = {}, .environment = {}});
  CHECK(names_in(script) == std::vector<std::string>{"desk: tickets", "desk: a foreign machine"});
  CHECK(script.find("[#tickets_test]~[.]~[shared_data]~[postgresql]") != std::string::npos);
  CHECK(script.find("LABELS [=[desk;shared_data]=]") != std::string::npos);
}

TEST_CASE("CTest is given a test a case, on both stores") {
  const std::string script = ctest_script(kCases, {.name = "desk",
                                                   .program = "/p",
                                                   .each_case = true,
                                                   .stores = Stores::kBoth,
                                                   .labels = {"thread"},
                                                   .environment = {"A=b"}});
  CHECK(names_in(script) ==
        std::vector<std::string>{"desk: one, two [three]", "desk: files of SQLite",
                                 "desk: a foreign machine", "desk/postgresql: one, two [three]",
                                 "desk/postgresql: a pair of servers",
                                 "desk/postgresql: a foreign machine"});
  CHECK(script.find("[=[one\\, two \\[three\\]]=]") != std::string::npos);
  CHECK(script.find("COST 100 LABELS [=[desk/postgresql;thread;postgresql]=]") !=
        std::string::npos);
  CHECK(script.find("LABELS [=[desk/postgresql;thread;postgresql]=] ENVIRONMENT "
                    "[=[A=b;MUSTER_TEST_STORE=postgresql]=]") != std::string::npos);
}

TEST_CASE("what starts a PostgreSQL of its own is its own list") {
  const std::string script = ctest_script(kCases, {.name = "desk",
                                                   .program = "/p",
                                                   .each_case = true,
                                                   .stores = Stores::kOwnPostgresql,
                                                   .labels = {},
                                                   .environment = {}});
  CHECK(names_in(script).back() == "desk/postgresql: a pair of servers");
  CHECK(script.find("MUSTER_TEST_STORE") == std::string::npos);
}

TEST_CASE("two files of one name in a program are refused") {
  auto cases = kCases;
  cases.push_back({"x", "/src/tests/other/tickets_test.cpp", {}});
  CHECK_THROWS_WITH(
      ctest_script(cases, {.name = "desk", .program = "/p", .labels = {}, .environment = {}}),
      Catch::Contains("two files of one name"));
}

TEST_CASE("a filter is narrowed in each of its alternatives") {
  CHECK(without_tag({}, "x") == std::vector<std::string>{"~[x]"});
  CHECK(without_tag({"[a],[b]", "c\\, d,\"e, f\""}, "x") ==
        std::vector<std::string>{"~[x][a],~[x][b]", "~[x]c\\, d,~[x]\"e, f\""});
}

}  // namespace
}  // namespace muster::test
