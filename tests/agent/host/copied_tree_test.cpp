// SPDX-License-Identifier: Apache-2.0
#include "tests/support/agent/copied_tree.h"

#include <catch2/catch.hpp>
#include <filesystem>

namespace muster::test {
namespace fs = std::filesystem;

TEST_CASE("a temporary tree is gone when its owner is", "[host]") {
  std::string path;
  {
    CopiedTree tree;
    tree.file("a/b", "c");
    path = tree.path();
    CHECK(fs::exists(path + "/a/b"));
  }
  CHECK_FALSE(fs::exists(path));
}

}  // namespace muster::test
