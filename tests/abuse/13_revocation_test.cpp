// SPDX-License-Identifier: Apache-2.0
// Case 13: a revoked certificate goes on: on a connection that was open before, on a resumed TLS
// session, after a restart, and with new connections at full speed while it is being revoked.
// Expected: refused at the next request; there are no tickets to outlive a revocation.
// Prints how many requests were let through after the revocation was answered (none may be).
// Not covered: the other of two servers on one PostgreSQL, until the installation of these tests
// runs on it.
#include <atomic>

#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

namespace {

HttpAnswer revoke(Attacked& here, const WireAgent& agent) {
  return here.server.ask_as_admin({.method = "POST",
                                   .path = "/api/v1/agents/" + agent.agent_id() + "/revoke",
                                   .body = "{\"reason\":\"lost\"}"});
}

}  // namespace

TEST_CASE("13 a revoked agent is refused at its next request, on an open connection too",
          "[abuse]") {
  Attacked here;
  const WireAgent agent = here.enrolled("lost");
  REQUIRE(agent.send(agent.report_json(1)).status == 200);
  RawClient idle(here.server.agents_port());
  REQUIRE(idle.start_tls(agent.identity()));
  RawClient halfway(here.server.agents_port());
  REQUIRE(halfway.start_tls(agent.identity()));
  const std::string request = to_bytes(WireAgent::ask_bytes(wire::compress(agent.report_json(2))));
  REQUIRE(halfway.send(request.substr(0, request.size() - 10)));

  REQUIRE(revoke(here, agent).status == 200);

  REQUIRE(idle.send(request));
  CHECK(read_answer(idle).text("code") == "agent_revoked");
  REQUIRE(halfway.send(request.substr(request.size() - 10)));
  CHECK(read_answer(halfway).text("code") == "agent_revoked");
  CHECK(agent.send(agent.report_json(2)).text("code") == "agent_revoked");
  CHECK(agent.renew().text("code") == "agent_revoked");
  here.server.stop();
  here.server.start();
  CHECK(agent.send(agent.report_json(2)).text("code") == "agent_revoked");
  here.check_unharmed();
}

TEST_CASE("13 no request passes after the revocation was answered", "[abuse]") {
  const Setting budget("MUSTER_SERVER_AGENT_REPORTS_PER_MINUTE", "0");
  Attacked here;
  const int rounds = whole_loops() ? 20 : 3;
  std::atomic<int> let_through{0};
  std::atomic<int> tried{0};
  std::vector<double> delays;
  for (int round = 0; round < rounds; ++round) {
    const WireAgent agent = here.enrolled("lost-" + std::to_string(round));
    std::atomic<bool> revoked{false};
    std::atomic<bool> refused{false};
    std::vector<std::thread> senders;
    for (int i = 0; i < 3; ++i) {
      senders.emplace_back([&, i] {
        for (int n = 1, after = 0; n < 500 && after < 3; ++n) {
          const bool began_after = revoked;
          after += began_after ? 1 : 0;
          const int status = agent.send(agent.report_json(n * 10 + i)).status;
          if (began_after) {
            ++tried;
            if (status == 200) ++let_through;
          }
          if (status == 403) refused = true;
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    const auto begin = std::chrono::steady_clock::now();
    CHECK(revoke(here, agent).status == 200);
    revoked = true;
    delays.push_back(ms_since(begin));
    for (std::thread& sender : senders)
      sender.join();
    CHECK(refused);
  }
  std::printf("case 13: %d requests after %d revocations, let through: %d; revoking took %.1f ms\n",
              tried.load(), rounds, let_through.load(), quantile(delays, 0.5));
  CHECK(tried > 0);
  CHECK(let_through == 0);
  here.check_unharmed();
}

TEST_CASE("13 there is no session to resume", "[abuse]") {
  Attacked here;
  for (const std::uint16_t port : {here.server.agents_port(), here.server.people_port()}) {
    for (const std::string version : {"-tls1_3", "-tls1_2"}) {
      if (port == here.server.agents_port() && version == "-tls1_2") continue;
      const std::string session = (here.server.folder() / "session.pem").string();
      const auto client = [&](const std::string& how) {
        return run_program({"openssl", "s_client", "-connect", "127.0.0.1:" + std::to_string(port),
                            version, "-ign_eof", how, session},
                           "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      };
      const Ended first = client("-sess_out");
      CHECK(first.out.find("HTTP/1.1 ") != std::string::npos);
      CHECK(first.out.find("New Session Ticket") == std::string::npos);
      if (std::filesystem::exists(session)) {
        CHECK(client("-sess_in").out.find("Reused") == std::string::npos);
        std::filesystem::remove(session);
      }
    }
  }
}
