// SPDX-License-Identifier: Apache-2.0
// main() of every program of tests: Catch2's, and two things of our own.
//
//   PROGRAM --ctest-script FILE [...]
//
// writes the CTest tests of this program (ctest_script.h); the build calls it after linking.
// Cases tagged [shared_data] read files of other machines, which are not part of the sources. Where
// these are not there, such cases are not run, and that is said; a run of nothing else ends with
// kNotRun, which CTest shows as "Skipped".
#define CATCH_CONFIG_RUNNER
#include <algorithm>
#include <catch2/catch.hpp>
#include <exception>
#include <iostream>

#include "tests/support/ctest_script.h"
#include "tests/support/test_data.h"

namespace {

using namespace muster::test;

constexpr const char* kSharedData = "shared_data";

std::vector<TestCaseEntry> all_cases() {
  std::vector<TestCaseEntry> out;
  for (const Catch::TestCase& test : Catch::getRegistryHub().getTestCaseRegistry().getAllTests())
    out.push_back({test.name, test.lineInfo.file, {test.tags.begin(), test.tags.end()}});
  return out;
}

// Catch2 ends with the number of failed assertions, which may happen to be kNotRun.
int run(Catch::Session& session) {
  const int code = session.run();
  return code == kNotRun ? 1 : code;
}

bool needs_shared_data(const Catch::TestCase& test) {
  return std::find(test.tags.begin(), test.tags.end(), kSharedData) != test.tags.end();
}

int run_tests(int argc, char* argv[]) {
  Catch::Session session;
  if (const int wrong = session.applyCommandLine(argc, argv); wrong != 0) return wrong;
  if (shared_data_is_there()) return run(session);

  const auto chosen = Catch::filterTests(Catch::getAllTestCasesSorted(session.config()),
                                         session.config().testSpec(), session.config());
  const auto missing = std::count_if(chosen.begin(), chosen.end(), needs_shared_data);
  if (missing > 0) {
    std::cout << missing << (missing == 1 ? " case was" : " cases were") << " not run for want of "
              << shared_data_folder().string() << " (MUSTER_TEST_DATA names another folder)\n";
    if (missing == static_cast<std::ptrdiff_t>(chosen.size())) return kNotRun;
    auto& filters = session.configData().testsOrTags;
    filters = without_tag(filters, kSharedData);
    session.useConfigData(session.configData());
  }
  return run(session);
}

}  // namespace

int main(int argc, char* argv[]) {
  try {
    if (argc < 2 || std::string(argv[1]) != "--ctest-script") return run_tests(argc, argv);
    write_ctest_script(all_cases(), argv[0], {argv + 2, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 1;
  }
}
