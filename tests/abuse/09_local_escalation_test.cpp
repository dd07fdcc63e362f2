// SPDX-License-Identifier: Apache-2.0
// Case 9: a user of the machine tries to get at the agent: state, key and spool that others may
// read or write, links in the state folder, settings of others' making, PATH and LD_PRELOAD.
// Expected: key and spool 0600 in a folder of 0700; the agent refuses to start on lax modes, links
// and foreign owners and says which; it starts no program, so PATH means nothing. Not covered:
// files of the packages (tests/packaging/packages_test.sh); LD_PRELOAD of a set-capability program
// is the loader's business (it runs from a unit with AmbientCapabilities, AT_SECURE off, and nobody
// but root sets its environment).
#include <sys/stat.h>

#include "tests/support/programs/attacked.h"
#include "tests/support/programs/machine.h"

using namespace muster;
using namespace muster::test;

namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& file) {
  struct stat status = {};
  REQUIRE(lstat(file.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("09 what the agent keeps is for itself alone, or it does not start", "[abuse][sqlite]") {
  Attacked here;
  const Machine machine("victim");
  REQUIRE(machine.enroll(here.server.join_code()).code == 0);
  REQUIRE(machine.run_once().code == 0);
  here.server.stop();
  REQUIRE(machine.run_once().code != 0);  // something waits in the spool now

  CHECK(mode_of(machine.state()) == 0700);
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(machine.state())) {
    INFO(entry.path());
    CHECK(mode_of(entry.path()) == (entry.is_directory() ? 0700 : 0600));
    files += entry.is_regular_file() ? 1 : 0;
  }
  CHECK(files >= 4);

  here.server.start();
  for (const auto& entry : fs::recursive_directory_iterator(machine.state())) {
    const std::string name = entry.path().filename().string();
    if (name.find("lock") != std::string::npos) continue;  // holds nothing
    for (const mode_t lax : {0644U, 0660U, 0602U}) {
      const mode_t before = mode_of(entry.path());
      REQUIRE(::chmod(entry.path().c_str(), entry.is_directory() ? lax | 0100 : lax) == 0);
      const Ended ran = machine.run_once();
      INFO(entry.path() << all_of(ran));
      CHECK(ran.code != 0);
      CHECK(ran.error.find(name) != std::string::npos);  // it says which
      REQUIRE(::chmod(entry.path().c_str(), before) == 0);
    }
  }
  REQUIRE(::chmod(machine.state().c_str(), 0755) == 0);
  CHECK(machine.run_once().code != 0);
  REQUIRE(::chmod(machine.state().c_str(), 0700) == 0);
  const Ended again = machine.run_once();
  INFO(all_of(again));
  CHECK(again.code == 0);
}

TEST_CASE("09 a link in the agent's state is not followed", "[abuse][sqlite]") {
  Attacked here;
  const Machine machine("victim");
  REQUIRE(machine.enroll(here.server.join_code()).code == 0);
  const fs::path other = here.server.folder() / "other-file";
  write_file(other, "somebody else's");
  for (const auto& entry : fs::directory_iterator(machine.state())) {
    if (!entry.is_regular_file()) continue;
    const fs::path kept = entry.path().string() + ".kept";
    const std::string name = entry.path().filename().string();
    if (name.find("lock") != std::string::npos) continue;
    fs::rename(entry.path(), kept);
    fs::create_symlink(other, entry.path());
    const Ended ran = machine.run_once();
    INFO(name << all_of(ran));
    CHECK(read_whole(other) == "somebody else's");
    fs::remove(entry.path());
    fs::rename(kept, entry.path());
  }
}

TEST_CASE("09 the agent starts no program, whatever PATH says", "[abuse][sqlite]") {
  Attacked here;
  const Machine machine("victim");
  REQUIRE(machine.enroll(here.server.join_code()).code == 0);
  const fs::path trap = here.server.folder() / "trap";
  fs::create_directories(trap);
  const fs::path mark = here.server.folder() / "ran";
  for (const char* name :
       {"sh", "dpkg", "dpkg-query", "lsb_release", "uname", "dmidecode", "ip", "rpm"}) {
    write_file(trap / name, "#!/bin/sh\necho \"$0\" >> " + mark.string() + "\n");
    ::chmod((trap / name).c_str(), 0755);
  }
  std::vector<std::string> command = machine.agent({"run", "--once"});
  command.insert(command.begin(),
                 {"env", "PATH=" + trap.string(), "SHELL=" + (trap / "sh").string(),
                  "BASH_ENV=" + mark.string(), "TMPDIR=" + trap.string()});
  command.front() = "/usr/bin/env";
  const Ended ran = run_program(command);
  INFO(all_of(ran));
  CHECK(ran.code == 0);
  CHECK_FALSE(fs::exists(mark));
}
