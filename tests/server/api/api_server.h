// SPDX-License-Identifier: Apache-2.0
// All parts of a server behind the people's API, over a store in a temporary folder and without
// sockets, and the router that production uses. What the API's tests (api_fixture.h) and its fuzz
// target stand on. One thread.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "server/api/operations_api.h"
#include "server/api/routes.h"
#include "server/api/store_errors.h"
#include "server/people/tokens.h"
#include "server/people/users.h"
#include "tests/support/store/temporary_store.h"

namespace muster::server {

inline constexpr const char* kApiPassword = "correct horse battery";

class ApiServer {
 public:
  struct Account {
    User user;
    std::string token;  // of the API, that does not expire
  };

  explicit ApiServer(PasswordOptions passwords_cost) : passwords(passwords_cost) {}

  Account add_account(const std::string& name, Role role, bool must_change = false) {
    NewUser made;
    made.name = name;
    made.role = role;
    made.password = passwords.hash_new(kApiPassword, name);
    made.must_change_password = must_change;
    Account account;
    store->write([&](Session& session) {
      account.user = create_user(session, store.now(), {"setup"}, made);
      account.token =
          create_token(session, store.now(), {"setup"}, account.user.id, "test", std::nullopt)
              .secret;
    });
    return account;
  }
  // The route of the last request; nullptr when there was none for it.
  const Route* matched() const { return matched_; }
  Response handle(Request& request) {
    matched_ = nullptr;
    return router.handle(request);
  }

  TemporaryStore store;
  Log log{LogLevel::kError, [](LogLevel, const std::string&) {}};
  CertificateAuthority authority =
      *CertificateAuthority::init(store.folder() / "ca", {"muster.example.org"}, store.now());
  SideLog side_log = *SideLog::open(store.folder() / "side.log");
  Passwords passwords;
  SignIn sign_in{*store, passwords};
  Ingest ingest{*store, log};
  Enrolment enrolment{*store, authority, side_log};
  Listeners listeners;
  ApiSettings settings{"https://muster.example.org:8443", "https://muster.example.org:8444",
                       store.folder() / "downloads", "0.1.0"};
  Services services{*store,  ingest,    authority, side_log, enrolment,          passwords,
                    sign_in, listeners, settings,  log,      store.fixture.clock};
  Router router{all_routes(services), [this](const Route& route, Request&) { matched_ = &route; },
                log};

 private:
  static std::vector<Route> all_routes(Services& services) {
    std::vector<Route> routes = people_routes(services);
    for (Route& route : operations_routes(services))
      routes.push_back(std::move(route));
    return with_store_errors(std::move(routes), services.log);
  }

  const Route* matched_ = nullptr;
};

}  // namespace muster::server
