// SPDX-License-Identifier: Apache-2.0
#include "server/ca/enrolment.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <thread>

#include "common/crypto/pkcs7.h"
#include "common/crypto/request.h"
#include "common/support/text.h"
#include "server/facts/section_tables.h"
#include "tests/support/store/temporary_store.h"

namespace muster::server {
namespace {

std::string basic(const std::string& token) {
  return "Basic " + to_base64("agent:" + token);
}

std::string new_enrolment_request() {
  return crypto::to_base64_lines(
      *crypto::make_request(*crypto::PrivateKey::generate(), "wants to be somebody else"));
}

struct EnrolmentFixture {
  std::string token(const ca::NewJoinToken& wanted = {}) {
    return store
        ->write_value<ca::CreatedJoinToken>([&](store::Transaction& transaction) {
          return ca::create_join_token(transaction, store.now(), actor, wanted);
        })
        .text;
  }
  ca::Enrolled enroll(const std::string& token_text,
                      const std::string& request = new_enrolment_request()) {
    return enrolment.simple_enroll(basic(token_text), request, "192.0.2.9", "r1");
  }
  ca::Enrolled reenroll(const crypto::Certificate& certificate) {
    return enrolment.simple_reenroll(certificate, new_enrolment_request(), "192.0.2.9", "r1");
  }
  std::string code(const crypto::Certificate& certificate) {
    const std::string code = code_of([&] { enrolment.authenticate(certificate, "192.0.2.9"); });
    // From the bytes it is the same, the first time and when it was seen before.
    for (int i = 0; i < 2; ++i) {
      CHECK(code_of([&] {
              enrolment.authenticate(std::string_view(certificate.to_der()), "192.0.2.9");
            }) == code);
    }
    return code;
  }
  std::int64_t count(std::string_view sql) {
    return store->read_value<std::int64_t>(
        [&](store::Transaction& transaction) { return transaction.find_integer(sql).value(); });
  }

  TemporaryStore store;
  std::filesystem::path folder = store.folder();
  ca::CertificateAuthority authority =
      *ca::CertificateAuthority::init(folder / "ca", {"localhost"}, store.now());
  ca::SideLog side_log = *ca::SideLog::open(folder / "side.log");
  ca::Enrolment enrolment{*store, authority, side_log};
  people::Actor actor{"ana", "192.0.2.1", "r1"};
};

crypto::Certificate certificate_of(const ca::Enrolled& enrolled) {
  return crypto::from_pkcs7(enrolled.pkcs7_base64).value().front();
}

TEST_CASE("a join token gives one certificate, in which all is the server's", "[ca]") {
  EnrolmentFixture f;
  const std::string token = f.token();
  const ca::Enrolled enrolled = f.enroll(token);
  const crypto::Certificate certificate = certificate_of(enrolled);
  CHECK(certificate.fields().common_name == enrolled.agent_id);
  CHECK(crypto::agent_id_of(certificate) == enrolled.agent_id);
  const ca::AgentPrincipal agent = f.enrolment.authenticate(certificate, "192.0.2.9");
  CHECK(agent.agent_id == enrolled.agent_id);
  CHECK(agent.serial == certificate.fields().serial_hex);
  CHECK(agent.state == "active");
  CHECK(code_of([&] { f.enroll(token); }) == "token_used_up");
  CHECK(f.count("SELECT COUNT(*) FROM agents") == 1);
}

TEST_CASE("a hundred parallel enrolments with a one-use token make one agent", "[ca]") {
  EnrolmentFixture f;
  const std::string token = f.token();
  const std::string request = new_enrolment_request();
  std::atomic<int> good{0};
  std::atomic<int> used_up{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      const std::string code = code_of([&] { f.enroll(token, request); });
      if (code.empty()) ++good;
      if (code == "token_used_up") ++used_up;
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  CHECK(good == 1);
  CHECK(used_up == 99);
  CHECK(f.count("SELECT COUNT(*) FROM agents") == 1);
  CHECK(f.count("SELECT COUNT(*) FROM certificates") == 1);
  CHECK(f.count("SELECT COUNT(*) FROM audit WHERE action = 'agent.enrol'") == 1);
}

TEST_CASE("a request that is refused costs the token nothing", "[ca]") {
  EnrolmentFixture f;
  const std::string token = f.token();
  CHECK(code_of([&] { f.enroll(token, "not a request"); }) == "invalid_request");
  CHECK(code_of([&] { f.enroll(token, std::string(100'000, 'A')); }) == "request_too_large");
  std::string forged = *from_base64(new_enrolment_request());
  forged.back() = static_cast<char>(forged.back() ^ 1);
  CHECK(code_of([&] { f.enroll(token, to_base64(forged)); }) == "invalid_request");
  CHECK(code_of([&] { f.enroll(token); }).empty());
}

TEST_CASE("without a token, or with one that is none, nothing is given", "[ca]") {
  EnrolmentFixture f;
  const auto code = [&](const std::string& authorization) {
    return code_of([&] {
      f.enrolment.simple_enroll(authorization, new_enrolment_request(), "192.0.2.9", "r1");
    });
  };
  CHECK(code("") == "credentials_missing");
  CHECK(code("Bearer " + f.token()) == "credentials_missing");
  CHECK(code("Basic !!!") == "credentials_missing");
  CHECK(code(basic("mjt_aaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")) == "token_unknown");
  CHECK(f.count("SELECT COUNT(*) FROM agents") == 0);
}

TEST_CASE("an agent renews as itself, also with a certificate that expired a while ago", "[ca]") {
  EnrolmentFixture f;
  const ca::Enrolled first = f.enroll(f.token());
  const ca::Enrolled second = f.reenroll(certificate_of(first));
  CHECK(second.agent_id == first.agent_id);
  CHECK(crypto::agent_id_of(certificate_of(second)) == first.agent_id);
  CHECK(f.code(certificate_of(second)).empty());
  CHECK(f.code(certificate_of(first)).empty());

  f.store.pass(crypto::kAgentLifetimeMs + crypto::kDayMs);
  CHECK(f.code(certificate_of(second)) == "certificate_expired");
  const ca::Enrolled third = f.reenroll(certificate_of(second));
  CHECK(f.code(certificate_of(third)).empty());
  f.store.pass(ca::kExpiredGraceMs);
  CHECK(code_of([&] { f.reenroll(certificate_of(second)); }) == "certificate_refused");
}

TEST_CASE("a revoked agent may neither report nor renew", "[ca]") {
  EnrolmentFixture f;
  const crypto::Certificate certificate = certificate_of(f.enroll(f.token()));
  f.enrolment.revoke_agent(f.actor, *crypto::agent_id_of(certificate), "stolen");
  CHECK(f.code(certificate) == "agent_revoked");
  CHECK(code_of([&] { f.reenroll(certificate); }) == "agent_revoked");
}

TEST_CASE("what a purge revoked stays revoked after a restore", "[ca]") {
  EnrolmentFixture f;
  const crypto::Certificate agent = certificate_of(f.enroll(f.token()));
  const crypto::Certificate other = certificate_of(f.enroll(f.token()));
  f.enrolment.remember_revoked({*crypto::agent_id_of(agent)}, {other.fields().serial_hex});
  // The process that starts after the restore reads what this one wrote.
  std::filesystem::copy_file(f.folder / "side.log", f.folder / "copy.log");
  const auto copy = ca::SideLog::open(f.folder / "copy.log");
  REQUIRE(copy);
  f.store->write([&](store::Transaction& transaction) { ca::reconcile(transaction, *copy); });
  CHECK(f.code(agent) == "agent_revoked");
  CHECK(f.code(other) == "certificate_revoked");
}

TEST_CASE("a certificate of another authority is refused, whoever it names", "[ca]") {
  EnrolmentFixture f;
  EnrolmentFixture other;
  const ca::Enrolled ours = f.enroll(f.token());
  const auto forged =
      other.authority.issue_agent(new_enrolment_request(), ours.agent_id, f.store.now());
  REQUIRE(forged);
  CHECK(f.code(forged->certificate) == "certificate_refused");
  CHECK(code_of([&] { f.reenroll(forged->certificate); }) == "certificate_refused");
  CHECK(f.count("SELECT COUNT(*) FROM waiting_agents") == 0);
}

TEST_CASE("a restored backup revives neither revoked agents nor used or revoked tokens", "[ca]") {
  auto before = std::make_unique<EnrolmentFixture>();
  const std::string used = before->token({.max_uses = 2});
  const std::string revoked = before->token();
  const crypto::Certificate thief = certificate_of(before->enroll(used));
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("muster-restore-" + random_uuid());
  std::filesystem::create_directory(folder);
  const auto backup = before->store.fixture.backup();
  // All of this is lost with the backup.
  const crypto::Certificate late = certificate_of(before->enroll(used));
  before->enrolment.revoke_agent(before->actor, *crypto::agent_id_of(thief), "stolen");
  before->enrolment.revoke_join_token(before->actor, revoked.substr(4, 8));
  const std::string late_token = before->token();
  const crypto::Certificate late_thief = certificate_of(before->enroll(late_token));
  before->enrolment.revoke_agent(before->actor, *crypto::agent_id_of(late_thief), "stolen too");
  std::filesystem::copy(before->folder / "ca", folder / "ca");
  std::filesystem::copy_file(before->folder / "side.log", folder / "side.log");
  before.reset();

  {
    SettableClock clock;
    store::Store store(backup->open(), facts::with_section_tables(), clock);
    const auto authority = ca::CertificateAuthority::load(folder / "ca");
    auto side_log = ca::SideLog::open(folder / "side.log");
    REQUIRE(authority);
    REQUIRE(side_log);
    ca::Enrolment enrolment(store, *authority, *side_log);
    const auto code = [&](const crypto::Certificate& certificate) {
      return code_of([&] { enrolment.authenticate(certificate, "192.0.2.9"); });
    };
    CHECK(code(thief).empty());  // what the side log is there for
    store.write(
        [&](store::Transaction& transaction) { CHECK(ca::reconcile(transaction, *side_log) > 0); });
    store.write([&](store::Transaction& transaction) {
      CHECK(ca::reconcile(transaction, *side_log) == 0);
    });
    CHECK(code(thief) == "agent_revoked");
    CHECK(code(late_thief) == "agent_revoked");
    const auto enroll_code = [&](const std::string& token) {
      return code_of(
          [&] { enrolment.simple_enroll(basic(token), new_enrolment_request(), "", ""); });
    };
    CHECK(enroll_code(used) == "token_used_up");
    CHECK(enroll_code(revoked) == "token_revoked");

    // An agent that enrolled after the backup and was not revoked waits for a person.
    CHECK(code(late) == "agent_unknown");
    CHECK(code(late) == "agent_unknown");
    store.write([&](store::Transaction& transaction) {
      const auto waiting = ca::list_waiting(transaction, 10);
      REQUIRE(waiting.size() == 1);
      CHECK(waiting[0].agent_id == *crypto::agent_id_of(late));
      ca::approve_waiting(transaction, clock.now(), {"ana", "", ""}, waiting[0].agent_id);
    });
    CHECK(code(late).empty());
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace muster::server
