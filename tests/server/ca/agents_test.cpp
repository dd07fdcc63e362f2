// SPDX-License-Identifier: Apache-2.0
#include "server/ca/agents.h"

#include <catch2/catch.hpp>

#include "common/tls/issue.h"
#include "tests/support/store/temporary_store.h"

namespace muster::server {
namespace {

const std::string kAgent = "11111111-1111-4111-8111-111111111111";
const std::string kOther = "22222222-2222-4222-8222-222222222222";

struct Fixture {
  Fixture() {
    enrol(kAgent, "aa01");
    enrol(kOther, "bb01");
  }
  void enrol(const std::string& id, const std::string& serial) {
    store->write([&](Session& session) {
      add_enrolled_agent(session, store.now(), {id, "tokentok", "192.0.2.9"});
      add_certificate(session, store.now(), id, certificate(serial));
    });
  }
  void renew(const std::string& id, const std::string& serial) {
    store->write(
        [&](Session& session) { add_certificate(session, store.now(), id, certificate(serial)); });
  }
  tls::CertificateFields certificate(const std::string& serial) const {
    tls::CertificateFields fields;
    fields.serial_hex = serial;
    fields.not_after = store.now() + tls::kAgentLifetimeMs;
    return fields;
  }
  std::string code(const std::string& id, const std::string& serial) {
    return code_of(
        [&] { store->read([&](Session& session) { authenticate_agent(session, id, serial); }); });
  }
  AgentRecord revoke(const std::string& id, const std::string& reason = "stolen") {
    return store->write_value<AgentRecord>(
        [&](Session& session) { return revoke_agent(session, store.now(), actor, id, reason); });
  }
  AgentPage list(const AgentFilter& filter = {}) {
    return store->read_value<AgentPage>(
        [&](Session& session) { return list_agents(session, filter); });
  }

  TemporaryStore store;
  Actor actor{"ana", "192.0.2.1", "r1"};
};

TEST_CASE("an agent is known by its id and one of its own certificates", "[ca]") {
  Fixture f;
  f.renew(kAgent, "aa02");
  CHECK(f.code(kAgent, "aa01").empty());
  CHECK(f.code(kAgent, "aa02").empty());
  CHECK(f.code(kAgent, "bb01") == "certificate_unknown");
  CHECK(f.code(kAgent, "cc01") == "certificate_unknown");
  CHECK(f.code("33333333-3333-4333-8333-333333333333", "aa01") == "agent_unknown");
}

TEST_CASE("a revoked agent is refused at the next request with all its certificates", "[ca]") {
  Fixture f;
  f.renew(kAgent, "aa02");
  const AgentRecord revoked = f.revoke(kAgent);
  CHECK(revoked.state == "revoked");
  CHECK(revoked.state_reason == "stolen");
  CHECK(revoked.state_changed_by == "ana");
  CHECK_FALSE(revoked.certificate_until);
  CHECK(f.code(kAgent, "aa01") == "agent_revoked");
  CHECK(f.code(kAgent, "aa02") == "agent_revoked");
  CHECK(f.code(kOther, "bb01").empty());
  f.store.pass(1000);
  CHECK(f.revoke(kAgent, "again").state_changed_at == revoked.state_changed_at);
  f.store->read([](Session& session) {
    CHECK(session.find_integer("SELECT COUNT(*) FROM audit WHERE action = 'agent.revoke'") == 1);
  });
}

TEST_CASE("only known agents can be revoked, for a reason of one line", "[ca]") {
  Fixture f;
  CHECK(code_of([&] { f.revoke("33333333-3333-4333-8333-333333333333"); }) == "agent_not_found");
  CHECK(code_of([&] { f.revoke("' OR 1=1"); }) == "agent_not_found");
  CHECK(code_of([&] { f.revoke(kAgent, "two\nlines"); }) == "invalid_value");
  CHECK_FALSE(f.revoke(kAgent, "").state_reason);
}

TEST_CASE("an agent cannot have certificates without end", "[ca]") {
  Fixture f;
  for (std::int64_t i = 1; i < kMaxCertificatesADay; ++i)
    f.renew(kAgent, "aa1" + std::to_string(i));
  CHECK(code_of([&] { f.renew(kAgent, "aa20"); }) == "too_many_certificates");
  CHECK(code_of([&] { f.renew(kOther, "bb02"); }).empty());
  f.store.pass(tls::kDayMs);
  CHECK(code_of([&] { f.renew(kAgent, "aa20"); }).empty());
  f.store.pass(tls::kAgentLifetimeMs + 181 * tls::kDayMs);
  f.renew(kAgent, "aa21");
  CHECK(f.code(kAgent, "aa20") == "certificate_unknown");  // long of no use, and forgotten
  CHECK(code_of([&] { f.renew(kOther, "aa21"); }) == "certificate_revoked");
}

TEST_CASE("the list of agents shows item, last report and the end of the certificate", "[ca]") {
  Fixture f;
  const auto [item, record] = f.store.fixture.add_machine(f.store.now().ms);
  f.store->write([&, source = record](Session& session) {
    session.execute("UPDATE agents SET source_record = ?1 WHERE agent_id = ?2", {source, kAgent});
    session.execute(
        "INSERT INTO agent_state (source_record, agent_id, sequence, boot_id, root, reply, "
        "reported_at, clock_offset_ms, agent_version, address, interval_s) VALUES (?1, ?2, 1, "
        "'b', 'r', '{}', ?3, 0, '1.2', '192.0.2.9', 900)",
        {source, kAgent, f.store.now().ms});
  });
  const AgentPage page = f.list();
  REQUIRE(page.agents.size() == 2);
  const AgentRecord& agent = page.agents[0];
  CHECK(agent.agent_id == kAgent);
  CHECK(agent.item_id == item);
  CHECK(agent.reported_at == f.store.now());
  CHECK(agent.agent_version == "1.2");
  CHECK(agent.interval_s == 900);
  CHECK(agent.certificate_until == f.store.now() + tls::kAgentLifetimeMs);
  CHECK(agent.enrolled_with == "tokentok");
  CHECK_FALSE(page.agents[1].item_id);
  CHECK_FALSE(page.agents[1].reported_at);

  // Another agent took its place in the record: that it reported, and when, stays true.
  f.store->write([&](Session& session) {
    session.execute(
        "UPDATE agents SET last_reported_at = ?1, last_version = '1.1', last_address = "
        "'192.0.2.8' WHERE agent_id = ?2",
        {f.store.now().ms - 1000, kAgent});
    session.execute("UPDATE agent_state SET agent_id = ?1", {kOther});
  });
  CHECK(f.list().agents[0].reported_at == f.store.now() - 1000);
  CHECK(f.list().agents[0].agent_version == "1.1");
  CHECK(f.list().agents[0].address == "192.0.2.8");
  CHECK(f.list({.silent_since = f.store.now() - 1000}).agents.size() == 1);
  f.store->write(
      [&](Session& session) { session.execute("UPDATE agent_state SET agent_id = ?1", {kAgent}); });

  CHECK(f.list({.item_id = item}).agents.size() == 1);
  CHECK(f.list({.silent_since = f.store.now()}).agents.at(0).agent_id == kOther);
  f.revoke(kOther);
  CHECK(f.list({.state = "revoked"}).agents.at(0).agent_id == kOther);
  const AgentPage first = f.list({.limit = 1});
  CHECK(first.next == kAgent);
  CHECK(f.list({.limit = 1, .cursor = first.next}).agents.at(0).agent_id == kOther);
  CHECK(code_of([&] { f.list({.cursor = "x"}); }) == "invalid_cursor");
}

TEST_CASE("agents that a restored store has forgotten wait until a person lets them in", "[ca]") {
  Fixture f;
  const std::string lost = "33333333-3333-4333-8333-333333333333";
  f.store->write([&](Session& session) {
    CHECK(is_news_of_waiting(session, f.store.now(), lost, "cc01"));
    note_waiting(session, f.store.now(), lost, f.certificate("cc01"), "192.0.2.7");
    CHECK_FALSE(is_news_of_waiting(session, f.store.now(), lost, "cc01"));
    CHECK(is_news_of_waiting(session, f.store.now(), lost, "cc02"));
    CHECK(is_news_of_waiting(session, f.store.now() + kWaitingTouchMs, lost, "cc01"));
  });
  const auto waiting = f.store->read_value<std::vector<WaitingAgent>>(
      [](Session& session) { return list_waiting(session, 10); });
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].agent_id == lost);
  CHECK(waiting[0].address == "192.0.2.7");
  const auto approve = [&](const std::string& id) {
    f.store->write([&](Session& session) { approve_waiting(session, f.store.now(), f.actor, id); });
  };
  CHECK(code_of([&] { approve(kAgent); }) == "agent_not_found");
  approve(lost);
  CHECK(f.code(lost, "cc01").empty());
  CHECK(code_of([&] { approve(lost); }) == "agent_not_found");
}

}  // namespace
}  // namespace muster::server
