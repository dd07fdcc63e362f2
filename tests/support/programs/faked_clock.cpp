// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/faked_clock.h"

#include <stdlib.h>

#include <fstream>
#include <stdexcept>

namespace muster::test {
namespace {

// The library reads its file under a lock, and allocates for that. The allocator of the address
// sanitizer asks for the time under a lock of its own when it would return memory to the system:
// two threads that do both wait for each other without end. So it keeps its memory.
std::string sanitizer_options() {
  const char* const others = ::getenv("ASAN_OPTIONS");
  return "ASAN_OPTIONS=" + (others == nullptr ? std::string() : std::string(others) + ":") +
         "allocator_release_to_os_interval_ms=-1";
}

}  // namespace

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
          "NO_FAKE_STAT=1",
          sanitizer_options()};
}

}  // namespace muster::test
