// SPDX-License-Identifier: Apache-2.0
// The only file that includes Poco: its TCPServer accepts, queues and keeps the pool of threads.
// Its SecureServerSocket is not used, because a PROXY header comes before TLS and because
// reload_tls() changes the context of new connections.
#include "server/http/server.h"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnection.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/ThreadPool.h>

#include <chrono>
#include <stdexcept>

#include "server/http/connection.h"

namespace muster::server {
namespace {

// Threads beyond HttpLimits::threads, which only tell the connections too many that the server is
// busy.
constexpr int kOverloadThreads = 8;
constexpr int kBacklog = 512;
constexpr int kThreadIdleSeconds = 30;

class AcceptedConnection final : public Poco::Net::TCPServerConnection {
 public:
  AcceptedConnection(const Poco::Net::StreamSocket& socket, ConnectionShared& shared)
      : TCPServerConnection(socket), shared_(shared) {}

  void run() override {
    try {
      Connection(static_cast<int>(socket().impl()->sockfd()),
                 socket().peerAddress().host().toString(), shared_)
          .run();
    } catch (const Poco::Exception&) {
      // peerAddress() of a connection that was reset before its turn.
    } catch (const std::exception& failure) {
      shared_.log.error(shared_.options.name, "a connection failed", {{"cause", failure.what()}});
    }
  }

 private:
  ConnectionShared& shared_;
};

class ConnectionFactory final : public Poco::Net::TCPServerConnectionFactory {
 public:
  explicit ConnectionFactory(ConnectionShared& shared) : shared_(shared) {}
  Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
    return new AcceptedConnection(socket, shared_);  // Poco owns it
  }

 private:
  ConnectionShared& shared_;
};

Poco::Net::ServerSocket listen_on(const std::string& address, std::uint16_t port) {
  try {
    Poco::Net::ServerSocket socket;
    const Poco::Net::SocketAddress at(Poco::Net::IPAddress(address), port);
    // Address reuse only takes over connections of an earlier run; port reuse would let another
    // program share the port.
    if (at.family() == Poco::Net::SocketAddress::IPv6) {
      socket.bind6(at, true, false, false);
    } else {
      socket.bind(at, true, false);
    }
    socket.listen(kBacklog);
    return socket;
  } catch (const Poco::Exception& failure) {
    throw std::runtime_error("cannot listen on " + address + " port " + std::to_string(port) +
                             ": " + failure.displayText());
  }
}

Poco::Net::TCPServerParams::Ptr pool_params(const HttpLimits& limits) {
  Poco::Net::TCPServerParams::Ptr params = new Poco::Net::TCPServerParams;
  params->setMaxThreads(limits.threads + kOverloadThreads);
  params->setMaxQueued(limits.queued);
  params->setThreadIdleTime(Poco::Timespan(kThreadIdleSeconds, 0));
  return params;
}

void check(const ServerOptions& options) {
  const HttpLimits& limits = options.limits;
  for (const int least_one : {limits.threads, limits.queued, limits.connections_per_address}) {
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
        listening((load_tls(), listen_on(shared.options.address, shared.options.port))),
        port(listening.address().port()),
        pool(2, shared.options.limits.threads + kOverloadThreads + 1, kThreadIdleSeconds),
        tcp(new ConnectionFactory(shared), pool, listening, pool_params(shared.options.limits)) {}

  void load_tls() {
    if (!tls_options) return;
    auto context = std::make_shared<const TlsContext>(*tls_options);
    const std::lock_guard lock(shared.mutex);
    shared.tls = std::move(context);
  }

  ConnectionShared shared;
  std::mutex reload_mutex;  // one reload at a time
  std::optional<TlsOptions> tls_options;
  Poco::Net::ServerSocket listening;
  std::uint16_t port;
  Poco::ThreadPool pool;
  std::mutex stop_mutex;  // one stop at a time
  Poco::Net::TCPServer tcp;
};

HttpServer::HttpServer(ServerOptions options, Handler handler, const Log& log) {
  check(options);
  parts_ = std::make_unique<Parts>(std::move(options), std::move(handler), log);
  parts_->tcp.start();
}

HttpServer::~HttpServer() {
  stop(0);
  std::unique_lock lock(parts_->shared.mutex);
  parts_->shared.all_closed.wait(lock, [this] { return parts_->shared.open == 0; });
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
  ConnectionShared& shared = parts_->shared;
  {
    const std::lock_guard lock(parts_->stop_mutex);
    shared.is_stopping = true;
    shared.stopping.set();
    parts_->tcp.stop();
    parts_->listening.close();
  }
  std::unique_lock lock(shared.mutex);
  const auto none_open = [&] { return shared.open == 0; };
  const bool all_finished =
      shared.all_closed.wait_for(lock, std::chrono::milliseconds(within_ms), none_open);
  shared.aborting.set();
  return all_finished;
}

HttpCounters HttpServer::counters() const {
  const ConnectionShared& shared = parts_->shared;
  const auto& counts = shared.counts;
  HttpCounters counters;
  counters.accepted = counts.accepted;
  counters.refused_address_limit = counts.address_limit;
  counters.refused_proxy = counts.proxy;
  counters.refused_handshake = counts.handshake;
  counters.refused_deadline = counts.deadline;
  counters.refused_malformed = counts.malformed;
  counters.refused_overload = counts.overload;
  counters.dropped_queue_full = static_cast<std::uint64_t>(parts_->tcp.refusedConnections());
  for (std::size_t i = 0; i < counters.responses.size(); ++i) {
    counters.responses[i] = counts.responses[i];
  }
  const std::lock_guard lock(shared.mutex);
  counters.open_connections = shared.open;
  return counters;
}

}  // namespace muster::server
