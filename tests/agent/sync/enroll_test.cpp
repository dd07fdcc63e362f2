// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/enroll.h"

#include <catch2/catch.hpp>

#include "agent/sync/status.h"
#include "common/crypto/issue.h"
#include "common/crypto/pkcs7.h"
#include "common/crypto/request.h"
#include "common/support/text.h"
#include "server_double.h"

namespace muster::agent::test {
namespace {

const char* const kAgentId = "11111111-2222-4333-8444-555555555555";

// The EST half of a server, with what it was asked.
struct EstDouble {
  FakeClock& clock;
  crypto::Authority authority;
  std::string agent_id = kAgentId;
  int pending = 0;  // answers 202 so many times
  int status = 200;
  bool foreign_key = false;
  std::vector<std::string> bodies = {};
  std::vector<std::string> authorizations = {};
  std::vector<std::string> paths = {};

  Result<sync::HttpReply> answer(const sync::HttpRequest& request) {
    paths.emplace_back(request.path);
    const std::vector<crypto::Certificate> authorities = {authority.certificate};
    if (request.method == "GET")
      return answer_of(200, crypto::to_pkcs7(authorities).value(), "application/pkcs7-mime");
    bodies.push_back(request.body);
    for (const auto& [name, value] : request.headers) {
      if (name == "Authorization") authorizations.push_back(value);
    }
    if (status != 200)
      return answer_of(status, R"({"code":"token_used","detail":"used by another machine"})");
    const auto checked = crypto::check_request(request.body);
    if (!checked) return answer_of(400, "bad request", "text/plain");
    if (pending > 0) {
      --pending;
      sync::HttpReply reply = answer_of(202, "", "text/plain");
      reply.retry_after_s = 7;
      return reply;
    }
    const std::string key =
        foreign_key ? crypto::PrivateKey::generate()->public_key_der() : checked->spki_der;
    const std::vector<crypto::Certificate> issued = {
        crypto::issue_agent(authority, key, agent_id, clock.now()).value()};
    return answer_of(200, crypto::to_pkcs7(issued).value(), "application/pkcs7-mime");
  }
};

class EstTransport final : public sync::Transport {
 public:
  explicit EstTransport(EstDouble& est) : est_(est) {}
  Result<sync::HttpReply> exchange(const sync::HttpRequest& request) override {
    return est_.answer(request);
  }
  void close() override {}
  std::uint64_t sent_bytes() const override { return 0; }

 private:
  EstDouble& est_;
};

struct EnrollWorld : World {
  EstDouble est{
      clock, crypto::issue_authority(crypto::PrivateKey::generate().value(), clock.now()).value()};
  sync::TransportOptions last_options;
  sync::TransportFactory factory = [this](sync::TransportOptions options) {
    last_options = std::move(options);
    return std::make_unique<EstTransport>(est);
  };
  crypto::JoinCode code() const {
    return {"cmdb.example.org", 8444, est.authority.certificate.fields().spki_sha256_hex, "t0ken"};
  }
  Result<sync::EnrollOutcome> enroll_once(bool force = false) {
    return sync::enroll(directory, code(), force, factory);
  }
};

}  // namespace

TEST_CASE("Enrolling makes a key here and stores what the server issued for it", "[sync][enroll]") {
  EnrollWorld world;
  const auto outcome = world.enroll_once();
  REQUIRE(outcome);
  CHECK_FALSE(outcome->ask_again_s);
  CHECK(outcome->agent_id == kAgentId);
  CHECK(world.last_options.pin_sha256_hex == world.code().ca_spki_sha256_hex);
  CHECK(world.last_options.authorities.empty());
  CHECK(world.est.authorizations == std::vector<std::string>{"Basic " + to_base64("join:t0ken")});
  const auto identity = sync::load_identity(world.directory);
  REQUIRE(identity);
  CHECK(identity->agent_id == kAgentId);
  CHECK(identity->server.url() == "https://cmdb.example.org:8444");
  CHECK(identity->authorities.size() == 1);
  CHECK_FALSE(identity->next);
  CHECK_FALSE(world.directory.contains(sync::kNextKeyFile));
}

TEST_CASE(
    "An enrolled machine is enrolled again only when told so, and keeps what it has until then",
    "[sync][enroll]") {
  EnrollWorld world;
  REQUIRE(world.enroll_once());
  const std::string key = world.directory.read(sync::kKeyFile).value();
  const auto refused = world.enroll_once();
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().message.find("--force") != std::string::npos);
  world.est.status = 401;
  const auto failed = world.enroll_once(true);
  REQUIRE_FALSE(failed);
  CHECK(failed.failure().message.find("new one") != std::string::npos);
  CHECK(world.directory.read(sync::kKeyFile).value() == key);
  CHECK(sync::load_identity(world.directory));
  world.est.status = 200;
  REQUIRE(world.enroll_once(true));
  CHECK(world.directory.read(sync::kKeyFile).value() != key);
}

TEST_CASE("Waiting for approval posts the same request again, also in another run",
          "[sync][enroll]") {
  EnrollWorld world;
  world.est.pending = 2;
  CHECK(world.enroll_once()->ask_again_s == 7);
  CHECK(world.enroll_once()->ask_again_s == 7);
  CHECK_FALSE(sync::load_identity(world.directory));
  REQUIRE(world.enroll_once());
  REQUIRE(world.est.bodies.size() == 3);
  CHECK(world.est.bodies[0] == world.est.bodies[1]);
  CHECK(world.est.bodies[1] == world.est.bodies[2]);
  CHECK(sync::load_identity(world.directory));
}

TEST_CASE("A certificate for another key is not taken", "[sync][enroll]") {
  EnrollWorld world;
  world.est.foreign_key = true;
  CHECK_FALSE(world.enroll_once());
  CHECK_FALSE(sync::load_identity(world.directory));
}

TEST_CASE("Another server is told everything anew", "[sync][enroll]") {
  EnrollWorld world;
  REQUIRE(world.enroll_once());
  world.server.away = true;
  world.cycle({users({"ana"}, world.clock)});
  REQUIRE(world.waiting() == 1);
  SECTION("the same server: what waits goes on waiting") {
    REQUIRE(world.enroll_once(true));
    CHECK(world.waiting() == 1);
  }
  SECTION("another one") {
    world.est.authority =
        crypto::issue_authority(crypto::PrivateKey::generate().value(), world.clock.now()).value();
    REQUIRE(world.enroll_once(true));
    CHECK(world.waiting() == 0);
    CHECK_FALSE(world.directory.contains(sync::kSnapshotFile));
  }
}

TEST_CASE("A renewal stands beside the old certificate until it is promoted", "[sync][enroll]") {
  EnrollWorld world;
  REQUIRE(world.enroll_once());
  const auto before = sync::load_identity(world.directory).value();
  CHECK_FALSE(
      sync::renewal_is_due(before.current.certificate, world.clock.now() + 55 * crypto::kDayMs));
  CHECK(sync::renewal_is_due(before.current.certificate, world.clock.now() + 65 * crypto::kDayMs));
  EstTransport transport(world.est);
  REQUIRE(sync::renew(world.directory, before, transport));
  CHECK(world.est.paths.back() == "/.well-known/est/simplereenroll");
  CHECK(world.est.authorizations.size() == 1);  // of enrolling; renewing needs none
  const auto beside = sync::load_identity(world.directory).value();
  REQUIRE(beside.next);
  CHECK(beside.current.certificate.to_pem() == before.current.certificate.to_pem());
  SECTION("promoted") {
    REQUIRE(sync::promote_next(world.directory));
    const auto after = sync::load_identity(world.directory).value();
    CHECK_FALSE(after.next);
    CHECK(after.current.certificate.to_pem() == beside.next->certificate.to_pem());
  }
  SECTION("discarded") {
    REQUIRE(sync::discard_next(world.directory));
    const auto after = sync::load_identity(world.directory).value();
    CHECK_FALSE(after.next);
    CHECK(after.current.certificate.to_pem() == before.current.certificate.to_pem());
  }
  SECTION("a crash between the two renames") {
    REQUIRE(world.directory.rename(sync::kNextCertificateFile, sync::kCertificateFile));
    CHECK(sync::look_at_identity(world.directory));
    const auto after = sync::load_identity(world.directory);
    REQUIRE(after);
    CHECK(after->current.certificate.to_pem() == beside.next->certificate.to_pem());
    CHECK_FALSE(world.directory.contains(sync::kNextKeyFile));
  }
  SECTION("the server renews somebody else's") {
    REQUIRE(sync::discard_next(world.directory));
    world.est.agent_id = "99999999-2222-4333-8444-555555555555";
    CHECK_FALSE(sync::renew(world.directory, before, transport));
    CHECK_FALSE(sync::load_identity(world.directory)->next);
  }
}

TEST_CASE("Status says in its first line whether the machine reports, and what to do",
          "[sync][status]") {
  EnrollWorld world;
  auto status = sync::look_at_status(world.directory, world.clock).value();
  CHECK_FALSE(status.is_reporting());
  CHECK(sync::status_text(status).starts_with("not reporting: this machine is not enrolled"));

  REQUIRE(world.enroll_once());
  CHECK_FALSE(sync::look_at_status(world.directory, world.clock)->is_reporting());
  world.cycle({users({"ana"}, world.clock)});
  status = sync::look_at_status(world.directory, world.clock).value();
  CHECK(status.is_reporting());
  CHECK(sync::status_text(status).starts_with("reporting to https://cmdb.example.org:8444"));
  CHECK(JsonValue::parse(sync::status_json(status))->boolean_at("reporting") == true);

  world.server.canned = {
      answer_of(403, R"({"code":"agent_revoked","detail":"revoked by ana \u001b[31m"})")};
  world.cycle({users({"bor"}, world.clock)});
  world.clock.pass(3'600'000);
  status = sync::look_at_status(world.directory, world.clock).value();
  const std::string text = sync::status_text(status);
  CHECK(text.starts_with("not reporting: the server answered 403: revoked by ana"));
  CHECK(text.find("spooled: 1 report") != std::string::npos);
  CHECK(text.find("enroll --force -") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  const auto json = JsonValue::parse(sync::status_json(status));
  REQUIRE(json);
  CHECK(json->text_at("code") == "agent_revoked");

  world.cycle({users({"bor"}, world.clock)});
  CHECK(sync::look_at_status(world.directory, world.clock)->is_reporting());
  world.clock.pass(86'400'000);
  CHECK(sync::status_text(sync::look_at_status(world.directory, world.clock).value())
            .starts_with("not reporting: the agent has not run for"));
}

}  // namespace muster::agent::test
