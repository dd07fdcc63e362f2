// SPDX-License-Identifier: Apache-2.0
// What the tests about keys and certificates share: a folder that goes away, a fixed time, the
// openssl program, and requests with things in them that Muster's own code never makes. For tests,
// one thread.
#pragma once
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::crypto_test {

// 2026-11-23T08:00:00Z
constexpr Instant kNow{1795420800000};
constexpr const char* kAgentId = "11111111-2222-4333-8444-555555555555";

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "muster-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline void put(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

inline std::string get(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

inline unsigned mode_of(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) throw std::runtime_error("stat " + path.string());
  return status.st_mode & 07777U;
}

struct Ran {
  int exit_code = -1;
  std::string output;  // standard output and error
};

// `arguments` go through the shell: names from this test only.
inline Ran openssl(const std::string& arguments) {
  std::FILE* const pipe = ::popen(("openssl " + arguments + " 2>&1 </dev/null").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("popen");
  Ran ran;
  char buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    ran.output.append(buffer, n);
  }
  const int status = ::pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

// The message of a failure, "" for a success: REQUIRE(failure_of(x) == "") shows what went wrong.
template <class T>
std::string failure_of(const Result<T>& result) {
  return result.ok()
             ? ""
             : std::string(to_string(result.failure().kind)) + ": " + result.failure().message;
}

}  // namespace muster::crypto_test
