// SPDX-License-Identifier: Apache-2.0
#include "server/installation/application.h"

#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <stdexcept>
#include <utility>

#include "common/support/file.h"
#include "common/support/result.h"
#include "common/wire/report.h"
#include "server/api/admin/operations.h"
#include "server/api/agents/agent_routes.h"
#include "server/api/core/routes.h"
#include "server/api/core/services.h"
#include "server/api/core/store_errors.h"
#include "server/facts/section_tables.h"
#include "server/installation/data_directory.h"
#include "server/store/postgres.h"

namespace muster::server::installation {
namespace {

constexpr int kExpiredDays = static_cast<int>(ca::kExpiredGraceMs / crypto::kDayMs);
// Whoever takes one port for the other is told which is which.
constexpr std::string_view kAgentsOnly =
    "There is nothing at this address: this is the agents' port. People, scripts and muster use "
    "the other one, people_port, which is 8443 unless it was set.";

std::string url_of(const ListenerConfig& listener, const ca::CertificateAuthority& authority,
                   std::uint16_t port) {
  if (!listener.url.empty()) return listener.url;
  const std::string name = authority.public_names().front();
  const bool is_ipv6 = name.find(':') != std::string::npos;
  return "https://" + (is_ipv6 ? '[' + name + ']' : name) + ':' + std::to_string(port);
}

// One line a request; never a body, a query or a header, which may hold secrets.
http::HttpServer::Handler logged(std::string_view listener, const http::Router& router,
                                 const Log& log) {
  return [part = std::string(listener), &router, &log](http::Request& request) {
    const auto begun = std::chrono::steady_clock::now();
    http::Response response = router.handle(request);
    const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begun);
    log.info(part, "request",
             {{"id", request.request_id},
              {"method", request.method},
              {"path", request.path},
              {"status", std::to_string(response.status)},
              {"duration_ms", std::to_string(taken.count())},
              {"peer", request.peer_address}});
    return response;
  };
}

std::vector<http::Route> all_people_routes(api::Services& services) {
  std::vector<http::Route> routes = api::operations_routes(services);
  for (http::Route& route : api::people_routes(services))
    routes.push_back(std::move(route));
  return api::with_store_errors(std::move(routes), services.log);
}

http::ServerOptions listener_options(std::string name, const ListenerConfig& config) {
  http::ServerOptions options;
  options.name = std::move(name);
  options.address = config.address;
  options.port = config.port;
  options.limits.threads = config.threads;
  options.limits.connections_per_address = config.connections_per_address;
  options.trusted_proxies = config.trusted_proxies;
  return options;
}

}  // namespace

struct Application::Parts {
  Parts(const ServerConfig& server_config, const Clock& server_clock, const Log& server_log)
      : config(server_config),
        clock(server_clock),
        log(server_log),
        lock(config),
        store(open_database(config),
              facts::with_section_tables(
                  {.readers = config.store_readers,
                   .read_statement_limit_ms = config.read_limit_ms,
                   .on_lost_sync = [this](const std::string& cause) { end_at_once(cause); }}),
              clock),
        authority(value_or_throw(ca::CertificateAuthority::load(config.authority_folder(),
                                                                authority_storage(config, store)))),
        side_log(value_or_throw(ca::SideLog::open(
            config.side_log_file(), [this](const std::string& cause) { end_at_once(cause); }))),
        sign_in(store, passwords),
        ingest(store, log, {.interval_s = config.report_interval_s, .merge = {}}),
        enrolment(store, authority, side_log),
        settings{.public_url = {},
                 .agents_url = {},
                 .downloads_directory = config.downloads_directory,
                 .version = MUSTER_VERSION},
        services{store,   ingest,    authority, side_log, enrolment, passwords,
                 sign_in, listeners, settings,  log,      clock},
        budgets({.reports_per_minute = config.agent_reports_per_minute,
                 .bytes_per_minute = config.agent_megabytes_per_minute * 1024 * 1024}),
        agents_router(api::with_store_errors(api::agent_routes(services, budgets), log), log,
                      std::string(kAgentsOnly)),
        people_router(all_people_routes(services), log) {
    if (side_log.was_torn()) {
      log.warning("serve", "the last line of the side log was cut off by a crash and is left out",
                  {{"file", config.side_log_file().string()}});
    }
    const auto changed = store.write_value<std::int64_t>(
        [this](store::Transaction& transaction) { return ca::reconcile(transaction, side_log); });
    if (changed > 0) {
      log.warning("serve",
                  "revocations and used join tokens that the database had forgotten are back",
                  {{"rows", std::to_string(changed)}});
    }
    value_or_throw(authority.roll_over(clock.now()));
    value_or_throw(authority.renew_server_certificates(clock.now()));
  }

  // A sync that failed is not tried again: the kernel may have dropped what it could not write and
  // would now confirm what is not there. The next start goes by what the disk really holds.
  [[noreturn]] void end_at_once(const std::string& cause) const {
    log.error("store", "the disk did not confirm a write: this process ends, start it again",
              {{"cause", cause}});
    std::_Exit(EXIT_FAILURE);
  }

  std::filesystem::path client_ca_file() const {
    return config.authority_folder() / "agents-ca.pem";
  }

  // What agents' certificates may lead to, as the file that the listener wants.
  void write_client_ca() const {
    std::string pem;
    for (const crypto::Certificate& trusted : authority.trusted(clock.now()))
      pem += trusted.to_pem();
    value_or_throw(replace_file(client_ca_file(), pem, FileMode::kPublic));
  }

  void open_agents_listener() {
    write_client_ca();
    http::ServerOptions options = listener_options("agents", config.agents);
    const std::string file = authority.agents_file().string();
    options.tls = http::TlsOptions{.certificate_chain_file = file,
                                   .private_key_file = file,
                                   .client_ca_file = client_ca_file().string(),
                                   .client_certificate = http::ClientCertificate::kOptional,
                                   .minimum = http::TlsVersion::k13,
                                   .accept_expired_days = kExpiredDays};
    options.body_limit = [this](const http::Request& request) {
      return api::agent_body_limit(request, budgets);
    };
    options.close_after_response = true;
    options.background = true;  // a person's page goes before a storm of agents
    options.proxy_protocol = config.agents_proxy_protocol;
    agents = std::make_unique<http::HttpServer>(std::move(options),
                                                logged("agents", agents_router, log), log);
  }

  // Its port is in the public URL when it was taken free, so requests wait until that is known.
  void open_people_listener() {
    http::ServerOptions options = listener_options("people", config.people);
    const bool own = !config.people_certificate.empty();
    const std::string file = authority.people_file().string();
    options.body_limit = api::people_body_limit;
    options.tls.emplace();
    options.tls->certificate_chain_file = own ? config.people_certificate : file;
    options.tls->private_key_file = own ? config.people_key : file;
    std::promise<void> ready;
    people = std::make_unique<http::HttpServer>(
        std::move(options),
        [is_ready = ready.get_future().share(),
         handler = logged("people", people_router, log)](http::Request& request) {
          is_ready.wait();
          return handler(request);
        },
        log);
    settings.public_url = url_of(config.people, authority, people->port());
    ready.set_value();
  }

  ~Parts() {
    listeners.clear();
    people.reset();
    agents.reset();
  }

  const ServerConfig config;
  const Clock& clock;
  const Log& log;
  DataLock lock;  // before the store: nobody else may have the database open
  store::Store store;
  ca::CertificateAuthority authority;
  ca::SideLog side_log;
  people::Passwords passwords;
  people::SignIn sign_in;
  ingest::Ingest ingest;
  ca::Enrolment enrolment;
  api::Listeners listeners;
  api::ApiSettings settings;
  api::Services services;
  api::AgentBudgets budgets;
  http::Router agents_router;
  http::Router people_router;
  std::unique_ptr<http::HttpServer> agents;
  std::unique_ptr<http::HttpServer> people;
};

Application::Application(const ServerConfig& config, const Clock& clock, const Log& log)
    : parts_(std::make_unique<Parts>(config, clock, log)) {
  Parts& parts = *parts_;
  parts.open_agents_listener();
  parts.settings.agents_url = url_of(config.agents, parts.authority, parts.agents->port());
  parts.open_people_listener();
  parts.listeners.add("agents", [&parts] { return parts.agents->counters(); });
  parts.listeners.add("people", [&parts] { return parts.people->counters(); });
  log.info(
      "serve", "serving",
      {{"version", MUSTER_VERSION},
       {"data", config.data_directory.string()},
       {"database", config.is_postgres() ? store::shown_connection(config.database) : "sqlite"},
       {"people", parts.settings.public_url},
       {"agents", parts.settings.agents_url}});
}

Application::~Application() = default;

std::uint16_t Application::people_port() const {
  return parts_->people->port();
}
std::uint16_t Application::agents_port() const {
  return parts_->agents->port();
}

void Application::maintain() {
  Parts& parts = *parts_;
  const auto attempt = [&](std::string_view what, const std::function<void()>& work) {
    try {
      work();
    } catch (const std::exception& failure) {
      parts.log.error("maintenance", what, {{"cause", failure.what()}});
    }
  };
  const Instant now = parts.clock.now();
  attempt("the certificates could not be renewed", [&] {
    const std::size_t trusted = parts.authority.trusted(now).size();
    value_or_throw(parts.authority.roll_over(now));  // sees what another server made, too
    const bool rolled = parts.authority.trusted(now).size() != trusted;
    const bool renewed = value_or_throw(parts.authority.renew_server_certificates(now));
    if (rolled) parts.log.warning("maintenance", "there is another certificate authority");
    if (renewed) parts.log.info("maintenance", "the listeners' certificates were renewed");
    if (rolled || renewed) reload_certificates();
  });
  attempt("sessions that have ended could not be deleted", [&] {
    parts.store.write(
        [&](store::Transaction& transaction) { people::end_old_sessions(transaction, now); });
  });
}

void Application::reload_certificates() {
  Parts& parts = *parts_;
  value_or_throw(parts.authority.reload());
  parts.write_client_ca();
  parts.agents->reload_tls();
  parts.people->reload_tls();
  parts.log.info("serve", "certificates were read again");
}

bool Application::stop() {
  Parts& parts = *parts_;
  const bool people = parts.people->stop(parts.config.stop_within_ms);
  const bool agents = parts.agents->stop(parts.config.stop_within_ms);
  return people && agents;
}

}  // namespace muster::server::installation
