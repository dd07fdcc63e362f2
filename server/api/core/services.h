// SPDX-License-Identifier: Apache-2.0
// What the routes of both listeners work with: references to the parts that the composition root
// (server/installation/application.cpp) makes once and that live longer than the listeners. Every
// part is safe to use from any thread.
#pragma once
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/support/clock.h"
#include "common/support/log.h"
#include "server/ca/authority.h"
#include "server/ca/enrolment.h"
#include "server/ca/side_log.h"
#include "server/http/server.h"
#include "server/ingest/ingest.h"
#include "server/people/passwords.h"
#include "server/people/sign_in.h"
#include "server/store/store.h"

namespace muster::server::api {

// What answers say about this installation. No URL ends in a slash.
struct ApiSettings {
  std::string public_url;  // of the people's listener: "https://muster.example.org:8443"
  std::string agents_url;  // of the agents' listener, which join codes name
  std::filesystem::path downloads_directory;  // what GET /downloads offers
  std::string version;                        // of this program
};

// The counters of the listeners that run now, for /metrics. A listener is removed before it dies.
class Listeners {
 public:
  using Counters = std::function<http::HttpCounters()>;
  void add(std::string name, Counters counters) {
    const std::lock_guard lock(mutex_);
    listeners_.emplace_back(std::move(name), std::move(counters));
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    listeners_.clear();
  }
  std::vector<std::pair<std::string, http::HttpCounters>> all() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<std::string, http::HttpCounters>> out;
    for (const auto& [name, counters] : listeners_)
      out.emplace_back(name, counters());
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, Counters>> listeners_;
};

struct Services {
  store::Store& store;
  ingest::Ingest& ingest;
  ca::CertificateAuthority& authority;
  ca::SideLog& side_log;
  ca::Enrolment& enrolment;  // also revokes agents and join tokens
  people::Passwords& passwords;
  people::SignIn& sign_in;
  Listeners& listeners;
  const ApiSettings& settings;
  const Log& log;
  const Clock& clock;
};

}  // namespace muster::server::api
