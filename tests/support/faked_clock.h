// SPDX-License-Identifier: Apache-2.0
// A wall clock for real programs that a test moves while they run (Debian's libfaketime). Only
// CLOCK_REALTIME is faked: what programs time, they time by the clock since boot. Not with
// sanitizers, whose own replacements it stands in the way of. One thread.
#pragma once
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace muster::test {

// A clock of its own for the programs that are started inside wear(); set() moves it while they
// run.
class FakedClock {
 public:
  FakedClock() {
    for (const char* folder : {"/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/faketime",
                               "/usr/lib/aarch64-linux-gnu/faketime"}) {
      const auto file = std::filesystem::path(folder) / "libfaketimeMT.so.1";
      if (std::filesystem::exists(file)) library_ = file.string();
    }
    if (library_.empty()) throw std::runtime_error("Debian's package faketime is not installed");
    set("+0");
  }
  void set(const std::string& offset) const { std::ofstream(file()) << offset << '\n'; }
  // "NAME=value" for each variable that makes a program wear it.
  std::vector<std::string> environment() const {
    return {"LD_PRELOAD=" + library_,
            "FAKETIME_TIMESTAMP_FILE=" + file().string(),
            "FAKETIME_NO_CACHE=1",
            "DONT_FAKE_MONOTONIC=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
            "NO_FAKE_STAT=1"};
  }
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
