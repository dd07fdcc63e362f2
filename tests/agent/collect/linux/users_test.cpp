// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/users.h"

#include <catch2/catch.hpp>

#include "agent/host/live_host.h"
#include "tests/support/agent/map_host.h"

namespace muster::agent {

TEST_CASE("users: an account has its ids, name, home, shell and groups", "[users]") {
  const UserList list = parse_users(
      "root:x:0:0:root:/root:/bin/bash\n"
      "novak:x:1000:1000:Janez Nov\xC3\xA1k,Room 7,123,:/home/novak:/bin/zsh\n"
      "nobody:x:65534:65534::/nonexistent:\n"
      "big:x:4294967295:4294967294:,,,:/:/bin/sh",
      "root:x:0:\nadm:x:4:syslog,novak\nsudo:x:27:novak, big\nempty:x:9:,,\n");
  CHECK(list.problem.empty());
  REQUIRE(list.users.size() == 4);
  const inventory::User& user = list.users[1];
  CHECK(user.name == "novak");
  CHECK(user.uid == 1000);
  CHECK(user.gid == 1000);
  CHECK(user.full_name == "Janez Nov\xC3\xA1k");
  CHECK(user.home == "/home/novak");
  CHECK(user.shell == "/bin/zsh");
  CHECK(user.groups == std::vector<std::string>{"adm", "sudo"});
  CHECK(list.users[0].groups.empty());
  CHECK_FALSE(list.users[2].full_name);
  CHECK_FALSE(list.users[2].shell);
  CHECK(list.users[3].uid == 4294967295);
  CHECK_FALSE(list.users[3].full_name);
  CHECK(list.users[3].groups == std::vector<std::string>{"sudo"});
}

TEST_CASE("users: lines that are no entries are named, those of a directory are skipped",
          "[users]") {
  struct Case {
    std::string passwd, group;
    std::size_t users;
    std::string problem;
  };
  const std::string root = "root:x:0:0:root:/root:/bin/bash\n";
  const std::vector<Case> cases = {
      {"", "", 0, ""},
      {root + "+::::::\n+@staff::::::\n-bad::::::\n+\n", "+:::\n", 1, ""},
      {"# a comment\n\n   \n" + root, "# x\n", 1, ""},
      {root + "broken\n", "", 1, "Line 2 of /etc/passwd is not an entry."},
      {"a:x:1:1:::\n:x:1:1:::\nb:x:1:1::\nc:x:1:1::::\n", "", 1,
       "Line 2 of /etc/passwd is not an entry (and 2 more lines like this)."},
      {"a:x:one:1:::\n" + root, "", 1, "Line 1 of /etc/passwd has no numeric user and group id."},
      {"a:x:-1:1:::\n", "", 0, "Line 1 of /etc/passwd has no numeric user and group id."},
      {"a:x:1:4294967296:::\n", "", 0, "Line 1 of /etc/passwd has no numeric user and group id."},
      {root, "adm:x:4\n", 1, "Line 1 of /etc/group is not an entry."},
      {root + "root:x:5:5:::\n", "", 1, ""},
      {"root:x:0:0:root:/root:/bin/ba", "", 1, ""},
  };
  for (const Case& test : cases) {
    CAPTURE(test.passwd, test.group);
    const UserList list = parse_users(test.passwd, test.group);
    CHECK(list.users.size() == test.users);
    CHECK(list.problem == test.problem);
  }
  CHECK(parse_users(root + "root:x:5:5:::\n", "").users[0].uid == 0);
}

TEST_CASE("users: what may not be read is said, and shadow is never touched", "[users]") {
  MapHost host;
  CHECK(collect_users(host).sources.at("users").status == inventory::Status::kNotApplicable);
  host.files["/etc/passwd"] = "a:x:1:1:::\nb\n";
  host.files["/etc/shadow"] = "a:secret:::::::\n";
  CHECK(collect_users(host).rows.size() == 1);
  CHECK(collect_users(host).sources.at("users").status == inventory::Status::kPartial);
  host.files["/etc/passwd"] = "a:x:1:1:::\n";
  CHECK(collect_users(host).sources.at("users") == inventory::SourceStatus{});
  host.failures["/etc/group"] = {FailureKind::kDenied, "no"};
  CHECK(collect_users(host).sources.at("users").status == inventory::Status::kDenied);
  CHECK(collect_users(host).rows.empty());
  CHECK(host.asked == std::set<std::string>{"/etc/group", "/etc/passwd"});
}

TEST_CASE("users: this machine has a root", "[users]") {
  LiveHost host;
  const Collected found = collect_users(host);
  REQUIRE_FALSE(found.rows.empty());
  CHECK(std::get<std::string>(found.rows[0].cells[0]) == "root");
}

}  // namespace muster::agent
