// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/state_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "server_double.h"

namespace muster::agent::test {
namespace {

void write_with_mode(const std::filesystem::path& path, mode_t mode) {
  std::ofstream(path) << "secret";
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

}  // namespace

TEST_CASE("A new state folder is private, and so is all that is written into it", "[sync][state]") {
  TemporaryFolder folder;
  const auto directory = sync::StateDirectory::open(folder.path() / "state");
  REQUIRE(directory);
  REQUIRE(directory->write("key.pem", "secret"));
  REQUIRE(directory->write("spool/a.report", "rows"));
  for (const char* name : {"", "spool"}) {
    struct stat status = {};
    REQUIRE(::stat((directory->path() / name).c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0700U);
  }
  for (const char* name : {"key.pem", "spool/a.report"}) {
    struct stat status = {};
    REQUIRE(::stat((directory->path() / name).c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0600U);
  }
  CHECK(directory->read("key.pem").value() == "secret");
  CHECK(directory->read("nothing").failure().kind == FailureKind::kNotFound);
  CHECK(directory->read("key.pem", 3).failure().kind == FailureKind::kTooLarge);
}

TEST_CASE("Lax modes and foreign things stop the agent, and the message names the file",
          "[sync][state]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "state";
  {
    const auto made = sync::StateDirectory::open(path);
    REQUIRE(made);
    REQUIRE(made->write("spool/a.report", "rows"));
  }
  std::string culprit;
  SECTION("the folder is readable by the group") {
    culprit = path.string();
    REQUIRE(::chmod(path.c_str(), 0750) == 0);
  }
  SECTION("the folder is writable by everybody") {
    culprit = path.string();
    REQUIRE(::chmod(path.c_str(), 0702) == 0);
  }
  SECTION("the key is readable by others") {
    culprit = (path / "key.pem").string();
    write_with_mode(path / "key.pem", 0604);
  }
  SECTION("a waiting report is writable by the group") {
    culprit = (path / "spool" / "a.report").string();
    REQUIRE(::chmod(culprit.c_str(), 0620) == 0);
  }
  SECTION("the spool is open") {
    culprit = (path / "spool").string();
    REQUIRE(::chmod(culprit.c_str(), 0755) == 0);
  }
  SECTION("the key is a link to elsewhere") {
    culprit = (path / "key.pem").string();
    write_with_mode(folder.path() / "elsewhere", 0600);
    std::filesystem::create_symlink(folder.path() / "elsewhere", path / "key.pem");
  }
  SECTION("the key is a FIFO") {
    culprit = (path / "key.pem").string();
    REQUIRE(::mkfifo(culprit.c_str(), 0600) == 0);
  }
  SECTION("the folder is a link") {
    culprit = (folder.path() / "link").string();
    std::filesystem::create_directory_symlink(path, folder.path() / "link");
  }
  SECTION("a file belongs to somebody else") {
    if (::geteuid() != 0) return;  // only root can give files away; the other sections run for all
    culprit = (path / "key.pem").string();
    write_with_mode(path / "key.pem", 0600);
    REQUIRE(::chown(culprit.c_str(), 12345, 12345) == 0);
  }
  const auto opened =
      sync::StateDirectory::open(culprit.ends_with("link") ? std::filesystem::path(culprit) : path);
  REQUIRE_FALSE(opened);
  CHECK(opened.failure().kind == FailureKind::kDenied);
  CHECK(opened.failure().message.find(culprit) != std::string::npos);
}

TEST_CASE("Root works in the folder of the agent's user as that user", "[sync][state]") {
  if (::geteuid() != 0) {
    SUCCEED("needs root");
    return;
  }
  TemporaryFolder folder;
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  const auto path = folder.path() / "state";
  REQUIRE(sync::StateDirectory::open(path));
  REQUIRE(::chown(path.c_str(), 12345, 12345) == 0);
  const auto directory = sync::StateDirectory::open(path);
  REQUIRE(directory);
  REQUIRE(directory->write("spool/a.report", "rows"));
  for (const char* name : {"spool", "spool/a.report"}) {
    struct stat status = {};
    REQUIRE(::stat((path / name).c_str(), &status) == 0);
    CHECK(status.st_uid == 12345);
  }
  CHECK(sync::StateDirectory::open(path));
}

TEST_CASE("Two agents cannot work in one folder", "[sync][state]") {
  TemporaryFolder folder;
  const auto directory = sync::StateDirectory::open(folder.path() / "state");
  REQUIRE(directory);
  {
    const auto first = sync::StateLock::take(*directory);
    REQUIRE(first);
    const auto second = sync::StateLock::take(*directory);
    REQUIRE_FALSE(second);
    CHECK(second.failure().kind == FailureKind::kRefused);
    CHECK(sync::StateLock::take_for_enrolment(*directory));
  }
  CHECK(sync::StateLock::take(*directory));
}

}  // namespace muster::agent::test
