// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/people/users.h"

#include <grp.h>
#include <pwd.h>

#include <catch2/catch.hpp>

#include "agent/host/live_host.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/told.h"

namespace muster::agent {

TEST_CASE("users: an account has its ids, name, home, shell and groups", "[users]") {
  const collect::UserList list = collect::parse_users(
      "root:x:0:0:root:/root:/bin/bash\n"
      "novak:x:1000:1000:Janez Nov\xC3\xA1k,Room 7,123,:/home/novak:/bin/zsh\n"
      "nobody:x:65534:65534::/nonexistent:\n"
      "big:x:4294967295:4294967294:,,,:/:/bin/sh",
      "root:x:0:\nadm:x:4:syslog,novak\nsudo:x:27:novak, big\nempty:x:9:,,\n"
      "novak:x:1000:\n");
  CHECK(list.problem.empty());
  REQUIRE(list.users.size() == 4);
  const inventory::User& user = list.users[1];
  CHECK(user.name == "novak");
  CHECK(user.uid == 1000);
  CHECK(user.gid == 1000);
  CHECK(user.full_name == "Janez Nov\xC3\xA1k");
  CHECK(user.home == "/home/novak");
  CHECK(user.shell == "/bin/zsh");
  CHECK(user.groups == std::vector<std::string>{"adm", "novak", "sudo"});
  CHECK(list.users[0].groups == std::vector<std::string>{"root"});
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
  const std::string wheel = "root:x:0:\n";
  const std::vector<Case> cases = {
      {root + "+::::::\n+@staff::::::\n  -bad::::::\n+\n", wheel + "+:::\n", 1, ""},
      {"# a comment\n\n   \n" + root, "# x\n" + wheel, 1, ""},
      // What the C library skips, and what it takes.
      {root + "  # local accounts\n\t#\n \v\f\r\n", "  # x\n" + wheel, 1, ""},
      {root + "broken\n", wheel, 1, "Line 2 of /etc/passwd is not an entry."},
      {root + "a:x:1:1:::\n:x:1:1:::\nb:x:1:1::\nc:x:1:1::::\n", wheel, 4,
       "Line 3 of /etc/passwd is not an entry (and 2 more lines like this)."},
      {"a:x:one:1:::\n" + root, wheel, 1,
       "Line 1 of /etc/passwd has no numeric user and group id."},
      {root + "a:x:-1:1:::\n", wheel, 1, "Line 2 of /etc/passwd has no numeric user and group id."},
      {root + "a:x:1:4294967296:::\n", wheel, 1,
       "Line 2 of /etc/passwd has no numeric user and group id."},
      {root, wheel + "adm:x:4\n", 1, "Line 2 of /etc/group is not an entry."},
      {root, wheel + "adm:x:four:\n", 1, "Line 2 of /etc/group has no numeric group id."},
      {root + "root:x:5:5:::\n", wheel, 1, ""},
      {"root:x:0:0:root:/root:/bin/ba", wheel, 1, ""},
      // No system is without user and group 0.
      {"", wheel, 0, "/etc/passwd lists no account with user id 0, which every system has."},
      {"\n\n", wheel, 0, "/etc/passwd lists no account with user id 0, which every system has."},
      {"a:x:1:1:::\n", wheel, 1,
       "/etc/passwd lists no account with user id 0, which every system has."},
      {root, "adm:x:4:\n", 1, "/etc/group lists no group with id 0, which every system has."},
      {root, "", 1, "/etc/group lists no group with id 0, which every system has."},
  };
  for (const Case& test : cases) {
    CAPTURE(test.passwd, test.group);
    const collect::UserList list = collect::parse_users(test.passwd, test.group);
    CHECK(list.users.size() == test.users);
    CHECK(list.problem == test.problem);
  }
  CHECK(collect::parse_users(root + "root:x:5:5:::\n", wheel).users[0].uid == 0);
  CHECK(collect::parse_users(root, std::nullopt).problem.empty());
}

TEST_CASE("users: whatever the C library takes for an account is one", "[users]") {
  const collect::UserList list = collect::parse_users(
      "root:x:0:0:root:/root:/bin/bash\n"
      "  eve::0:0::/:/bin/sh\n"
      "\tmallory:x: 0:+0:\n"
      "short:x:0:0\n"
      "more:x:7:7:g:/h:/bin/sh:extra\n",
      "root:x:0:\n");
  std::vector<std::string> all;
  for (const inventory::User& user : list.users)
    all.push_back(user.name + ' ' + std::to_string(user.uid.value()) + ' ' +
                  user.shell.value_or("-"));
  CHECK(all == std::vector<std::string>{"root 0 /bin/bash", "eve 0 /bin/sh", "mallory 0 -",
                                        "short 0 -", "more 7 /bin/sh:extra"});
}

TEST_CASE("users: the groups of an account are those that id says", "[users]") {
  const auto groups_of = [](const std::string& account, const std::string& group) {
    return collect::parse_users("root:x:0:0::/:\n" + account + "\n", "root:x:0:\n" + group)
        .users.at(1)
        .groups;
  };
  using Names = std::vector<std::string>;
  CHECK(groups_of("a:x:1:27:::", "sudo:x:27:\n") == Names{"sudo"});
  CHECK(groups_of("a:x:1:27:::", "sudo:x:27:a\n") == Names{"sudo"});
  CHECK(groups_of("a:x:1:27:::", "docker:x:9:b,a,a\nsudo:x:27:\n") == Names{"docker", "sudo"});
  CHECK(groups_of("a:x:1:99:::", "docker:x:9:a\n") == Names{"docker"});
  CHECK(groups_of("a:x:1:99:::", "").empty());
  // A number with two names: getgrgid(3) has the first, and the line that names a is in it too.
  CHECK(groups_of("a:x:1:27:::", "sudo:x:27:\nadmin:x:27:\n") == Names{"sudo"});
  CHECK(groups_of("a:x:1:1:::", "admins:x:0:a\n") == Names{"admins", "root"});
  // A name on two lines.
  CHECK(groups_of("a:x:1:1:::", "w:x:5:a\nw:x:6:a\n") == Names{"w"});
  CHECK(groups_of("a:x:1:1:::", "  w:x:5: a ,b\n") == Names{"w"});
}

TEST_CASE("users: what may not be read is said, and shadow is never touched", "[users]") {
  MapHost host;
  CHECK(collect::collect_users(host).providers.at("users").status ==
        inventory::Status::kNotApplicable);
  host.files["/etc/passwd"] = "a:x:1:1:::\nb\n";
  host.files["/etc/shadow"] = "a:secret:::::::\n";
  CHECK(collect::collect_users(host).rows.size() == 1);
  CHECK(collect::collect_users(host).providers.at("users").status == inventory::Status::kPartial);
  host.files["/etc/passwd"] = "root:x:0:0:::\n";
  CHECK(collect::collect_users(host).providers.at("users") == inventory::ProviderStatus{});
  host.files["/etc/group"] = "";
  CHECK(collect::collect_users(host).providers.at("users").status == inventory::Status::kFailed);
  CHECK(collect::collect_users(host).rows.empty());
  host.files["/etc/group"] = "root:x:0:\n";
  CHECK(collect::collect_users(host).providers.at("users") == inventory::ProviderStatus{});
  for (const char* const impossible : {"", "\n", "# all gone\n", "+::::::\n"}) {
    CAPTURE(impossible);
    host.files["/etc/passwd"] = impossible;
    CHECK(collect::collect_users(host).providers.at("users") ==
          inventory::ProviderStatus{
              inventory::Status::kFailed,
              "/etc/passwd lists no account with user id 0, which every system has."});
  }
  host.failures["/etc/group"] = {FailureKind::kDenied, "no"};
  CHECK(collect::collect_users(host).providers.at("users").status == inventory::Status::kDenied);
  CHECK(collect::collect_users(host).rows.empty());
  CHECK(host.asked == std::set<std::string>{"/etc/group", "/etc/passwd"});
}

TEST_CASE("users: this machine's accounts have the groups that id says", "[users]") {
  host::LiveHost host;
  const collect::CollectedSection found = collect::collect_users(host);
  REQUIRE_FALSE(found.rows.empty());
  CHECK(std::get<std::string>(found.rows[0].cells[0]) == "root");
  for (const std::string& line : told("users", found, {"name", "groups"})) {
    const std::size_t bar = line.find(" | ");
    const std::string name = line.substr(0, bar);
    const passwd* const account = getpwnam(name.c_str());
    if (account == nullptr) continue;
    std::vector<gid_t> ids(256);
    int count = static_cast<int>(ids.size());
    REQUIRE(getgrouplist(name.c_str(), account->pw_gid, ids.data(), &count) >= 0);
    const std::string groups = ',' + line.substr(bar + 3) + ',';
    for (int i = 0; i < count; ++i) {
      const group* const of_id = getgrgid(ids[static_cast<std::size_t>(i)]);
      if (of_id == nullptr) continue;
      CAPTURE(name, of_id->gr_name);
      CHECK(groups.find(',' + std::string(of_id->gr_name) + ',') != std::string::npos);
    }
  }
}

TEST_CASE("cases 80*, 81: odd lines of /etc/passwd and /etc/group", "[users][shared_data]") {
  using inventory::Status;
  struct Case {
    std::string name;
    Status status;
    std::vector<std::string> users;
  };
  const std::vector<Case> cases = {
      {"80-passwd-oddities",
       Status::kOk,
       {"DOM\\user | 300001 | -", "ana | 1000 | adm,sudo", "nobody | 65534 | -", "nolog | 999 | -",
        "noshell | 998 | -", "root | 0 | root", "toor | 0 | root,sudo"}},
      {"80b-indented-comment", Status::kOk, {"ana | 1000 | -", "root | 0 | root"}},
      {"80c-empty-name", Status::kPartial, {"root | 0 | root"}},
      {"80d-negative-uid", Status::kPartial, {"root | 0 | root"}},
      {"80f-nonutf8", Status::kOk, {"j | 1000 | -", "root | 0 | root"}},
      {"80g-group-three-fields", Status::kPartial, {"root | 0 | root"}},
      {"80h-big-uid", Status::kOk, {"big | 4294967294 | -", "root | 0 | root"}},
      {"81-empty-passwd", Status::kFailed, {}},
  };
  for (const Case& test : cases) {
    CAPTURE(test.name);
    CaseMachine machine(test.name);
    const collect::CollectedSection users = collect::collect_users(machine.host());
    CHECK(users.providers.at("users").status == test.status);
    std::vector<std::string> found = told("users", users, {"name", "uid", "groups"});
    for (std::string& line : found) {
      if (line.ends_with("| ")) line += '-';
    }
    CHECK(found == test.users);
  }
}

}  // namespace muster::agent
