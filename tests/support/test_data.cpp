// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_data.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace muster::test {

namespace fs = std::filesystem;

fs::path source_folder() {
  if (const char* const named = std::getenv("MUSTER_SOURCE")) return named;
  return fs::path(__FILE__).parent_path().parent_path().parent_path();
}

fs::path shared_data_folder() {
  if (const char* const named = std::getenv("MUSTER_TEST_DATA")) return named;
  return (source_folder() / "../shared/data").lexically_normal();
}

bool shared_data_is_there() {
  std::error_code none;
  if (fs::is_directory(shared_data_folder(), none)) return true;
  // A folder that is named is used, or the test fails.
  if (std::getenv("MUSTER_TEST_DATA") != nullptr)
    throw std::runtime_error("MUSTER_TEST_DATA names no folder: " + shared_data_folder().string());
  return false;
}

std::string shared_data(std::string_view path) {
  return (shared_data_folder() / path).string();
}

std::string shared_case(std::string_view name) {
  return (shared_data_folder() / "../cases" / (std::string(name) + ".tar.xz"))
      .lexically_normal()
      .string();
}

std::string read_test_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace muster::test
