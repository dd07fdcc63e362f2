// SPDX-License-Identifier: Apache-2.0
#include "tests/support/inventory_docs.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace muster::testing {
namespace {

namespace fs = std::filesystem;

fs::path docs_directory() {
  const char* source = std::getenv("MUSTER_SOURCE");
  return fs::path(source != nullptr ? source : ".") / "docs" / "inventory";
}

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool is_update() {
  const char* value = std::getenv("MUSTER_UPDATE_EXPECTED");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace

TEST_CASE("docs/inventory says what the declarations say", "[inventory_docs]") {
  const fs::path directory = docs_directory();
  INFO("run this test with MUSTER_UPDATE_EXPECTED=1 to write the pages anew");
  for (const auto& [name, text] : inventory_docs()) {
    if (is_update()) {
      fs::create_directories(directory);
      std::ofstream(directory / name, std::ios::binary) << text;
    }
    CAPTURE(name);
    CHECK(read_text(directory / name) == text);
  }
}

TEST_CASE("docs/inventory has no page of a section that is not there", "[inventory_docs]") {
  const auto pages = inventory_docs();
  for (const auto& entry : fs::directory_iterator(docs_directory())) {
    CAPTURE(entry.path().filename().string());
    CHECK(pages.contains(entry.path().filename().string()));
  }
}

TEST_CASE("every field of a section says its meaning and where it is read", "[inventory_docs]") {
  for (const inventory::SectionSchema& schema : inventory::section_schemas()) {
    for (const inventory::FieldSchema& field : schema.fields) {
      CAPTURE(schema.name, field.name);
      CHECK_FALSE(field.meaning.empty());
      // What the agent makes itself (a number, an identifier put together) is told by the meaning.
      if (!field.is_key()) CHECK_FALSE(field.read_from.empty());
    }
  }
}

}  // namespace muster::testing
