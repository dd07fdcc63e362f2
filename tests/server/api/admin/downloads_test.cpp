// SPDX-License-Identifier: Apache-2.0
#include "server/api/admin/downloads.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "common/support/digest.h"
#include "tests/support/program.h"

using namespace muster;
using namespace muster::server;

TEST_CASE("only plain names are names of downloads", "[downloads]") {
  for (const char* name : {"muster-agent.deb", "muster-agent_0.1.0-1~deb12_amd64.deb", "a", "9"}) {
    INFO(name);
    CHECK(api::is_download_name(name));
  }
  for (const std::string& name :
       {std::string(""), std::string("."), std::string(".."), std::string(".hidden"),
        std::string("../ca/ca.key"), std::string("a/b"), std::string("a\\b"), std::string("a b"),
        std::string("a\0b", 3), std::string("a\n"), std::string("-rf"), std::string("\xC3\xA9"),
        std::string(129, 'a')}) {
    INFO(name);
    CHECK_FALSE(api::is_download_name(name));
  }
}

TEST_CASE("downloads are the regular files of the directory, with their digests", "[downloads]") {
  const test::TemporaryFolder folder;
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder.path() / name, std::ios::binary) << text;
  };
  write("b.deb", "second");
  write("a.deb", "first");
  write(".hidden", "x");
  std::filesystem::create_directory(folder.path() / "folder");
  std::filesystem::create_symlink("/etc/passwd", folder.path() / "link");
  api::Downloads downloads(folder.path());

  const auto list = downloads.list();
  REQUIRE(list.size() == 2);
  CHECK(list[0].name == "a.deb");
  CHECK(list[0].size_bytes == 5);
  CHECK(list[0].sha256 == sha256_hex("first"));
  CHECK(list[1].name == "b.deb");
  CHECK_FALSE(downloads.find("link"));
  CHECK_FALSE(downloads.find("folder"));
  CHECK_FALSE(downloads.find("absent"));

  // Replaced by another version: another digest.
  write("new", "other");
  std::filesystem::rename(folder.path() / "new", folder.path() / "a.deb");
  CHECK(downloads.find("a.deb")->sha256 == sha256_hex("other"));
}

TEST_CASE("no directory means no downloads", "[downloads]") {
  CHECK(api::Downloads("/nonexistent/muster").list().empty());
}
