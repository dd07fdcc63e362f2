// SPDX-License-Identifier: Apache-2.0
#include "server/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "server/http/connection.h"
#include "server/http/connection_pool.h"

namespace muster::server::http {
namespace {

class ListeningSocket {
 public:
  ListeningSocket(const std::string& address, std::uint16_t port) {
    sockaddr_storage at{};
    auto& ip4 = reinterpret_cast<sockaddr_in&>(at);
    auto& ip6 = reinterpret_cast<sockaddr_in6&>(at);
    socklen_t length = sizeof ip4;
    if (inet_pton(AF_INET, address.c_str(), &ip4.sin_addr) == 1) {
      ip4.sin_family = AF_INET;
      ip4.sin_port = htons(port);
    } else if (inet_pton(AF_INET6, address.c_str(), &ip6.sin6_addr) == 1) {
      ip6.sin6_family = AF_INET6;
      ip6.sin6_port = htons(port);
      length = sizeof ip6;
    } else {
      fail(address, port, "it is no IP address");
    }
    fd_ = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    const int off = 0;
    // Address reuse only takes over connections of an earlier run; port reuse would let another
    // program share the port. An IPv6 socket takes IPv4 too.
    if (fd_ < 0 || setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (at.ss_family == AF_INET6 &&
         setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0) ||
        bind(fd_, reinterpret_cast<const sockaddr*>(&at), length) != 0 ||
        listen(fd_, SOMAXCONN) != 0 ||
        getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &length) != 0) {
      const int cause = errno;
      if (fd_ >= 0) close(fd_);
      fail(address, port, std::strerror(cause));
    }
    port_ = ntohs(at.ss_family == AF_INET6 ? ip6.sin6_port : ip4.sin_port);
  }
  ~ListeningSocket() {
    if (fd_ >= 0) close(fd_);
  }
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  std::uint16_t port() const { return port_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  [[noreturn]] static void fail(const std::string& address, std::uint16_t port, const char* cause) {
    throw std::runtime_error("cannot listen on " + address + " port " + std::to_string(port) +
                             ": " + cause);
  }
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

void check(const ServerOptions& options) {
  const HttpLimits& limits = options.limits;
  for (const int least_one : {limits.threads, limits.connections, limits.connections_per_address}) {
    if (least_one < 1)
      throw std::invalid_argument("limits of threads and connections are at least 1");
  }
  if (options.proxy_protocol && options.trusted_proxies.empty()) {
    throw std::invalid_argument(
        "PROXY protocol needs the list of trusted proxies: without it, "
        "anyone could claim any address");
  }
}

}  // namespace

struct HttpServer::Parts {
  Parts(ServerOptions options, Handler handler, const Log& log)
      : shared(std::move(options), std::move(handler), log),
        tls_options(shared.options.tls),
        listening((load_tls(), shared.options.address), shared.options.port),
        port(listening.port()) {}

  void load_tls() {
    if (!tls_options) return;
    auto context = std::make_shared<const TlsContext>(*tls_options);
    const std::lock_guard lock(shared.tls_mutex);
    shared.tls = std::move(context);
  }

  ConnectionShared shared;
  std::mutex reload_mutex;  // one reload at a time
  std::optional<TlsOptions> tls_options;
  ListeningSocket listening;
  std::uint16_t port;
  std::optional<ConnectionPool> pool;
};

HttpServer::HttpServer(ServerOptions options, Handler handler, const Log& log) {
  check(options);
  parts_ = std::make_unique<Parts>(std::move(options), std::move(handler), log);
  parts_->pool.emplace(parts_->listening.release(), parts_->shared);
}

HttpServer::~HttpServer() {
  stop(0);
}

std::uint16_t HttpServer::port() const {
  return parts_->port;
}

void HttpServer::reload_tls() {
  const std::lock_guard lock(parts_->reload_mutex);
  parts_->load_tls();
}

void HttpServer::reload_tls(TlsOptions options) {
  const std::lock_guard lock(parts_->reload_mutex);
  if (!parts_->tls_options)
    throw std::invalid_argument("a server without TLS cannot begin with it");
  auto before = std::exchange(parts_->tls_options, std::move(options));
  try {
    parts_->load_tls();
  } catch (...) {
    parts_->tls_options = std::move(before);
    throw;
  }
}

bool HttpServer::stop(int within_ms) {
  ConnectionPool& pool = *parts_->pool;
  parts_->shared.is_stopping = true;
  pool.stop_accepting();
  const bool all_finished = pool.wait_until_empty(within_ms);
  parts_->shared.aborting.set();
  if (!all_finished) pool.cut_off();
  return all_finished;
}

HttpCounters HttpServer::counters() const {
  const ConnectionShared& shared = parts_->shared;
  const auto& counts = shared.counts;
  HttpCounters counters;
  counters.accepted = counts.accepted;
  counters.waited_address_limit = counts.address_waits;
  counters.displaced = counts.displaced;
  counters.refused_proxy = counts.proxy;
  counters.refused_handshake = counts.handshake;
  counters.refused_deadline = counts.deadline;
  counters.refused_malformed = counts.malformed;
  counters.refused_overload = counts.overload;
  counters.accept_paused = counts.accept_pauses;
  for (std::size_t i = 0; i < counters.responses.size(); ++i) {
    counters.responses[i] = counts.responses[i];
  }
  counters.open_connections = shared.open;
  return counters;
}

}  // namespace muster::server::http
