// SPDX-License-Identifier: Apache-2.0
// Running a program to its end, with its output: for tests with the real binaries. No shell.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace muster::test {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();  // what cannot be removed stays, which does no harm
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A variable of the environment for one test, such as a setting of the server; after it, what was
// set before.
class Setting {
 public:
  Setting(std::string name, const std::string& value);
  ~Setting();
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

// Empty where it cannot be read.
std::string read_whole(const std::filesystem::path& file);

// Starts a program (found by PATH unless it has a slash) with files as its standard streams.
pid_t spawn(const std::vector<std::string>& command, const std::filesystem::path& in,
            const std::filesystem::path& out, const std::filesystem::path& error);

// The exit code, or 128 and the signal's number, as a shell has it.
int wait_for(pid_t child);

struct Ended {
  int code = 0;
  std::string out;
  std::string error;
};

Ended run_program(const std::vector<std::string>& command, const std::string& input = {});

}  // namespace muster::test
