// SPDX-License-Identifier: Apache-2.0
#include "server/ca/authority.h"

#include <openssl/err.h>

#include <catch2/catch.hpp>
#include <thread>

#include "common/crypto/pkcs7.h"
#include "common/crypto/request.h"
#include "common/support/text.h"
#include "tests/common/crypto/support.h"

namespace muster::server {
using namespace muster::crypto;
using namespace muster::crypto_test;
using Catch::Contains;

namespace {

const std::vector<std::string> kNames = {"cmdb.example.org", "192.0.2.7"};

struct World {
  Folder folder;
  std::filesystem::path ca = folder / "ca";
  ca::CertificateAuthority authority = *ca::CertificateAuthority::init(ca, kNames, kNow);
};

std::string new_request() {
  return to_base64_lines(*make_request(*PrivateKey::generate(), "anything"));
}

// A machine's first contact with the agents' listener.
std::string pinned_failure(const ca::CertificateAuthority& authority, const std::string& pin,
                           Instant now) {
  const auto chain = certificates_from_pem(get(authority.agents_file()));
  if (!chain) return chain.failure().message;
  return failure_of(verify_pinned(*chain, pin, "cmdb.example.org", now));
}

}  // namespace

TEST_CASE("init makes an authority and listeners that a pinned agent believes", "[ca]") {
  const World world;
  for (const char* const name : {"ca.key", "agents.pem", "people.pem"}) {
    CHECK(mode_of(world.ca / name) == 0600);
  }
  CHECK(mode_of(world.ca) == 0700);
  CHECK(mode_of(world.ca / "ca.pem") == 0644);
  CHECK(pinned_failure(world.authority, world.authority.spki_pin(kNow), kNow) == "");
  CHECK(world.authority.public_names() == kNames);
  const auto loaded = ca::CertificateAuthority::load(world.ca);
  REQUIRE(failure_of(loaded) == "");
  CHECK(loaded->spki_pin(kNow) == world.authority.spki_pin(kNow));
  const Ran ran =
      openssl("verify -attime 1795420800 -purpose sslserver -CAfile " +
              (world.ca / "ca.pem").string() + " " + (world.ca / "people.pem").string());
  CHECK(ran.exit_code == 0);
}

TEST_CASE("init never replaces an authority, and finishes an interrupted one", "[ca]") {
  const World world;
  const std::string pin = world.authority.spki_pin(kNow);
  const auto again = ca::CertificateAuthority::init(world.ca, kNames, kNow);
  REQUIRE_FALSE(again.ok());
  CHECK(again.failure().kind == FailureKind::kRefused);
  // As if the machine had stopped between key and certificate.
  std::filesystem::remove(world.ca / "ca.pem");
  const auto finished = ca::CertificateAuthority::init(world.ca, kNames, kNow);
  REQUIRE(failure_of(finished) == "");
  CHECK(finished->spki_pin(kNow) == pin);
}

TEST_CASE("public names are checked, lowered and kept once", "[ca]") {
  const Folder folder;
  for (const std::vector<std::string>& names :
       {std::vector<std::string>{}, {""}, {"https://cmdb"}, {"cmdb:8444"}, {"a b"}, {"*.a"}}) {
    CHECK_FALSE(ca::CertificateAuthority::init(folder / "ca", names, kNow).ok());
  }
  const auto made = ca::CertificateAuthority::init(
      folder / "ca", {"CMDB.Example.org", " cmdb.example.org", "2001:DB8:0:0::1"}, kNow);
  REQUIRE(failure_of(made) == "");
  CHECK(made->public_names() == std::vector<std::string>{"cmdb.example.org", "2001:db8::1"});
  CHECK_FALSE(*ca::CertificateAuthority::load(folder / "ca")->renew_server_certificates(kNow));
}

TEST_CASE("load says what is missing or does not fit", "[ca]") {
  const World world;
  const World other;
  CHECK_THAT(failure_of(ca::CertificateAuthority::load(world.folder / "none")),
             Contains("muster-server init"));
  ::chmod((world.ca / "ca.key").c_str(), 0640);
  CHECK_THAT(failure_of(ca::CertificateAuthority::load(world.ca)), Contains("chmod 600"));
  put(world.ca / "ca.key", get(other.ca / "ca.key"));
  ::chmod((world.ca / "ca.key").c_str(), 0600);
  CHECK_THAT(failure_of(ca::CertificateAuthority::load(world.ca)), Contains("another key"));
  put(world.ca / "ca.pem", "damaged");
  CHECK_THAT(failure_of(ca::CertificateAuthority::load(world.ca)),
             Contains("ca.pem") && Contains("backup"));
}

TEST_CASE("an agent gets a certificate with the server's fields only, whatever it asks for",
          "[ca]") {
  const World world;
  const std::string out = (world.folder / "greedy.der").string();
  const Ran made = openssl(
      "req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout " +
      (world.folder / "greedy.key").string() +
      " -subj /CN=root/O=Evil -addext basicConstraints=critical,CA:TRUE "
      "-addext keyUsage=keyCertSign -addext extendedKeyUsage=serverAuth "
      "-addext "
      "subjectAltName=DNS:cmdb.example.org,URI:urn:uuid:99999999-9999-4999-8999-999999999999 "
      "-outform DER -out " +
      out);
  REQUIRE(made.exit_code == 0);
  const auto issued = world.authority.issue_agent(to_base64(get(out)), kAgentId, kNow);
  REQUIRE(failure_of(issued) == "");
  const CertificateFields& fields = issued->certificate.fields();
  CHECK(fields.common_name == kAgentId);
  CHECK(fields.uri_names == std::vector<std::string>{std::string("urn:uuid:") + kAgentId});
  CHECK(fields.dns_names.empty());
  CHECK_FALSE(fields.is_authority);
  CHECK(fields.not_after == kNow + 90 * kDayMs);
  put(world.folder / "agent.der", *from_base64(issued->pkcs7_base64));
  const Ran shown =
      openssl("pkcs7 -inform DER -print_certs -text -in " + (world.folder / "agent.der").string() +
              " -out " + (world.folder / "agent.pem").string());
  REQUIRE(shown.exit_code == 0);
  const std::string text = get(world.folder / "agent.pem");
  CHECK_THAT(text, !Contains("CA:TRUE") && !Contains("Evil") && !Contains("9999-4999") &&
                       !Contains("cmdb.example.org") && !Contains("Web Server"));
  const std::string files = " -attime 1795420800 -CAfile " + (world.ca / "ca.pem").string() + " " +
                            (world.folder / "agent.pem").string();
  CHECK(openssl("verify -purpose sslclient" + files).exit_code == 0);
  CHECK(openssl("verify -purpose sslserver" + files).exit_code != 0);
}

TEST_CASE("a bad request gets no certificate", "[ca]") {
  const World world;
  CHECK_FALSE(world.authority.issue_agent("", kAgentId, kNow).ok());
  CHECK_FALSE(world.authority.issue_agent("AAAA", kAgentId, kNow).ok());
  CHECK_FALSE(world.authority.issue_agent(new_request() + "!", kAgentId, kNow).ok());
  CHECK_FALSE(world.authority.issue_agent(new_request(), "not a uuid", kNow).ok());
  const auto large =
      world.authority.issue_agent(new_request() + std::string(17 * 1024, ' '), kAgentId, kNow);
  CHECK(large.failure().kind == FailureKind::kTooLarge);
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("an agent is known while its certificate lasts, and 180 days longer", "[ca]") {
  const World world;
  const World other;
  const auto issued = world.authority.issue_agent(new_request(), kAgentId, kNow);
  const Certificate& agent = issued->certificate;
  const Instant end = agent.fields().not_after;
  CHECK(world.authority.check_agent(agent, kNow)->agent_id == kAgentId);
  CHECK(world.authority.check_agent(agent, end - 1)->expired_ms == 0);
  CHECK(world.authority.check_agent(agent, end + kDayMs)->expired_ms == kDayMs);
  CHECK(world.authority.check_agent(agent, end + 180 * kDayMs).ok());
  CHECK_THAT(failure_of(world.authority.check_agent(agent, end + 180 * kDayMs + 1)),
             Contains("enrol the machine again"));
  CHECK_FALSE(other.authority.check_agent(agent, kNow).ok());
  CHECK_FALSE(world.authority
                  .check_agent(certificates_from_pem(get(world.ca / "people.pem"))->front(), kNow)
                  .ok());
}

TEST_CASE("renewal begins at two thirds of the life", "[ca]") {
  CHECK_FALSE(ca::needs_renewal({0}, {900}, {0}));
  CHECK_FALSE(ca::needs_renewal({0}, {900}, {599}));
  CHECK(ca::needs_renewal({0}, {900}, {600}));
  CHECK(ca::needs_renewal({0}, {900}, {10000}));
  CHECK_FALSE(ca::needs_renewal({1000}, {1900}, {0}));
}

TEST_CASE("the listeners' certificates renew when due and are left alone before", "[ca]") {
  World world;
  const std::string before = get(world.ca / "agents.pem");
  CHECK_FALSE(*world.authority.renew_server_certificates(kNow + 200 * kDayMs));
  CHECK(get(world.ca / "agents.pem") == before);
  const Instant due = kNow + 265 * kDayMs;
  const auto renewed = world.authority.renew_server_certificates(due);
  REQUIRE(failure_of(renewed) == "");
  CHECK(*renewed);
  CHECK(get(world.ca / "agents.pem") != before);
  CHECK(mode_of(world.ca / "agents.pem") == 0600);
  CHECK(pinned_failure(world.authority, world.authority.spki_pin(due), due) == "");
  CHECK_FALSE(*world.authority.renew_server_certificates(due));
}

TEST_CASE("a missing, damaged or lax listener file is made anew", "[ca]") {
  World world;
  std::filesystem::remove(world.ca / "people.pem");
  CHECK(*world.authority.renew_server_certificates(kNow));
  put(world.ca / "people.pem", "damaged");
  CHECK(*world.authority.renew_server_certificates(kNow));
  const std::string leaked = get(world.ca / "people.pem");
  ::chmod((world.ca / "people.pem").c_str(), 0644);
  CHECK(*world.authority.renew_server_certificates(kNow));
  CHECK(get(world.ca / "people.pem") != leaked);
  CHECK(mode_of(world.ca / "people.pem") == 0600);
  CHECK_FALSE(*world.authority.renew_server_certificates(kNow));
}

TEST_CASE("new public names reach the certificates at the next renewal", "[ca]") {
  World world;
  REQUIRE(failure_of(world.authority.set_public_names({"inventory.example.org"})) == "");
  CHECK_FALSE(world.authority.set_public_names({"a b"}).ok());
  CHECK(*world.authority.renew_server_certificates(kNow));
  const auto chain = certificates_from_pem(get(world.ca / "agents.pem"));
  CHECK(chain->front().fields().dns_names == std::vector<std::string>{"inventory.example.org"});
  CHECK(chain->front().fields().ip_names.empty());
}

TEST_CASE("an authority hands over to the next one without a gap", "[ca]") {
  World world;
  const std::string old_pin = world.authority.spki_pin(kNow);
  CHECK_FALSE(*world.authority.roll_over(kNow + 2400 * kDayMs));
  CHECK(from_pkcs7(*world.authority.cacerts(kNow))->size() == 1);

  const Instant made = kNow + 2440 * kDayMs;
  CHECK(*world.authority.roll_over(made));
  CHECK_FALSE(*world.authority.roll_over(made));
  // Both are handed out, the old one signs on.
  CHECK(from_pkcs7(*world.authority.cacerts(made))->size() == 2);
  CHECK(world.authority.spki_pin(made) == old_pin);
  const Instant last = made + 364 * kDayMs;
  CHECK(world.authority.spki_pin(last) == old_pin);
  const auto old_agent = world.authority.issue_agent(new_request(), kAgentId, last);
  REQUIRE(failure_of(old_agent) == "");

  // What a machine learned that was switched off 270 days before the new one signs.
  const Instant switched = made + 366 * kDayMs;
  const auto learned = from_pkcs7(*world.authority.cacerts(switched - 270 * kDayMs));
  CHECK(world.authority.spki_pin(switched) != old_pin);
  CHECK(*world.authority.renew_server_certificates(switched));
  CHECK(pinned_failure(world.authority, world.authority.spki_pin(switched), switched) == "");
  const auto chain = certificates_from_pem(get(world.ca / "agents.pem"));
  CHECK(failure_of(verify_server(*chain, *learned, "cmdb.example.org", switched)) == "");
  CHECK(world.authority.check_agent(old_agent->certificate, switched)->agent_id == kAgentId);
  const auto new_agent = world.authority.issue_agent(new_request(), kAgentId, switched);
  REQUIRE(failure_of(new_agent) == "");
  CHECK(world.authority.check_agent(new_agent->certificate, switched)->expired_ms == 0);

  const Instant over = kNow + kAuthorityLifetimeMs;
  CHECK(from_pkcs7(*world.authority.cacerts(over))->size() == 1);
  CHECK(ca::CertificateAuthority::load(world.ca)->spki_pin(over) ==
        world.authority.spki_pin(switched));
}

TEST_CASE("a rollover interrupted between key and certificate is finished with the same key",
          "[ca]") {
  World world;
  const auto key = PrivateKey::generate();
  REQUIRE(key->save(world.ca / "ca-2.key").ok());
  const Instant due = kNow + 2440 * kDayMs;
  CHECK(ca::CertificateAuthority::load(world.ca)->spki_pin(due) == world.authority.spki_pin(due));
  CHECK(*world.authority.roll_over(due));
  CHECK(world.authority.spki_pin(due + 366 * kDayMs) == spki_sha256_hex(key->public_key_der()));
}

TEST_CASE("when every authority is over, cacerts says to check the clock", "[ca]") {
  const World world;
  CHECK_THAT(failure_of(world.authority.cacerts(kNow + kAuthorityLifetimeMs)), Contains("clock"));
}

TEST_CASE("certificates are issued while another thread rolls over and renews", "[ca]") {
  World world;
  const Instant due = kNow + 2440 * kDayMs;
  const std::string request = new_request();
  bool all = true;
  std::thread issuing([&] {
    for (int i = 0; i < 200; ++i)
      all = all && world.authority.issue_agent(request, kAgentId, due).ok();
  });
  CHECK(*world.authority.roll_over(due));
  CHECK(*world.authority.renew_server_certificates(due));
  issuing.join();
  CHECK(all);
}

}  // namespace muster::server
