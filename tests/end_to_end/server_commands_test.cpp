// SPDX-License-Identifier: Apache-2.0
// muster-server as its administrator runs it: as root in the directory of the service's user, with
// mistakes, and what doctor says.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/json/value.h"
#include "tests/support/programs/machine.h"
#include "tests/support/programs/server_process.h"

using muster::JsonValue;
using namespace muster::test;

namespace {

namespace fs = std::filesystem;

constexpr unsigned kService = 12345;  // a user without a name, which every system has

// A data directory of that user, which nobody has used yet.
struct ServiceFolder {
  ServiceFolder() {
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    fs::create_directory(data);
    REQUIRE(::chmod(data.c_str(), 0700) == 0);
    REQUIRE(::chown(data.c_str(), kService, kService) == 0);
    std::ofstream(folder.path() / "server.ini") << "[server]\n";
  }
  Ended command(std::vector<std::string> arguments, const std::string& input = {}) const {
    std::vector<std::string> all = {binary("muster-server"), "--config",
                                    (folder.path() / "server.ini").string(), "--data",
                                    data.string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_program(all, input);
  }
  Ended init() const {
    return command({"init", "--admin", "ana", "--password-stdin", "--public-name", "localhost"},
                   "correct horse battery\n");
  }
  // Names of what is not the service's.
  std::string foreign() const {
    std::string names;
    for (const auto& entry : fs::recursive_directory_iterator(data)) {
      struct stat status = {};
      REQUIRE(::lstat(entry.path().c_str(), &status) == 0);
      if (status.st_uid != kService || status.st_gid != kService) names += entry.path().string();
    }
    return names;
  }

  TemporaryFolder folder;
  fs::path data = folder.path() / "data";
};

unsigned owner(const fs::path& file) {
  struct stat status = {};
  REQUIRE(::lstat(file.c_str(), &status) == 0);
  return status.st_uid;
}

}  // namespace

TEST_CASE("what root makes in the service's directory is the service's", "[end_to_end][sqlite]") {
  if (::geteuid() != 0) {
    SUCCEED("needs root");
    return;
  }
  // LeakSanitizer looks by ptrace(2), which the kernel refuses for a process that gave up its
  // rights.
  const Setting no_leak_check("ASAN_OPTIONS", "detect_leaks=0");
  const ServiceFolder service;
  const Ended init = service.init();
  INFO(all_of(init));
  REQUIRE(init.code == 0);
  CHECK_THAT(init.out, Catch::Contains("owner:           number 12345\n"));
  CHECK(service.foreign() == "");
  CHECK(fs::exists(service.data / "ca/ca.pem"));
  CHECK(service.command({"doctor", "--quiet"}).out == "");
  CHECK(service.foreign() == "");

  // Into a folder of root's it is root who writes, into one of its own the service.
  const fs::path roots = service.folder.path() / "roots";
  fs::create_directory(roots);
  REQUIRE(::chmod(roots.c_str(), 0700) == 0);
  REQUIRE(service.command({"backup", (roots / "a.backup").string()}).code == 0);
  CHECK(owner(roots / "a.backup") == 0);
  REQUIRE(service.command({"backup", (service.data / "b.backup").string()}).code == 0);
  CHECK(service.foreign() == "");
  const Ended restored = service.command({"restore", (roots / "a.backup").string()});
  INFO(all_of(restored));
  REQUIRE(restored.code == 0);
  CHECK(service.foreign() == "");
  CHECK(service.command({"doctor"}).code == 0);

  // What root copied there by hand is named, with the command that mends it.
  REQUIRE(::chown((service.data / "muster.db").c_str(), 0, 0) == 0);
  const Ended spoilt = service.command({"backup", (service.data / "c.backup").string()});
  CHECK(spoilt.code == 1);
  CHECK_THAT(spoilt.error, Catch::Contains("muster.db belongs to the user root, and its folder to "
                                           "number 12345: run chown -R 12345 " +
                                           service.data.string()));
  CHECK_THAT(
      service.command({"doctor", "--quiet"}).out,
      Catch::StartsWith("FAILED  data directory: ") && Catch::Contains("run chown -R 12345"));
}

TEST_CASE("what cannot be reached is said in words", "[end_to_end][sqlite]") {
  const ServerProcess server;
  const auto fails = [&](const std::vector<std::string>& arguments) {
    const Ended ended = server.command(arguments);
    INFO(all_of(ended));
    CHECK(ended.code == 1);
    CHECK_THAT(ended.error, !Catch::Contains("filesystem error") && !Catch::Contains("std::"));
    return ended.error;
  };
  const std::string folder = server.folder().string();
  CHECK_THAT(fails({"backup", folder + "/none/x.backup"}),
             Catch::Contains("there is no folder " + folder + "/none"));
  CHECK_THAT(fails({"backup", folder}), Catch::Contains("it exists already"));
  CHECK_THAT(fails({"backup", folder + "/server.ini/x"}),
             Catch::Contains("Not a directory") || Catch::Contains("there is no folder"));
  CHECK_THAT(fails({"restore", folder + "/none"}),
             Catch::Contains("/none cannot be restored: cannot open it: No such file"));
  CHECK_THAT(fails({"restore", folder}), Catch::Contains("cannot be restored"));
  if (::geteuid() != 0) return;
  // A folder that only root may look into, asked for by somebody else.
  const ServiceFolder service;
  REQUIRE(service.init().code == 0);
  const fs::path closed = service.folder.path() / "closed";
  fs::create_directory(closed);
  REQUIRE(::chmod(closed.c_str(), 0700) == 0);
  const Ended denied = run_program({"setpriv", "--reuid", "12345", "--regid", "12345",
                                    "--clear-groups", binary("muster-server"), "--config",
                                    (service.folder.path() / "server.ini").string(), "--data",
                                    service.data.string(), "backup", (closed / "x").string()});
  INFO(all_of(denied));
  CHECK(denied.code == 1);
  CHECK_THAT(denied.error, Catch::Contains("cannot use " + (closed / "x").string() +
                                           ": Permission denied for the user number 12345"));
}

TEST_CASE("doctor shows what is wrong and counts what is right", "[end_to_end][sqlite]") {
  const ServerProcess server;
  const Ended well = server.command({"doctor"});
  INFO(all_of(well));
  CHECK(well.code == 0);
  CHECK_THAT(well.out, Catch::Contains(" checks hold; --all lists them\neverything is well\n"));
  CHECK(std::count(well.out.begin(), well.out.end(), '\n') < 15);
  const Ended quiet = server.command({"doctor", "--quiet"});
  CHECK(quiet.code == 0);
  CHECK(quiet.out == "");
  CHECK(quiet.error == "");
  const std::string all = server.command({"doctor", "--all"}).out;
  CHECK(std::count(all.begin(), all.end(), '\n') > 30);
  const auto json = JsonValue::parse(server.command({"doctor", "--json"}).out);
  REQUIRE(json);
  CHECK(json->boolean_at("ok") == true);
  CHECK(json->integer_at("failed") == 0);
  CHECK(json->find("checks")->array()->size() > 30);

  fs::permissions(server.data(), fs::perms(0755));
  CHECK_THAT(server.command({"doctor"}).out, Catch::EndsWith("\n1 check FAILED\n"));
  const Ended broken = server.command({"doctor", "--quiet"});
  CHECK(broken.code == 1);
  CHECK(broken.out == "FAILED  data directory: others can reach " + server.data().string() +
                          ", which holds keys: run chmod 700\n1 check FAILED\n");
  // Behind eighty lines that are well it stands at the end once more.
  CHECK_THAT(
      server.command({"doctor", "--all"}).out,
      Catch::EndsWith("\nFAILED  data directory: others can reach " + server.data().string() +
                      ", which holds keys: run chmod 700\n1 check FAILED\n"));
  const auto failed = JsonValue::parse(server.command({"doctor", "--json", "--quiet"}).out);
  REQUIRE(failed);
  CHECK(failed->boolean_at("ok") == false);
  REQUIRE(failed->find("checks")->array()->size() == 1);
  CHECK(failed->find("checks")->array()->front().text_at("check") == "data directory");
}

TEST_CASE("mistakes on the command line of muster-server are told and end with 2",
          "[end_to_end][sqlite]") {
  const auto says = [](const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {binary("muster-server")};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Ended ended = run_program(all);
    CHECK(ended.code == 2);
    CHECK(ended.out == "");
    return ended.error;
  };
  CHECK(says({"nosuch"}) ==
        "muster-server: there is no command \"muster-server nosuch\"\ntry: muster-server help\n");
  CHECK_THAT(says({"restor"}), Catch::EndsWith("try: muster-server restore\n"));
  CHECK_THAT(says({"serve", "--peple-port", "1"}), Catch::EndsWith("try: --people-port\n"));
  CHECK_THAT(says({}), Catch::Contains("no command was given; there are init, serve, backup"));
  CHECK_THAT(says({"backup"}), Catch::Contains("FILE is missing"));

  for (const char* command : {"init", "serve", "backup", "restore", "doctor", "migrate"}) {
    std::istringstream help(run_program({binary("muster-server"), command, "--help"}).out);
    int lines = 0;
    for (std::string line; std::getline(help, line); ++lines)
      CHECK(line.size() <= 80);
    CHECK(lines > 4);
    CHECK(lines <= 24);
  }
}
