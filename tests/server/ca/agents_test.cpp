// SPDX-License-Identifier: Apache-2.0
#include "server/ca/agents.h"

#include <catch2/catch.hpp>

#include "common/crypto/issue.h"
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
    store->write([&](store::Transaction& transaction) {
      ca::add_enrolled_agent(transaction, store.now(), {id, "tokentok", "192.0.2.9"});
      ca::add_certificate(transaction, store.now(), id, certificate(serial));
    });
  }
  void renew(const std::string& id, const std::string& serial) {
    store->write([&](store::Transaction& transaction) {
      ca::add_certificate(transaction, store.now(), id, certificate(serial));
    });
  }
  crypto::CertificateFields certificate(const std::string& serial) const {
    crypto::CertificateFields fields;
    fields.serial_hex = serial;
    fields.not_after = store.now() + crypto::kAgentLifetimeMs;
    return fields;
  }
  std::string code(const std::string& id, const std::string& serial) {
    return code_of([&] {
      store->read([&](store::Transaction& transaction) {
        ca::authenticate_agent(transaction, id, serial);
      });
    });
  }
  ca::AgentRecord revoke(const std::string& id, const std::string& reason = "stolen") {
    return store->write_value<ca::AgentRecord>([&](store::Transaction& transaction) {
      return ca::revoke_agent(transaction, store.now(), actor, id, reason);
    });
  }
  ca::AgentPage list(const ca::AgentFilter& filter = {}) {
    return store->read_value<ca::AgentPage>(
        [&](store::Transaction& transaction) { return ca::list_agents(transaction, filter); });
  }

  TemporaryStore store;
  people::Actor actor{"ana", "192.0.2.1", "r1"};
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
  const ca::AgentRecord revoked = f.revoke(kAgent);
  CHECK(revoked.state == "revoked");
  CHECK(revoked.state_reason == "stolen");
  CHECK(revoked.state_changed_by == "ana");
  CHECK_FALSE(revoked.certificate_until);
  CHECK(f.code(kAgent, "aa01") == "agent_revoked");
  CHECK(f.code(kAgent, "aa02") == "agent_revoked");
  CHECK(f.code(kOther, "bb01").empty());
  f.store.pass(1000);
  CHECK(f.revoke(kAgent, "again").state_changed_at == revoked.state_changed_at);
  f.store->read([](store::Transaction& transaction) {
    CHECK(transaction.find_integer("SELECT COUNT(*) FROM audit WHERE action = 'agent.revoke'") ==
          1);
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
  for (std::int64_t i = 1; i < ca::kMaxCertificatesADay; ++i)
    f.renew(kAgent, "aa1" + std::to_string(i));
  CHECK(code_of([&] { f.renew(kAgent, "aa20"); }) == "too_many_certificates");
  CHECK(code_of([&] { f.renew(kOther, "bb02"); }).empty());
  f.store.pass(crypto::kDayMs);
  CHECK(code_of([&] { f.renew(kAgent, "aa20"); }).empty());
  f.store.pass(crypto::kAgentLifetimeMs + 181 * crypto::kDayMs);
  f.renew(kAgent, "aa21");
  CHECK(f.code(kAgent, "aa20") == "certificate_unknown");  // long of no use, and forgotten
  CHECK(code_of([&] { f.renew(kOther, "aa21"); }) == "certificate_revoked");
}

TEST_CASE("the list of agents shows item, last report and the end of the certificate", "[ca]") {
  Fixture f;
  const auto [item, record] = f.store.fixture.add_machine(f.store.now().ms);
  f.store->write([&, source = record](store::Transaction& transaction) {
    transaction.execute("UPDATE agents SET source_record = ?1 WHERE agent_id = ?2",
                        {source, kAgent});
    transaction.execute(
        "INSERT INTO agent_state (source_record, agent_id, sequence, boot_id, root, reply, "
        "reported_at, clock_offset_ms, agent_version, address, interval_s) VALUES (?1, ?2, 1, "
        "'b', 'r', '{}', ?3, 0, '1.2', '192.0.2.9', 900)",
        {source, kAgent, f.store.now().ms});
  });
  const ca::AgentPage page = f.list();
  REQUIRE(page.agents.size() == 2);
  const ca::AgentRecord& agent = page.agents[0];
  CHECK(agent.agent_id == kAgent);
  CHECK(agent.item_id == item);
  CHECK(agent.reported_at == f.store.now());
  CHECK(agent.agent_version == "1.2");
  CHECK(agent.interval_s == 900);
  CHECK(agent.certificate_until == f.store.now() + crypto::kAgentLifetimeMs);
  CHECK(agent.enrolled_with == "tokentok");
  CHECK_FALSE(page.agents[1].item_id);
  CHECK_FALSE(page.agents[1].reported_at);

  // Another agent took its place in the record: that it reported, and when, stays true.
  f.store->write([&](store::Transaction& transaction) {
    transaction.execute(
        "UPDATE agents SET last_reported_at = ?1, last_version = '1.1', last_address = "
        "'192.0.2.8' WHERE agent_id = ?2",
        {f.store.now().ms - 1000, kAgent});
    transaction.execute("UPDATE agent_state SET agent_id = ?1", {kOther});
  });
  CHECK(f.list().agents[0].reported_at == f.store.now() - 1000);
  CHECK(f.list().agents[0].agent_version == "1.1");
  CHECK(f.list().agents[0].address == "192.0.2.8");
  CHECK(f.list({.silent_since = f.store.now() - 1000}).agents.size() == 1);
  f.store->write([&](store::Transaction& transaction) {
    transaction.execute("UPDATE agent_state SET agent_id = ?1", {kAgent});
  });

  CHECK(f.list({.item_id = item}).agents.size() == 1);
  CHECK(f.list({.silent_since = f.store.now()}).agents.at(0).agent_id == kOther);
  f.revoke(kOther);
  CHECK(f.list({.state = "revoked"}).agents.at(0).agent_id == kOther);
  const ca::AgentPage first = f.list({.limit = 1});
  CHECK(first.next == kAgent);
  CHECK(f.list({.limit = 1, .cursor = first.next}).agents.at(0).agent_id == kOther);
  CHECK(code_of([&] { f.list({.cursor = "x"}); }) == "invalid_cursor");
}

TEST_CASE("agents that a restored store has forgotten wait until a person lets them in", "[ca]") {
  Fixture f;
  const std::string lost = "33333333-3333-4333-8333-333333333333";
  f.store->write([&](store::Transaction& transaction) {
    CHECK(ca::is_news_of_waiting(transaction, f.store.now(), lost, "cc01"));
    ca::note_waiting(transaction, f.store.now(), lost, f.certificate("cc01"), "192.0.2.7");
    CHECK_FALSE(ca::is_news_of_waiting(transaction, f.store.now(), lost, "cc01"));
    CHECK(ca::is_news_of_waiting(transaction, f.store.now(), lost, "cc02"));
    CHECK(ca::is_news_of_waiting(transaction, f.store.now() + ca::kWaitingTouchMs, lost, "cc01"));
  });
  const auto waiting = f.store->read_value<std::vector<ca::WaitingAgent>>(
      [](store::Transaction& transaction) { return ca::list_waiting(transaction, 10); });
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].agent_id == lost);
  CHECK(waiting[0].address == "192.0.2.7");
  const auto approve = [&](const std::string& id) {
    f.store->write([&](store::Transaction& transaction) {
      ca::approve_waiting(transaction, f.store.now(), f.actor, id);
    });
  };
  CHECK(code_of([&] { approve(kAgent); }) == "agent_not_found");
  approve(lost);
  CHECK(f.code(lost, "cc01").empty());
  CHECK(code_of([&] { approve(lost); }) == "agent_not_found");
}

}  // namespace
}  // namespace muster::server
