// SPDX-License-Identifier: Apache-2.0
// What the tests of people share: a store, passwords at a cost that tests can afford, two accounts.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/people/sign_in.h"
#include "server/people/users.h"
#include "tests/support/store/temporary_store.h"

namespace muster::server {

inline constexpr std::string_view kGoodPassword = "correct horse battery";

PasswordOptions cheap_passwords();

struct PeopleFixture {
  PeopleFixture();
  User add(const std::string& name, Role role);
  SignedIn login(std::string_view name, std::string_view password = kGoodPassword);
  User update(const User& who, const UserChange& change,
              std::optional<std::int64_t> version = std::nullopt);
  std::vector<AuditRecord> audit(const AuditFilter& filter = {});

  TemporaryStore store;
  Passwords passwords{cheap_passwords()};
  SignIn sign_in{*store, passwords};
  Actor actor{"ana", "192.0.2.1", "r1"};
  SignInOrigin origin{"192.0.2.1", "test", "", "r2"};
  User admin;
  User user;
};

}  // namespace muster::server
