// SPDX-License-Identifier: Apache-2.0
// What the tests of people share: a store, passwords at a cost that tests can afford, two accounts.
#pragma once
#include <string>

#include "server/people/sign_in.h"
#include "server/people/users.h"
#include "tests/support/temporary_store.h"

namespace muster::server {

inline constexpr std::string_view kGoodPassword = "correct horse battery";

inline PasswordOptions cheap_passwords() {
  PasswordOptions options;
  options.cost = {.log2_n = 10, .r = 8, .p = 1};
  return options;
}

struct PeopleFixture {
  PeopleFixture() {
    admin = add("ana", Role::kAdmin);
    user = add("novak", Role::kTechnician);
  }
  User add(const std::string& name, Role role) {
    const PasswordHash hash = passwords.hash_new(kGoodPassword, name);
    return store->write_value<User>([&](Session& session) {
      NewUser made;
      made.name = name;
      made.role = role;
      made.password = hash;
      made.must_change_password = false;
      return create_user(session, store.now(), actor, made);
    });
  }
  SignedIn login(std::string_view name, std::string_view password = kGoodPassword) {
    return sign_in.login(name, password, origin);
  }
  User update(const User& who, const UserChange& change,
              std::optional<std::int64_t> version = std::nullopt) {
    return store->write_value<User>([&](Session& session) {
      return update_user(session, store.now(), actor, who.id, version, change);
    });
  }
  std::vector<AuditRecord> audit(const AuditFilter& filter = {}) {
    return store
        ->read_value<AuditPage>([&](Session& session) { return list_audit(session, filter); })
        .records;
  }

  TemporaryStore store;
  Passwords passwords{cheap_passwords()};
  SignIn sign_in{*store, passwords};
  Actor actor{"ana", "192.0.2.1", "r1"};
  SignInOrigin origin{"192.0.2.1", "test", "", "r2"};
  User admin;
  User user;
};

}  // namespace muster::server
