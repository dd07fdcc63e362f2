// SPDX-License-Identifier: Apache-2.0
#include "server/cli/terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <iostream>

namespace muster::cli {
namespace {

// Standard output is this descriptor for as long as it lives.
class StandardOutput {
 public:
  explicit StandardOutput(int descriptor) : before_((std::cout.flush(), ::dup(STDOUT_FILENO))) {
    ::dup2(descriptor, STDOUT_FILENO);
  }
  ~StandardOutput() {
    ::dup2(before_, STDOUT_FILENO);
    ::close(before_);
  }
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;

 private:
  int before_;
};

bool is_left(int descriptor) {
  const StandardOutput output(descriptor);
  return output_reader_left();
}

TEST_CASE("a pipe that nobody reads any more is known", "[cli]") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  CHECK_FALSE(is_left(ends[1]));
  ::close(ends[0]);
  CHECK(is_left(ends[1]));
  ::close(ends[1]);
  const int file = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(file >= 0);
  CHECK_FALSE(is_left(file));
  ::close(file);
}

}  // namespace
}  // namespace muster::cli
