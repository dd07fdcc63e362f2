// SPDX-License-Identifier: Apache-2.0
#include "tests/support/agent/case_machine.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/program.h"
#include "tests/support/test_data.h"

namespace muster::agent {

namespace {

// Some archives hold the tree, others a README and the tree in root/.
std::string root_of(const std::string& folder) {
  const bool deeper = std::filesystem::is_directory(folder + "/root");
  return deeper ? folder + "/root" : folder;
}

std::string unpacked(const test::CopiedTree& tree, std::string_view name) {
  const std::string archive = test::shared_case(name);
  INFO("the case " << archive);
  REQUIRE(std::filesystem::exists(archive));
  const auto tar =
      test::run_program({"tar", "-xJf", archive, "-C", tree.path(), "--strip-components=1"});
  INFO(tar.error);
  REQUIRE(tar.code == 0);
  return root_of(tree.path());
}

}  // namespace

CaseMachine::CaseMachine(std::string_view name) : host_(unpacked(tree_, name)) {}

}  // namespace muster::agent
