// SPDX-License-Identifier: Apache-2.0
// Machines that may not report: each is told why, and what to do about it.
#include <sqlite3.h>

#include <catch2/catch.hpp>

#include "tests/end_to_end/installation.h"

using muster::JsonValue;
using namespace muster::test;

namespace {

// For what would take a minute of waiting otherwise.
void change_database(Installation& installation, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((installation.server().data() / "muster.db").c_str(), &database) ==
          SQLITE_OK);
  sqlite3_busy_timeout(database, 10'000);
  char* problem = nullptr;
  const int result = sqlite3_exec(database, sql, nullptr, nullptr, &problem);
  INFO((problem == nullptr ? "" : problem));
  sqlite3_free(problem);
  sqlite3_close(database);
  REQUIRE(result == SQLITE_OK);
}

}  // namespace

TEST_CASE("a revoked agent is refused at its next report, and its machine says what to do",
          "[end_to_end]") {
  Installation installation;
  Machine machine("lap-0421");
  join(installation, machine);
  const Ended reporting = machine.status();
  INFO(all_of(reporting));
  CHECK(reporting.code == 0);

  const Ended without_yes =
      installation.muster({"agent", "revoke", machine.name(), "--reason", "laptop stolen"});
  INFO(all_of(without_yes));
  CHECK(without_yes.code == 2);
  const Ended revoked = installation.muster(
      {"agent", "revoke", machine.name(), "--reason", "laptop stolen", "--yes"});
  INFO(all_of(revoked));
  REQUIRE(revoked.code == 0);

  const Ended refused = machine.run_once();
  INFO(all_of(refused));
  CHECK(refused.code == 1);
  CHECK(refused.error.find("revoked") != std::string::npos);
  const Ended status = machine.status();
  INFO(all_of(status));
  CHECK(status.code == 1);
  CHECK(status.out.find("not reporting") != std::string::npos);
  CHECK(status.out.find("revoked") != std::string::npos);
  CHECK(status.out.find("muster-agent enroll --force -") != std::string::npos);

  // Which helps: the machine comes back as what it was.
  const Ended enrolled =
      run_program(machine.agent({"enroll", "--force", "-"}), installation.join_code() + "\n");
  INFO(all_of(enrolled));
  REQUIRE(enrolled.code == 0);
  reported(machine.run_once());
  CHECK(installation.list({"items"}).size() == 1);
  CHECK(machine.status().code == 0);
}

TEST_CASE("a join code that cannot be used says why", "[end_to_end]") {
  Installation installation;
  const Machine machine("lap-0421");
  const auto refusal = [&](const std::string& code) {
    const Ended ran = machine.enroll(code);
    INFO(all_of(ran));
    CHECK(ran.code == 1);
    return ran.error;
  };

  SECTION("it is used up") {
    const Machine other("lap-0422");
    const std::string code = installation.join_code({"--uses", "1"});
    REQUIRE(other.enroll(code).code == 0);
    CHECK_THAT(refusal(code), Catch::Contains("used"));
  }
  SECTION("it has expired") {
    const std::string code = installation.join_code({"--expires", "1h"});
    change_database(installation, "UPDATE join_tokens SET expires_at = 1000");
    CHECK_THAT(refusal(code), Catch::Contains("expired"));
  }
  SECTION("it was revoked") {
    const JsonValue token = installation.json({"join-token", "create"});
    REQUIRE(installation
                .muster({"join-token", "revoke", token.text_at("token_id").value_or(""), "--yes"})
                .code == 0);
    CHECK_THAT(refusal(token.text_at("join_code").value_or("")), Catch::Contains("revoked"));
  }
  SECTION("it belongs to another server, whose key this one does not have") {
    Installation other;
    std::string code = other.join_code();
    other.server().stop();
    CHECK_THAT(refusal(code), Catch::Contains("127.0.0.1"));
  }
  SECTION("it is mistyped") {
    std::string code = installation.join_code();
    code[code.size() / 2] = code[code.size() / 2] == 'A' ? 'B' : 'A';
    const Ended ran = machine.enroll(code);
    INFO(all_of(ran));
    CHECK(ran.code == 2);
  }
  // Nothing was left behind that would look like an enrolled machine.
  CHECK(machine.status().code == 1);
}
