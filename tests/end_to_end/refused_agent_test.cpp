// SPDX-License-Identifier: Apache-2.0
// Machines that may not report: each is told why, and what to do about it.
#include <catch2/catch.hpp>

#include "common/crypto/join_code.h"
#include "common/support/digest.h"
#include "tests/support/programs/database.h"
#include "tests/support/programs/installation.h"

using muster::JsonValue;
using namespace muster::test;

namespace {

// For what would take a minute of waiting otherwise.
void change_database(Installation& installation, const char* sql) {
  database_session(installation.server())->execute(sql);
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
    CHECK(ran.out.empty());
    return ran.error;
  };

  const std::string used = installation.join_code({"--uses", "1"});
  REQUIRE(Machine("lap-0422").enroll(used).code == 0);
  CHECK_THAT(refusal(used), Catch::Contains("used"));

  const JsonValue token = installation.json({"join-token", "create"});
  const std::string revoked = token.text_at("join_code").value_or("");
  REQUIRE(
      installation.muster({"join-token", "revoke", token.text_at("token_id").value_or(""), "--yes"})
          .code == 0);
  CHECK_THAT(refusal(revoked), Catch::Contains("revoked"));

  const std::string expired = installation.join_code({"--expires", "1h"});
  change_database(installation, "UPDATE join_tokens SET expires_at = 1000 WHERE uses = 0");
  CHECK_THAT(refusal(expired), Catch::Contains("expired"));

  // Somebody else answers under the server's name: the key is not the one in the code.
  auto parts = muster::crypto::parse_join_code(installation.join_code());
  REQUIRE(parts);
  parts->ca_spki_sha256_hex = muster::sha256_hex("another authority");
  CHECK_THAT(refusal(*muster::crypto::encode_join_code(*parts)),
             Catch::Contains("does not show the authority"));

  std::string mistyped = installation.join_code();
  char& letter = mistyped[mistyped.size() / 2];
  letter = letter == 'A' ? 'B' : 'A';
  const Ended wrong = machine.enroll(mistyped);
  INFO(all_of(wrong));
  CHECK(wrong.code == 2);

  // Nothing was left behind that would look like an enrolled machine.
  CHECK(machine.status().code == 1);
  const Ended enrolled = machine.enroll(installation.join_code());
  INFO(all_of(enrolled));
  CHECK(enrolled.code == 0);
}
