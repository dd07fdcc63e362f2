// SPDX-License-Identifier: Apache-2.0
#include "tests/support/agent/copied_tree.h"

#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace muster::test {
namespace fs = std::filesystem;

CopiedTree::CopiedTree() {
  std::string pattern = (fs::temp_directory_path() / "muster-tree-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  fs::permissions(pattern, fs::perms(0755));
  path_ = pattern;
}

CopiedTree::~CopiedTree() {
  std::error_code ignored;  // a destructor must not throw; the system cleans its temporary files
  fs::remove_all(path_, ignored);
}

std::string CopiedTree::prepare(std::string_view name) {
  const fs::path whole = fs::path(path_) / name;
  fs::create_directories(whole.parent_path());
  return whole.string();
}

void CopiedTree::file(std::string_view name, std::string_view content) {
  std::ofstream out(prepare(name), std::ios::binary);
  out << content;
  out.close();
  REQUIRE(out.good());
}

void CopiedTree::link(std::string_view name, std::string_view target) {
  fs::create_symlink(target, prepare(name));
}

void CopiedTree::fifo(std::string_view name) {
  REQUIRE(::mkfifo(prepare(name).c_str(), 0600) == 0);
}

void CopiedTree::mode(std::string_view name, unsigned mode) {
  fs::permissions(prepare(name), fs::perms(mode));
}

WithoutPrivileges::WithoutPrivileges() : before_(static_cast<unsigned>(::setfsuid(65534))) {}
WithoutPrivileges::~WithoutPrivileges() {
  ::setfsuid(before_);
}

std::string elf_header(char word_size, char byte_order, unsigned machine) {
  std::string out(
      "\x7f"
      "ELF");
  out += word_size;
  out += byte_order;
  out.resize(18, '\0');
  const char low = static_cast<char>(machine & 0xFF);
  const char high = static_cast<char>(machine >> 8);
  out += byte_order == 1 ? low : high;
  out += byte_order == 1 ? high : low;
  return out;
}

}  // namespace muster::test
