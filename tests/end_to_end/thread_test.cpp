// SPDX-License-Identifier: Apache-2.0
// The whole way with the real binaries: init, serve, a join code, an agent that enrols and reports,
// and what people see of it.
#include <catch2/catch.hpp>
#include <fstream>

#include "common/support/digest.h"
#include "tests/support/programs/server_process.h"

using namespace muster;
using namespace muster::test;

namespace {

Ended agent(const TemporaryFolder& state, std::vector<std::string> arguments,
            const std::string& input = {}) {
  arguments.insert(arguments.begin(),
                   {binary("muster-agent"), "--state-directory", state.path().string()});
  return run_program(arguments, input);
}

}  // namespace

TEST_CASE("a machine enrols with a join code, reports, and is found", "[end_to_end]") {
  ServerProcess server;
  server.start();
  const TemporaryFolder state;

  const Ended enrolled = agent(state, {"enroll", "-"}, server.join_code() + "\n");
  INFO(enrolled.error << server.log());
  REQUIRE(enrolled.code == 0);

  const Ended first = agent(state, {"run", "--once"});
  INFO(first.error);
  REQUIRE(first.code == 0);
  CHECK_THAT(first.out, Catch::Contains("report 1 acknowledged"));
  const Ended second = agent(state, {"run", "--once"});
  REQUIRE(second.code == 0);
  CHECK_THAT(second.out, Catch::Contains("report 2 acknowledged"));

  const HttpAnswer items = server.ask_as_admin({.path = "/api/v1/items"});
  REQUIRE(items.status == 200);
  CHECK_THAT(items.body, Catch::Contains("\"total\":1"));
  const HttpAnswer metrics = server.ask_as_admin({.path = "/metrics"});
  CHECK_THAT(metrics.body, Catch::Contains("muster_reports_total 2\n"));
  CHECK_THAT(metrics.body, Catch::Contains("muster_agents{state=\"active\"} 1\n"));
  CHECK(server.ask({.path = "/metrics"}).status == 401);

  const Ended doctor = server.command({"doctor"});
  INFO(doctor.out);
  CHECK(doctor.code == 0);
  CHECK(server.stop() == 0);
}

TEST_CASE("what was acknowledged is there after the server was killed", "[end_to_end]") {
  ServerProcess server;
  server.start();
  const TemporaryFolder state;
  REQUIRE(agent(state, {"enroll", "-"}, server.join_code() + "\n").code == 0);
  REQUIRE(agent(state, {"run", "--once"}).code == 0);
  CHECK(server.stop(SIGKILL) == 128 + SIGKILL);

  const Ended doctor = server.command({"doctor"});
  INFO(doctor.out);
  CHECK(doctor.code == 0);
  server.start();
  CHECK_THAT(server.ask_as_admin({.path = "/api/v1/items"}).body, Catch::Contains("\"total\":1"));
  const Ended next = agent(state, {"run", "--once"});
  CHECK(next.code == 0);
  CHECK_THAT(next.out, Catch::Contains("0 sections changed"));
}

TEST_CASE("init leaves an installation alone that is there already", "[end_to_end]") {
  const ServerProcess server;
  const std::string before = read_whole(server.data() / "ca" / "ca.pem");
  const Ended again = server.command(
      {"init", "--admin", "eve", "--password-stdin", "--public-name", "elsewhere.example"},
      "another horse battery staple\n");
  CHECK(again.code == 1);
  CHECK_THAT(again.error, Catch::Contains("is there already") ||
                              Catch::Contains("holds an installation already"));
  CHECK(read_whole(server.data() / "ca" / "ca.pem") == before);
  CHECK((std::filesystem::status(server.data()).permissions() & std::filesystem::perms(077)) ==
        std::filesystem::perms::none);
}

TEST_CASE("an init whose password was refused can be run again", "[end_to_end]") {
  const TemporaryFolder folder;
  const std::string data = (folder.path() / "data").string();
  const auto init = [&](const std::string& password) {
    return run_program({binary("muster-server"), "init", "--data", data, "--admin", "ana",
                        "--password-stdin", "--public-name", "localhost"},
                       password);
  };
  CHECK(init("short\n").code == 1);
  CHECK(init("").code == 1);
  CHECK(init("correct horse battery staple\n").code == 0);
}

TEST_CASE("the agent's package can be downloaded and checked without signing in", "[end_to_end]") {
  ServerProcess server;
  server.start();
  std::ofstream(server.data() / "downloads" / "muster-agent.deb") << "package";
  const std::string digest = sha256_hex("package");
  CHECK_THAT(server.ask({.path = "/downloads"}).body,
             Catch::Contains("\"name\":\"muster-agent.deb\",\"size_bytes\":7,\"sha256\":\"" +
                             digest + "\""));
  CHECK(server.ask({.path = "/downloads/muster-agent.deb"}).body == "package");
  CHECK(server.ask({.path = "/downloads/muster-agent.deb.sha256"}).body ==
        digest + "  muster-agent.deb\n");
  for (const char* path : {"/downloads/..%2Fmuster.db", "/downloads/../muster.db",
                           "/downloads/.sha256", "/downloads/absent", "/downloads/%00"}) {
    INFO(path);
    const int status = server.ask({.path = path}).status;
    CHECK((status == 404 || status == 400));
  }
}

TEST_CASE("one server at a time works in a data directory", "[end_to_end]") {
  ServerProcess server;
  server.start();
  const Ended second = server.command({"serve", "--people-port", "0", "--agents-port", "0"});
  CHECK(second.code == 1);
  CHECK_THAT(second.error, Catch::Contains("stop it first"));
}
