// SPDX-License-Identifier: Apache-2.0
// Case 7: requests that two programs could read differently: both lengths, two lengths, signed
// lengths, POST without one, bare line feeds, folded fields, spaces before colons, huge chunks,
// trailers, an endless request line; straight and behind HAProxy as packaging/haproxy/haproxy.cfg
// sets it up. Expected: a 4xx or 5xx and the end of the connection; no byte behind it is taken for
// a request, on either way. Behind HAProxy its own refusal is as good as ours. Not covered: proxies
// other than HAProxy; HTTP/2, which is not offered.
#include <sys/stat.h>

#include <regex>

#include "tests/server/http/framing_cases.h"
#include "tests/support/programs/attacked.h"
#include "tests/support/programs/haproxy.h"

using namespace muster;
using namespace muster::test;

namespace {

std::vector<int> statuses_of(const std::string& bytes) {
  std::vector<int> out;
  const std::regex line("HTTP/1\\.[01] ([0-9]{3})");
  for (auto at = std::sregex_iterator(bytes.begin(), bytes.end(), line);
       at != std::sregex_iterator(); ++at)
    out.push_back(std::stoi((*at)[1]));
  return out;
}

constexpr std::uint32_t kClientAddress = 0x7F000007;  // 127.0.0.7

std::string answer_of(std::uint16_t port, const std::string& bytes, const RawTls& tls = {}) {
  RawClient client(port, kClientAddress);
  if (!client.start_tls(tls)) return {};
  client.send(bytes);
  client.finish_sending();
  std::string all;
  for (std::string part = client.receive(); !part.empty(); part = client.receive())
    all += part;
  return all;
}

// Has the server logged a request that was hidden in another one?
bool smuggled(const ServerProcess& server) {
  return server.log().find("path=/evil") != std::string::npos;
}

bool is_refusal_case(const server::test::FramingCase& c) {
  return c.statuses != std::vector<int>{200} && c.statuses != std::vector<int>{200, 200};
}

}  // namespace

TEST_CASE("07 what could be read two ways is refused and the connection closed",
          "[abuse][sqlite]") {
  Attacked here;
  for (const server::test::FramingCase& c : server::test::framing_cases()) {
    for (const std::uint16_t port : {here.server.people_port(), here.server.agents_port()}) {
      INFO(c.name);
      const std::vector<int> statuses = statuses_of(answer_of(port, c.bytes));
      if (is_refusal_case(c)) {
        REQUIRE(statuses.size() == 1);
        // The people's listener knows a smaller body and the agents' none at all without
        // certificate.
        CHECK((statuses == c.statuses || statuses.front() == 413 || statuses.front() == 404));
      }
      CHECK_FALSE(smuggled(here.server));
    }
  }
  here.check_unharmed();
}

TEST_CASE("07 behind HAProxy nothing is smuggled either, and addresses come through",
          "[abuse][sqlite][haproxy]") {
  const Setting people("MUSTER_SERVER_PEOPLE_TRUSTED_PROXIES", "127.0.0.1");
  const Setting agents("MUSTER_SERVER_AGENTS_TRUSTED_PROXIES", "127.0.0.1");
  const Setting proxy("MUSTER_SERVER_AGENTS_PROXY_PROTOCOL", "on");
  Attacked here;
  const HaProxy haproxy(here.server);
  CHECK(exchange(haproxy.people_port(), {.path = "/healthz"}).status == 200);
  // Whoever is past the proxy has no PROXY header.
  CHECK(here.ask_agents({.path = "/.well-known/est/cacerts"}).status == 0);

  WireAgent agent(here.server, "behind-the-proxy", haproxy.agents_port());
  REQUIRE(agent.enroll(here.server.join_code()).status == 200);
  CHECK(agent.send(agent.report_json(1)).status == 200);

  // HAProxy reads some messages that we would refuse (RFC 9112 lets it: no length is no body,
  // leading zeros, trailers and extensions of chunks), frames them anew and hands on what follows
  // as the request of its own that it is. A request that HAProxy did not know of would lack what it
  // puts into each one: the client's address.
  std::vector<std::string> hidden;
  for (const server::test::FramingCase& c : server::test::framing_cases()) {
    INFO(c.name);
    hidden.push_back("/hidden-" + std::to_string(hidden.size() + 1) + "-");
    std::string bytes = c.bytes;
    for (auto at = bytes.find("/evil"); at != std::string::npos; at = bytes.find("/evil", at + 1))
      bytes.replace(at, 5, hidden.back());
    const bool changes_length = bytes.size() != c.bytes.size() && !is_refusal_case(c);
    if (changes_length) continue;  // an ordinary request, whose body was one of the hidden ones
    answer_of(haproxy.people_port(), bytes);
    // Through TCP every byte is ours to judge.
    const std::vector<int> statuses =
        statuses_of(answer_of(haproxy.agents_port(), c.bytes, agent.identity()));
    if (is_refusal_case(c)) CHECK(statuses.size() == 1);
    CHECK_FALSE(smuggled(here.server));
  }
  here.check_unharmed();  // whose requests are logged after all of those
  const std::string log = here.server.log();
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    INFO(server::test::framing_cases()[i].name);
    for (auto at = log.find("path=" + hidden[i]); at != std::string::npos;
         at = log.find("path=" + hidden[i], at + 1))
      CHECK_THAT(log.substr(at, log.find('\n', at) - at), Catch::Contains("peer=127.0.0.7"));
  }
  // What the client claims about its address does not count.
  const HttpAnswer claimed =
      exchange(haproxy.people_port(),
               {.path = "/api/v1/claimed", .headers = {{"X-Forwarded-For", "203.0.113.9"}}});
  CHECK(claimed.status == 404);
  CHECK(here.server.log().find("peer=203.0.113.9") == std::string::npos);
  here.check_unharmed();
}
