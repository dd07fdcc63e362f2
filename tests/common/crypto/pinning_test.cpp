// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/pinning.h"

#include <openssl/err.h>

#include <catch2/catch.hpp>

#include "common/crypto/issue.h"
#include "tests/common/crypto/support.h"

namespace muster::crypto {
using namespace muster::crypto_test;
using Catch::Contains;

namespace {

struct World {
  Authority authority = *issue_authority(*PrivateKey::generate(), kNow);
  PrivateKey server_key = *PrivateKey::generate();
  Certificate server = *issue_server(authority, server_key.public_key_der(),
                                     {"cmdb.example.org", "192.0.2.7", "2001:db8::1"}, kNow);
  std::vector<Certificate> chain = {server, authority.certificate};
  std::string pin = authority.certificate.fields().spki_sha256_hex;
};

}  // namespace

TEST_CASE("a chain that leads to the pinned key is believed, for its names only", "[tls]") {
  const World world;
  for (const char* const host :
       {"cmdb.example.org", "CMDB.Example.Org", "192.0.2.7", "2001:db8::1", "[2001:db8::1]"}) {
    INFO(host);
    const auto found = verify_pinned(world.chain, world.pin, host, kNow);
    REQUIRE(failure_of(found) == "");
    CHECK(found->to_der() == world.authority.certificate.to_der());
  }
  for (const std::string& host :
       {std::string("example.org"), std::string("x.cmdb.example.org"), std::string("192.0.2.8"),
        std::string("2001:db8::2"), std::string(), std::string("[]"), std::string("Muster server"),
        std::string("cmdb.example.org\0.evil.net", 26), std::string(".example.org")}) {
    INFO(host);
    CHECK_FALSE(verify_pinned(world.chain, world.pin, host, kNow).ok());
  }
  const auto wrong = verify_pinned(world.chain, world.pin, "www.example.org", kNow);
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.failure().kind == FailureKind::kRefused);
  CHECK_THAT(wrong.failure().message,
             Contains("cmdb.example.org, 192.0.2.7, 2001:db8::1") && Contains("www.example.org"));
}

TEST_CASE("another pin than the chain's authority is refused", "[tls]") {
  const World world;
  const World other;
  for (const std::string& pin : {other.pin, std::string(), std::string(64, '0'),
                                 world.pin.substr(0, 63), world.server.fields().spki_sha256_hex}) {
    const auto refused = verify_pinned(world.chain, pin, "cmdb.example.org", kNow);
    REQUIRE_FALSE(refused.ok());
    CHECK_THAT(refused.failure().message, Contains("join code"));
  }
  CHECK_FALSE(verify_pinned({}, world.pin, "cmdb.example.org", kNow).ok());
  // Without the authority in the chain there is nothing whose key could be compared.
  CHECK_FALSE(verify_pinned({&world.server, 1}, world.pin, "cmdb.example.org", kNow).ok());
}

TEST_CASE("showing the pinned authority beside a foreign certificate helps nobody", "[tls]") {
  const World world;
  const World attacker;
  const std::vector<Certificate> mixed = {attacker.server, attacker.authority.certificate,
                                          world.authority.certificate};
  const auto refused = verify_pinned(mixed, world.pin, "cmdb.example.org", kNow);
  REQUIRE_FALSE(refused.ok());
  CHECK_THAT(refused.failure().message, Contains("cannot be trusted"));
}

TEST_CASE("an agent's certificate cannot pose as the server, nor issue another", "[tls]") {
  const World world;
  const PrivateKey key = *PrivateKey::generate();
  const Certificate agent = *issue_agent(world.authority, key.public_key_der(), kAgentId, kNow);
  const std::vector<Certificate> posing = {agent, world.authority.certificate};
  CHECK_FALSE(verify_pinned(posing, world.pin, kAgentId, kNow).ok());
  const Authority rogue = {agent, key};
  const Certificate forged =
      *issue_server(rogue, world.server_key.public_key_der(), {"cmdb.example.org"}, kNow);
  const std::vector<Certificate> longer = {forged, agent, world.authority.certificate};
  CHECK_FALSE(verify_pinned(longer, world.pin, "cmdb.example.org", kNow).ok());
}

TEST_CASE("an authority rewritten around the pinned public key is refused", "[tls]") {
  const World world;
  std::string der = world.authority.certificate.to_der();
  // Another name under the same key: the signature no longer fits.
  const std::size_t at = der.find("Muster CA");
  der[at] = 'm';
  der[der.find("Muster CA", at + 1)] = 'm';
  const Certificate rewritten = *Certificate::from_der(der);
  REQUIRE(rewritten.fields().spki_sha256_hex == world.pin);
  const Authority authority = {rewritten, world.authority.key};
  const Certificate server =
      *issue_server(authority, world.server_key.public_key_der(), {"cmdb.example.org"}, kNow);
  const std::vector<Certificate> chain = {server, rewritten};
  CHECK_FALSE(verify_pinned(chain, world.pin, "cmdb.example.org", kNow).ok());
}

TEST_CASE("a server's certificate counts from its first to its last second", "[tls]") {
  const World world;
  const CertificateFields& fields = world.server.fields();
  const auto at = [&](Instant now) {
    return verify_pinned(world.chain, world.pin, "cmdb.example.org", now);
  };
  CHECK(failure_of(at(fields.not_before)) == "");
  CHECK(failure_of(at(fields.not_after - 1)) == "");
  for (const Instant wrong : {fields.not_before - 1000, fields.not_after}) {
    const auto refused = at(wrong);
    REQUIRE_FALSE(refused.ok());
    CHECK_THAT(refused.failure().message,
               Contains(to_rfc3339(fields.not_after)) && Contains("set the clock"));
  }
}

TEST_CASE("after the first contact any of the kept authorities may stand behind the server",
          "[tls]") {
  const World old_world;
  const World new_world;
  const std::vector<Certificate> kept = {old_world.authority.certificate,
                                         new_world.authority.certificate};
  const auto leads = [&](const Certificate& leaf, std::span<const Certificate> anchors) {
    return verify_server({&leaf, 1}, anchors, "cmdb.example.org", kNow).ok();
  };
  CHECK(leads(old_world.server, kept));
  CHECK(leads(new_world.server, kept));
  CHECK_FALSE(leads(World().server, kept));
  CHECK_FALSE(leads(old_world.server, {}));
  CHECK_FALSE(verify_server({}, kept, "cmdb.example.org", kNow).ok());
}

TEST_CASE("a chain in DER is taken whole or not at all", "[tls]") {
  const World world;
  const std::vector<std::string> good = {world.server.to_der(),
                                         world.authority.certificate.to_der()};
  const auto chain = chain_from_der(good);
  REQUIRE(failure_of(chain) == "");
  CHECK(chain->size() == 2);
  const std::vector<std::string> bad = {world.server.to_der(), "x"};
  CHECK_FALSE(chain_from_der(bad).ok());
  CHECK_FALSE(chain_from_der({}).ok());
  CHECK_FALSE(chain_from_der(std::vector<std::string>(17, world.server.to_der())).ok());
}

TEST_CASE("an agent is known by its certificate, and for how long that has been over", "[tls]") {
  const World world;
  const World other;
  const std::vector<Certificate> anchors = {world.authority.certificate};
  const Certificate agent = *issue_agent(world.authority, PrivateKey::generate()->public_key_der(),
                                         kAgentId, kNow, 2 * kDayMs);
  const auto now = verify_agent(agent, anchors, kNow);
  REQUIRE(failure_of(now) == "");
  CHECK(now->agent_id == kAgentId);
  CHECK(now->serial_hex == agent.fields().serial_hex);
  CHECK(now->expired_ms == 0);
  CHECK(verify_agent(agent, anchors, agent.fields().not_after - 1)->expired_ms == 0);
  CHECK(verify_agent(agent, anchors, agent.fields().not_after)->expired_ms == 1);
  CHECK(verify_agent(agent, anchors, agent.fields().not_after + 3 * kDayMs)->expired_ms ==
        3 * kDayMs);
  CHECK_FALSE(verify_agent(agent, anchors, kNow - kDayMs).ok());
  CHECK_FALSE(verify_agent(agent, {}, kNow).ok());
  const std::vector<Certificate> foreign = {other.authority.certificate};
  CHECK_FALSE(verify_agent(agent, foreign, kNow).ok());
  CHECK_FALSE(verify_agent(agent, foreign, kNow + 30 * kDayMs).ok());
  CHECK_FALSE(verify_agent(world.server, anchors, kNow).ok());
  CHECK(ERR_peek_error() == 0);
}

}  // namespace muster::crypto
