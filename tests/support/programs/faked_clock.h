// SPDX-License-Identifier: Apache-2.0
// A wall clock for real programs that a test moves while they run (Debian's libfaketime). Only
// CLOCK_REALTIME is faked: what programs time, they time by the clock since boot. With sanitizers,
// too, whose replacements of the C library call it. One thread.
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace muster::test {

// A clock of its own for the programs that are started inside wear(); set() moves it while they
// run.
class FakedClock {
 public:
  FakedClock();
  void set(const std::string& offset) const;
  // "NAME=value" for each variable that makes a program wear it.
  std::vector<std::string> environment() const;
  // For all that `work` starts.
  template <class Work>
  auto wear(Work work) const {
    std::vector<std::unique_ptr<Setting>> settings;
    for (const std::string& line : environment()) {
      const std::size_t equals = line.find('=');
      settings.push_back(
          std::make_unique<Setting>(line.substr(0, equals), line.substr(equals + 1)));
    }
    return work();
  }

 private:
  std::filesystem::path file() const { return folder_.path() / "offset"; }

  TemporaryFolder folder_;
  std::string library_;
};

}  // namespace muster::test
