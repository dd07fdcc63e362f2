// SPDX-License-Identifier: Apache-2.0
// HttpServer: one listening port that reads requests within hard limits, hands each to the handler
// and writes the answer. A connection that has nothing to be worked on (no complete hello yet, a
// handshake or a head that waits for its peer, an idle one) costs a descriptor and no thread; it
// gets one of `threads` when there is something to do (server/http/connection_pool.h). Limits on
// connections in all and for each address and on every phase's time keep slow or hostile peers from
// taking what others need, and whoever comes while much is going on waits in line instead of being
// dropped.
//
// Construction binds and starts; stop() or the destructor ends it. The handler is called from many
// threads at once, and may be Router::handle. All functions here may be called from any thread.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/support/log.h"
#include "server/http/message.h"
#include "server/http/parser.h"
#include "server/http/tls_context.h"

namespace muster::server::http {

// A time limit ends with 408 where a request had begun and can be answered, and always with the
// connection's end.
struct HttpLimits {
  HeadLimits head;  // 16 KiB, 100 fields
  std::size_t body_bytes = 8 * 1024 * 1024;
  // All request bodies that are being received or worked on, beyond the first 64 KiB of each.
  std::size_t bodies_bytes = 64 * 1024 * 1024;
  int threads = 256;  // connections worked on at once
  // Open at once. Beyond it the oldest that is silent or idle goes; without any, the kernel keeps
  // the next ones waiting. Never more than the descriptors of the process allow.
  int connections = 16'384;
  // In a handshake or later; the next ones of that address wait for their turn (an idle one makes
  // room). For IPv6 per /64; trusted proxies are exempt.
  int connections_per_address = 64;
  int queue_ms = 20'000;      // waiting for a turn or a thread; who waited longer is answered 503
  int handshake_ms = 10'000;  // PROXY header and TLS
  int idle_ms = 60'000;       // waiting for a first or a next request
  int head_ms = 10'000;       // from a request's first byte to the end of its head
  int body_ms = 120'000;      // from there to the end of its body
  int request_ms = 125'000;   // head and body together
  int response_ms = 60'000;   // writing, plus the time that least_bytes_per_s allows
  int least_bytes_per_s =
      16 * 1024;  // for long answers; a streamed one has response_ms for each write
};

struct ServerOptions {
  std::string name = "http";        // in the log
  std::string address = "0.0.0.0";  // "::" is IPv6 and IPv4
  std::uint16_t port = 0;           // 0: any free one, see port()
  HttpLimits limits;
  std::optional<TlsOptions> tls;  // nullopt: plain HTTP
  // Asked with the head of each request (no body yet) and may throw Error; what it returns replaces
  // limits.body_bytes. Here a caller who will be refused anyway can be refused before sending
  // megabytes.
  std::function<std::size_t(const Request&)> body_limit;
  bool close_after_response = false;  // for agents, who report once a cycle
  bool background = false;            // its threads leave the processor to others when it is short
  // Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed, or whose PROXY
  // headers.
  std::vector<std::string> trusted_proxies;
  // Each connection begins with a PROXY protocol v2 header; connections from other than
  // trusted_proxies are closed.
  bool proxy_protocol = false;
};

// Since the start, except open_connections.
struct HttpCounters {
  std::uint64_t accepted = 0;
  std::uint64_t open_connections = 0;
  std::uint64_t waited_address_limit = 0;  // had to wait because of connections_per_address
  std::uint64_t displaced = 0;             // silent or idle ones that had to make room
  std::uint64_t refused_proxy = 0;         // not a trusted proxy, or no PROXY header
  std::uint64_t refused_handshake = 0;
  std::uint64_t refused_deadline = 0;   // of any phase but idle
  std::uint64_t refused_malformed = 0;  // 4xx or 501, 505 of the framing
  std::uint64_t refused_overload = 0;   // answered 503 because the wait was longer than queue_ms
  std::uint64_t accept_paused = 0;      // times that nothing could be accepted for a while
  std::array<std::uint64_t, 6> responses{};  // by hundreds: [2] counts 200 to 299
};

class HttpServer {
 public:
  using Handler = std::function<Response(Request&)>;

  // Throws std::runtime_error: the address cannot be bound, a certificate not read;
  // std::invalid_argument: options that contradict each other. `log` must outlive the server.
  HttpServer(ServerOptions options, Handler handler, const Log& log);
  ~HttpServer();  // stop(0), then waits for handlers that are still running
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  // Reads certificate, key and client CA again, for new connections. Throws as the constructor;
  // then the old stay.
  void reload_tls();
  void reload_tls(TlsOptions options);
  // Accepts no more, closes idle connections, lets requests in progress finish for up to
  // `within_ms` and cuts the rest. True: all had finished. May be called again.
  bool stop(int within_ms);
  HttpCounters counters() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace muster::server::http
