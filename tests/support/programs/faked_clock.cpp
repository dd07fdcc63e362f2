// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/faked_clock.h"

#include <fstream>
#include <stdexcept>

namespace muster::test {

FakedClock::FakedClock() {
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/faketime",
                             "/usr/lib/aarch64-linux-gnu/faketime"}) {
    const auto file = std::filesystem::path(folder) / "libfaketimeMT.so.1";
    if (std::filesystem::exists(file)) library_ = file.string();
  }
  if (library_.empty()) throw std::runtime_error("Debian's package faketime is not installed");
  set("+0");
}

void FakedClock::set(const std::string& offset) const {
  // In one step: a program reads it whenever it asks for the time.
  const std::filesystem::path next = folder_.path() / "next";
  std::ofstream(next) << offset << '\n';
  std::filesystem::rename(next, file());
}

std::vector<std::string> FakedClock::environment() const {
  return {"LD_PRELOAD=" + library_,
          "FAKETIME_TIMESTAMP_FILE=" + file().string(),
          "FAKETIME_NO_CACHE=1",
          "DONT_FAKE_MONOTONIC=1",
          "FAKETIME_DONT_FAKE_MONOTONIC=1",
          "NO_FAKE_STAT=1"};
}

}  // namespace muster::test
