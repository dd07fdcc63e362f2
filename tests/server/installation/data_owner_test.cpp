// SPDX-License-Identifier: Apache-2.0
#include "server/installation/data_owner.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/program.h"

namespace muster::server {

TEST_CASE("init says how to start the server that it has made", "[commands]") {
  struct Row {
    installation::StartFacts facts;
    const char* command;
  };
  const auto row = GENERATE(values<Row>({
      {{.owner = "muster-server",
        .data_directory = "/var/lib/muster",
        .config_file = "",
        .is_packaged = true,
        .runs_systemd = true},
       "systemctl start muster-server"},
      // A container has the package and no systemd.
      {{.owner = "muster-server",
        .data_directory = "/var/lib/muster",
        .config_file = "",
        .is_packaged = true,
        .runs_systemd = false},
       "muster-server serve"},
      // The unit knows nothing of another folder, of another file, or of another user's.
      {{.owner = "muster-server",
        .data_directory = "/srv/muster",
        .config_file = "",
        .is_packaged = true,
        .runs_systemd = true},
       "muster-server serve --data /srv/muster"},
      {{.owner = "ana",
        .data_directory = "/home/ana/my data",
        .config_file = "/home/ana/server.ini",
        .is_packaged = false,
        .runs_systemd = true},
       "muster-server --config /home/ana/server.ini serve --data '/home/ana/my data'"},
      {{.owner = "root",
        .data_directory = "/var/lib/muster",
        .config_file = "",
        .is_packaged = false,
        .runs_systemd = true},
       "muster-server serve"},
  }));
  CHECK(installation::start_command(row.facts) == row.command);
}

TEST_CASE("a file that its user cannot use is named with the command that mends it", "[commands]") {
  if (::geteuid() != 0) {
    SUCCEED("needs root");
    return;
  }
  test::TemporaryFolder folder;
  const auto data = folder.path() / "data";
  std::filesystem::create_directories(data / "ca");
  for (const char* name : {"muster.db", "ca/ca.pem", "lost+found", "old.backup"})
    std::ofstream(data / name) << "text";
  CHECK_NOTHROW(installation::check_owner(data));

  // As somebody else, whose folder it is not.
  REQUIRE(::seteuid(12345) == 0);
  CHECK_NOTHROW(installation::check_owner(folder.path() / "nothing"));
  REQUIRE(::seteuid(0) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE(::seteuid(12345) == 0);
  CHECK_THROWS_WITH(installation::check_owner(data),
                    data.string() +
                        " belongs to the user root, and this one is number 12345: run "
                        "it as root or as that user");
  REQUIRE(::seteuid(0) == 0);

  // As the owner of the folder, in which root has left files: those that nobody opens are no harm.
  for (const char* name : {"", "ca", "ca/ca.pem"})
    REQUIRE(::chown((data / name).c_str(), 12345, 12345) == 0);
  REQUIRE(::chmod((data / "lost+found").c_str(), 0600) == 0);
  const auto refuses = [&](const char* name) {
    INFO(name);
    REQUIRE(::chown((data / name).c_str(), 0, 0) == 0);
    REQUIRE(::chmod((data / name).c_str(), 0600) == 0);
    REQUIRE(::seteuid(12345) == 0);
    CHECK_THROWS_WITH(installation::check_owner(data),
                      (data / name).string() +
                          " belongs to the user root, and its folder to number "
                          "12345: run chown -R 12345 " +
                          data.string());
    REQUIRE(::seteuid(0) == 0);
    REQUIRE(::chown((data / name).c_str(), 12345, 12345) == 0);
  };
  refuses("muster.db");
  refuses("ca/ca.pem");
  REQUIRE(::seteuid(12345) == 0);
  CHECK_NOTHROW(installation::check_owner(data));
  REQUIRE(::seteuid(0) == 0);
}

}  // namespace muster::server
