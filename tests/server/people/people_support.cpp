// SPDX-License-Identifier: Apache-2.0
#include "tests/server/people/people_support.h"

namespace muster::server {

people::PasswordOptions cheap_passwords() {
  people::PasswordOptions options;
  options.cost = {.log2_n = 10, .r = 8, .p = 1};
  return options;
}

PeopleFixture::PeopleFixture() {
  admin = add("ana", people::Role::kAdmin);
  user = add("novak", people::Role::kTechnician);
}

people::User PeopleFixture::add(const std::string& name, people::Role role) {
  const people::PasswordHash hash = passwords.hash_new(kGoodPassword, name);
  return store->write_value<people::User>([&](store::Transaction& transaction) {
    people::NewUser made;
    made.name = name;
    made.role = role;
    made.password = hash;
    made.must_change_password = false;
    return people::create_user(transaction, store.now(), actor, made);
  });
}

people::SignedIn PeopleFixture::login(std::string_view name, std::string_view password) {
  return sign_in.login(name, password, origin);
}

people::User PeopleFixture::update(const people::User& who, const people::UserChange& change,
                                   std::optional<std::int64_t> version) {
  return store->write_value<people::User>([&](store::Transaction& transaction) {
    return people::update_user(transaction, store.now(), actor, who.id, version, change);
  });
}

std::vector<people::AuditRecord> PeopleFixture::audit(const people::AuditFilter& filter) {
  return store
      ->read_value<people::AuditPage>(
          [&](store::Transaction& transaction) { return people::list_audit(transaction, filter); })
      .records;
}

}  // namespace muster::server
