// SPDX-License-Identifier: Apache-2.0
#include "tests/server/people/people_support.h"

namespace muster::server {

PasswordOptions cheap_passwords() {
  PasswordOptions options;
  options.cost = {.log2_n = 10, .r = 8, .p = 1};
  return options;
}

PeopleFixture::PeopleFixture() {
  admin = add("ana", Role::kAdmin);
  user = add("novak", Role::kTechnician);
}

User PeopleFixture::add(const std::string& name, Role role) {
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

SignedIn PeopleFixture::login(std::string_view name, std::string_view password) {
  return sign_in.login(name, password, origin);
}

User PeopleFixture::update(const User& who, const UserChange& change,
                           std::optional<std::int64_t> version) {
  return store->write_value<User>([&](Session& session) {
    return update_user(session, store.now(), actor, who.id, version, change);
  });
}

std::vector<AuditRecord> PeopleFixture::audit(const AuditFilter& filter) {
  return store->read_value<AuditPage>([&](Session& session) { return list_audit(session, filter); })
      .records;
}

}  // namespace muster::server
