// SPDX-License-Identifier: Apache-2.0
// A directory tree in a temporary directory, as --root reads one; removed at the end. Also what
// tests of the host need to be an ordinary user for a while.
#pragma once
#include <string>
#include <string_view>

namespace muster::test {

class CopiedTree {
 public:
  CopiedTree();
  ~CopiedTree();
  CopiedTree(const CopiedTree&) = delete;
  CopiedTree& operator=(const CopiedTree&) = delete;

  const std::string& path() const { return path_; }
  // Names are relative to the tree; directories above are made. A failure ends the test.
  void file(std::string_view name, std::string_view content);
  void link(std::string_view name, std::string_view target);
  void fifo(std::string_view name);
  void mode(std::string_view name, unsigned mode);

 private:
  std::string prepare(std::string_view name);

  std::string path_;
};

// While it lives, this thread has the file system rights of nobody (setfsuid(2) also drops the
// capabilities that override file permissions). Without root it changes nothing: nothing is needed.
class WithoutPrivileges {
 public:
  WithoutPrivileges();
  ~WithoutPrivileges();
  WithoutPrivileges(const WithoutPrivileges&) = delete;
  WithoutPrivileges& operator=(const WithoutPrivileges&) = delete;

 private:
  unsigned before_;
};

// The first 20 bytes of a program: word size 1 or 2, byte order 1 (little) or 2, machine number.
std::string elf_header(char word_size, char byte_order, unsigned machine);

}  // namespace muster::test
