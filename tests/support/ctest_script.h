// SPDX-License-Identifier: Apache-2.0
// What CTest shall run of a program of tests, as the script that its TEST_INCLUDE_FILES read: one
// CTest test a file of cases or a case, so that `ctest -j` has pieces to balance and a red one has
// a name. muster_test() of common/cmake/muster.cmake calls it through the program itself.
#pragma once
#include <string>
#include <vector>

namespace muster::test {

// A run that had only cases for which the shared data is missing; CTest's SKIP_RETURN_CODE.
inline constexpr int kNotRun = 77;

// Cases of more than ten seconds are tagged [long], and begin first: CTest knows how long a test
// takes only when it has run in the same folder before.
inline constexpr const char* kLong = "long";

struct TestCaseEntry {
  std::string name;
  std::string file;  // as the compiler was given it
  std::vector<std::string> tags;
};

// On which stores a program's cases run.
enum class Stores {
  kSqlite,         // all but those tagged [postgresql], on SQLite
  kBoth,           // these, and once more on PostgreSQL all but those tagged [sqlite]
  kOwnPostgresql,  // as kSqlite, and those tagged [postgresql], which start their own
};

struct CtestOptions {
  std::string name;  // of the part: "desk"
  std::string program;
  bool each_case = false;  // else one test a file
  Stores stores = Stores::kSqlite;
  std::vector<std::string> labels;
  std::vector<std::string> environment;  // NAME=value
};

// Throws std::runtime_error where two files of the program have one name, which Catch2's filter by
// file could not tell apart.
std::string ctest_script(const std::vector<TestCaseEntry>& cases, const CtestOptions& options);

// From the command line: FILE --name NAME [--each-case] [--stores sqlite|both|own_postgresql]
// [--label LABEL]... [--environment NAME=value]...
void write_ctest_script(const std::vector<TestCaseEntry>& cases, const std::string& program,
                        const std::vector<std::string>& arguments);

// Filters of Catch2's command line that choose the same but what has the tag.
std::vector<std::string> without_tag(const std::vector<std::string>& filters,
                                     const std::string& tag);

}  // namespace muster::test
