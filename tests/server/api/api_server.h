// SPDX-License-Identifier: Apache-2.0
// All parts of a server behind the people's API, over a store in a temporary folder and without
// sockets, and the router that production uses. What the API's tests (api_fixture.h) and its fuzz
// target stand on. One thread.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "server/api/admin/operations.h"
#include "server/api/core/routes.h"
#include "server/api/core/store_errors.h"
#include "server/people/tokens.h"
#include "server/people/users.h"
#include "tests/support/store/temporary_store.h"

namespace muster::server {

inline constexpr const char* kApiPassword = "correct horse battery";

class ApiServer {
 public:
  struct Account {
    people::User user;
    std::string token;  // of the API, that does not expire
  };

  explicit ApiServer(people::PasswordOptions passwords_cost) : passwords(passwords_cost) {}

  Account add_account(const std::string& name, people::Role role, bool must_change = false) {
    people::NewUser made;
    made.name = name;
    made.role = role;
    made.password = passwords.hash_new(kApiPassword, name);
    made.must_change_password = must_change;
    Account account;
    store->write([&](store::Transaction& transaction) {
      account.user = people::create_user(transaction, store.now(), {"setup"}, made);
      account.token = people::create_token(transaction, store.now(), {"setup"}, account.user.id,
                                           "test", std::nullopt)
                          .secret;
    });
    return account;
  }
  // The route of the last request; nullptr when there was none for it.
  const http::Route* matched() const { return matched_; }
  http::Response handle(http::Request& request) {
    matched_ = nullptr;
    try {
      matched_ = &router.match(request);
    } catch (const Error&) {
      // handle() answers with it.
    }
    return router.handle(request);
  }

  TemporaryStore store;
  Log log{LogLevel::kError, [](LogLevel, const std::string&) {}};
  ca::CertificateAuthority authority =
      *ca::CertificateAuthority::init(store.folder() / "ca", {"muster.example.org"}, store.now());
  ca::SideLog side_log = *ca::SideLog::open(store.folder() / "side.log");
  people::Passwords passwords;
  people::SignIn sign_in{*store, passwords};
  ingest::Ingest ingest{*store, log};
  ca::Enrolment enrolment{*store, authority, side_log};
  api::Listeners listeners;
  api::ApiSettings settings{"https://muster.example.org:8443", "https://muster.example.org:8444",
                            store.folder() / "downloads", "0.1.0"};
  api::Services services{*store,  ingest,    authority, side_log, enrolment,          passwords,
                         sign_in, listeners, settings,  log,      store.fixture.clock};
  http::Router router{all_routes(services), log};

 private:
  static std::vector<http::Route> all_routes(api::Services& services) {
    std::vector<http::Route> routes = api::people_routes(services);
    for (http::Route& route : api::operations_routes(services))
      routes.push_back(std::move(route));
    return api::with_store_errors(std::move(routes), services.log);
  }

  const http::Route* matched_ = nullptr;
};

}  // namespace muster::server
