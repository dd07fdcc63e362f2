// SPDX-License-Identifier: Apache-2.0
// Trees made after public bug reports (shared/cases), reported by the real agent and asked about as
// people do. Counterparts of our own: tests/server/query, tests/server/api/said_is_so_test.cpp.
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/programs/installation.h"
#include "tests/support/test_data.h"

using namespace muster::test;

namespace {

using Names = std::set<std::string>;

struct Cases {
  Installation installation;
  TemporaryFolder folder;
  std::vector<std::unique_ptr<Machine>> agents;

  // The agent of a new machine looks at the case's tree.
  void report(const std::string& name) {
    INFO("the case " << name);
    const auto root = folder.path() / name;
    std::filesystem::create_directories(root);
    const Ended unpacked = run_program(
        {"tar", "-xJf", shared_case(name), "-C", root.string(), "--strip-components=1"});
    REQUIRE(unpacked.code == 0);
    agents.push_back(std::make_unique<Machine>("m" + std::to_string(agents.size())));
    const Ended enrolled = agents.back()->enroll(installation.join_code());
    INFO(all_of(enrolled));
    REQUIRE(enrolled.code == 0);
    const Ended ran = run_program(agents.back()->agent({"run", "--once", "--root", root.string()}));
    INFO(all_of(ran));
    REQUIRE(ran.code == 0);
  }
  Names names(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "items");
    Names out;
    for (const auto& item : installation.list(arguments))
      out.insert(item.text_at("name").value_or("?"));
    return out;
  }
};

TEST_CASE("case 51, 52: addresses are found in any notation", "[end_to_end][shared_data]") {
  Cases cases;
  cases.report("a1-search");
  cases.report("a2-search");
  const Names first = {"A1_host%x"};
  for (const char* query :
       {"mac:00-1b-21-a1-00-01", "mac:001b.21a1.0001", "mac:001B21A10001", "mac:00:1B:21:A1:00:01",
        "001b21a10001", "ip:2001:0db8::1", "ip:2001:db8:0:0:0:0:0:1", "2001:0DB8::1",
        "ip:2001:db8::/64", "ip:10.168.0.5", "ip:::ffff:10.168.0.5", "host%x", "A1_host"}) {
    CAPTURE(query);
    CHECK(cases.names({query}) == first);
  }
  CHECK(cases.names({"00:1b:21:*"}).contains("A1_host%x"));
  CHECK(cases.names({"ip:10.168.0.0/24"}).contains("A1_host%x"));
  const Ended refused = cases.installation.muster({"items", "ip:10.168.0.0/99"});
  CHECK(refused.code != 0);
  CHECK(refused.error.find("cannot be an IP address") != std::string::npos);
}

TEST_CASE("case 62: a row that is there is found, though another one was broken",
          "[end_to_end][shared_data]") {
  Cases cases;
  cases.report("95-partial-from-the-first");
  const Names machine = cases.names({""});
  REQUIRE(machine.size() == 1);
  CHECK(cases.names({"packages.name:openssl packages.version<3.0.13"}) == machine);
  CHECK(cases.names({"NOT packages.name:telnetd"}).empty());
  CHECK(cases.names({"NOT packages.name:telnetd", "--undetermined"}) == machine);
}

TEST_CASE("case 7: what dpkg does not know is not absent from an RPM machine",
          "[end_to_end][shared_data]") {
  Cases cases;
  cases.report("98a-rpm-machine");
  cases.report("98b-rpm-machine-with-dpkg-tool");
  const Names machines = cases.names({""});
  REQUIRE(machines.size() == 2);
  for (const char* query :
       {"packages.name:openssl", "NOT packages.name:openssl", "missing:packages"}) {
    CAPTURE(query);
    CHECK(cases.names({query}).empty());
    CHECK(cases.names({query, "--undetermined"}) == machines);
  }
}

}  // namespace
