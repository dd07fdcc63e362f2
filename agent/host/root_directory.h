// SPDX-License-Identifier: Apache-2.0
// Finds paths below a directory as if it were "/": absolute links and ".." stay inside, also when
// the tree was prepared by somebody hostile. The kernel does it where it can (openat2 with
// RESOLVE_IN_ROOT, Linux 5.6); elsewhere each component is walked by itself. A path is found with
// O_PATH, so nothing is opened yet: the caller looks at what it is first. Immutable once made; any
// thread may use it.
#pragma once
#include <string>
#include <string_view>

#include "agent/host/file_descriptor.h"

namespace muster::agent::host {

enum class LastLink { kFollow, kKeep };

class RootDirectory {
 public:
  // kWalk is for tests of what old kernels get.
  enum class Method { kBest, kWalk };

  explicit RootDirectory(std::string root, Method method = Method::kBest);

  bool is_whole_system() const { return root_ == "/"; }

  // An O_PATH descriptor, or none with `error` set to an errno.
  FileDescriptor find(std::string_view path, LastLink last_link, int& error) const;

 private:
  FileDescriptor walk(std::string_view path, LastLink last_link, int& error) const;

  std::string root_;
  FileDescriptor directory_;
  int directory_error_ = 0;  // why the root itself could not be opened
  bool kernel_resolves_ = false;
};

}  // namespace muster::agent::host
