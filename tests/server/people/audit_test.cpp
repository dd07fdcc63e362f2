// SPDX-License-Identifier: Apache-2.0
#include "server/people/audit.h"

#include <catch2/catch.hpp>

#include "server/people/tokens.h"
#include "tests/server/people/people_support.h"

namespace muster::server {
namespace {

std::vector<std::string> actions(const std::vector<people::AuditRecord>& records) {
  std::vector<std::string> out;
  for (const people::AuditRecord& record : records)
    out.push_back(record.entry.action);
  return out;
}

TEST_CASE("every change of an account is in the audit log with who, what and from where",
          "[people]") {
  PeopleFixture people;
  people.update(people.user, {.role = people::Role::kAdmin});
  const people::AuditRecord newest = people.audit().front();
  CHECK(newest.entry.action == "user.update");
  CHECK(newest.entry.object == "user/" + std::to_string(people.user.id));
  CHECK(newest.entry.actor.name == "ana");
  CHECK(newest.entry.actor.address == "192.0.2.1");
  CHECK(newest.entry.actor.request_id == "r1");
  CHECK(newest.entry.at == people.store.now());
  CHECK(newest.entry.detail == R"({"name":"novak","role_before":"technician","role":"admin"})");
}

TEST_CASE("the audit log is filtered by actor, family of actions, object and time", "[people]") {
  PeopleFixture people;
  people.store.pass(1000);
  people.login("novak");
  CHECK(actions(people.audit({.action = "user"})) ==
        std::vector<std::string>{"user.create", "user.create"});
  CHECK(actions(people.audit({.action = "user.create"})).size() == 2);
  CHECK(people.audit({.action = "use"}).empty());
  CHECK(actions(people.audit({.actor = "novak"})) == std::vector<std::string>{"session.begin"});
  CHECK(people.audit({.objects = {"user/" + std::to_string(people.user.id)}}).size() == 2);
  CHECK(actions(people.audit({.from = people.store.now()})) ==
        std::vector<std::string>{"session.begin"});
  CHECK(people.audit({.to = people.store.now()}).size() == 2);
}

TEST_CASE("the audit log is read page by page, newest first, each entry once", "[people]") {
  PeopleFixture people;
  people.store->write([&](store::Transaction& transaction) {
    for (int i = 0; i < 7; ++i)
      people::add_audit(transaction,
                        {people.store.now(), people.actor, "test.step", std::to_string(i)});
  });
  std::vector<std::string> objects;
  people::AuditFilter filter{.action = "test", .limit = 3};
  do {
    const auto page = people.store->read_value<people::AuditPage>(
        [&](store::Transaction& transaction) { return people::list_audit(transaction, filter); });
    for (const people::AuditRecord& record : page.records)
      objects.push_back(record.entry.object);
    filter.cursor = page.next;
  } while (filter.cursor);
  CHECK(objects == std::vector<std::string>{"6", "5", "4", "3", "2", "1", "0"});
}

TEST_CASE("no secret gets into the audit log", "[people]") {
  PeopleFixture people;
  const people::SignedIn signed_in = people.login("novak");
  CHECK(code_of([&] { people.login("novak", "typed it wrong 1234"); }) == "sign_in_failed");
  CHECK(code_of([&] { people.login(kGoodPassword, "x"); }) == "sign_in_failed");
  const auto token =
      people.store->write_value<people::CreatedToken>([&](store::Transaction& transaction) {
        return people::create_token(transaction, people.store.now(), people.actor, people.user.id,
                                    "script", {});
      });
  std::string all;
  for (const people::AuditRecord& record : people.audit({.limit = 1000})) {
    all += record.entry.actor.name + record.entry.action + record.entry.object +
           record.entry.detail + "\n";
  }
  for (const std::string& secret :
       {signed_in.cookie, signed_in.csrf_token, token.secret, std::string(kGoodPassword),
        std::string("typed it wrong"), std::string("scrypt")}) {
    CAPTURE(secret);
    CHECK(all.find(secret) == std::string::npos);
  }
  CHECK(all.find("unknownsession.refuse") != std::string::npos);
}

}  // namespace
}  // namespace muster::server
