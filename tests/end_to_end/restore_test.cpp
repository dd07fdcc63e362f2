// SPDX-License-Identifier: Apache-2.0
// Backups: taken while serving, checked before they are restored, and never a way to undo a
// revocation.
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/programs/wire_agent.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("a backup taken while serving is restored, and revokes nothing that was revoked since",
          "[end_to_end][sqlite]") {
  ServerProcess server;
  server.start();
  const std::string code = server.join_code("{\"max_uses\":2}");
  WireAgent kept(server, "kept");
  WireAgent lost(server, "lost");
  REQUIRE(kept.enroll(code).status == 200);
  REQUIRE(kept.send(kept.report_json(1)).status == 200);
  const std::string backup = (server.folder() / "backup.db").string();
  const std::string early = (server.folder() / "early.db").string();
  REQUIRE(server.command({"backup", early}).code == 0);
  REQUIRE(lost.enroll(code).status == 200);
  REQUIRE(lost.send(lost.report_json(1)).status == 200);
  REQUIRE(server.command({"backup", backup}).code == 0);
  CHECK(server.command({"backup", backup}).code == 1);   // replaces nothing
  CHECK(server.command({"restore", backup}).code == 1);  // a server is at work
  REQUIRE(server
              .ask_as_admin({.method = "POST",
                             .path = "/api/v1/agents/" + lost.agent_id() + "/revoke",
                             .body = "{\"reason\":\"stolen\"}"})
              .status == 200);
  REQUIRE(kept.send(kept.report_json(2)).status == 200);
  REQUIRE(server.stop() == 0);

  const Ended restored = server.command({"restore", backup, "--force"});
  INFO(restored.error);
  REQUIRE(restored.code == 0);
  CHECK_THAT(restored.out, Catch::Contains("from the side log"));
  CHECK_THAT(restored.out, Catch::Contains("before-restore"));
  CHECK(server.command({"doctor"}).code == 0);
  server.start();
  CHECK(lost.send(lost.report_json(2)).text("code") == "agent_revoked");
  CHECK(kept.send(kept.report_json(3)).status == 200);

  // Made before the second use of the token and before the second agent.
  REQUIRE(server.stop() == 0);
  CHECK(server.command({"restore", early}).code == 1);  // would lose changes
  REQUIRE(server.command({"restore", early, "--force"}).code == 0);
  server.start();
  CHECK(WireAgent(server, "third").enroll(code).text("code") == "token_used_up");
  CHECK(lost.send(lost.report_json(2)).text("code") == "agent_revoked");
}

TEST_CASE("what is no backup is not restored, and the database stays", "[end_to_end][sqlite]") {
  ServerProcess server;
  const std::string before = read_whole(server.data() / "muster.db");
  const auto file = server.folder() / "file";
  std::ofstream(file) << "not a database";
  CHECK(server.command({"restore", file.string(), "--force"}).code == 1);
  CHECK(server.command({"restore", (server.folder() / "absent").string()}).code == 1);
  // Damaged in the middle.
  const auto damaged = server.folder() / "damaged";
  std::string bytes = before;
  bytes.replace(bytes.size() / 2, 40'000, 40'000, '\xAA');
  std::ofstream(damaged, std::ios::binary) << bytes;
  const Ended refused = server.command({"restore", damaged.string(), "--force"});
  CHECK(refused.code == 1);
  CHECK_THAT(refused.error, Catch::Contains("cannot be restored"));
  CHECK(read_whole(server.data() / "muster.db") == before);
  server.start();
}

TEST_CASE("doctor tells what is wrong and exits 1", "[end_to_end][sqlite]") {
  ServerProcess server;
  CHECK(server.command({"doctor"}).code == 0);
  std::filesystem::permissions(server.data(), std::filesystem::perms(0755));
  const Ended open = server.command({"doctor"});
  CHECK(open.code == 1);
  CHECK_THAT(open.out, Catch::Contains("FAILED  data directory"));
  std::filesystem::permissions(server.data(), std::filesystem::perms(0700));
  std::filesystem::remove(server.data() / "muster.db");
  const Ended gone = server.command({"doctor"});
  CHECK(gone.code == 1);
  CHECK_THAT(gone.out, Catch::Contains("FAILED  database"));
}
