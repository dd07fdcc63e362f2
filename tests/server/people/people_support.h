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

people::PasswordOptions cheap_passwords();

struct PeopleFixture {
  PeopleFixture();
  people::User add(const std::string& name, people::Role role);
  people::SignedIn login(std::string_view name, std::string_view password = kGoodPassword);
  people::User update(const people::User& who, const people::UserChange& change,
                      std::optional<std::int64_t> version = std::nullopt);
  std::vector<people::AuditRecord> audit(const people::AuditFilter& filter = {});

  TemporaryStore store;
  people::Passwords passwords{cheap_passwords()};
  people::SignIn sign_in{*store, passwords};
  people::Actor actor{"ana", "192.0.2.1", "r1"};
  people::SignInOrigin origin{"192.0.2.1", "test", "", "r2"};
  people::User admin;
  people::User user;
};

}  // namespace muster::server
