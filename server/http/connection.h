// SPDX-License-Identifier: Apache-2.0
// One accepted connection from its first byte to its end, and what all connections of a server
// share. Internal to server/http. A Connection is a state machine: the pool (connection_pool.h)
// holds it while there is nothing to do, and a worker thread runs work() when there is. Only the
// body of a request, the handler and the answer are waited for on the worker's thread.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

#include "server/http/address.h"
#include "server/http/byte_budget.h"
#include "server/http/server.h"
#include "server/http/stream.h"

namespace muster::server::http {

// Becomes readable once and stays so, for every thread that polls it.
class WakeEvent {
 public:
  WakeEvent();
  ~WakeEvent();
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;
  void set() const;
  int fd() const { return fd_; }

 private:
  int fd_;
};

struct ConnectionShared {
  ConnectionShared(ServerOptions options_, HttpServer::Handler handler_, const Log& log_);

  std::string next_request_id();
  std::shared_ptr<const TlsContext> current_tls() const;

  const ServerOptions options;
  const HttpServer::Handler handler;
  const Log& log;
  const SystemClock clock;  // for Date and certificates; deadlines use the steady clock
  const AddressList trusted_proxies;
  const std::string id_prefix;  // random, so that ids of two runs differ

  WakeEvent aborting;  // all end
  std::atomic<bool> is_stopping{false};
  std::atomic<std::uint64_t> open{0};
  ByteBudget bodies;

  mutable std::mutex tls_mutex;
  std::shared_ptr<const TlsContext> tls;

  struct Counts {
    std::atomic<std::uint64_t> accepted{0}, address_waits{0}, displaced{0}, proxy{0}, handshake{0},
        deadline{0}, malformed{0}, overload{0}, accept_pauses{0}, ids{0};
    std::array<std::atomic<std::uint64_t>, 6> responses{};
  } counts;
};

class Connection {
 public:
  enum class Stage {
    kProxyHeader,  // before anything else, where the options say so
    kHello,        // until the peer has sent enough to begin with
    kHandshake,
    kIdle,  // before the first byte of a request
    kHead,  // within a request's head
    kDraining,
  };
  enum class Next {
    kRead,   // wait for the peer's bytes, until deadline()
    kWrite,  // wait for room in the socket, until deadline()
    kReady,  // work() has something to do
    kDrain,  // answered: wait for the peer's end with drain_some()
    kEnd,
  };

  // Owns `fd`; `peer_address` is the socket's.
  Connection(int fd, std::string peer_address, ConnectionShared& shared);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int fd() const { return fd_; }
  Stage stage() const { return stage_; }
  Deadline deadline() const { return deadline_; }
  bool was_served() const { return was_served_; }  // at least one request
  // What it is counted by; empty: not counted. Known when the stage is kHello and receive() says
  // kReady.
  const std::string& limit_key() const { return limit_key_; }
  // The peer had to wait for us, which must not count against it.
  void extend(Deadline::duration waited);
  void set_overloaded() { overloaded_ = true; }
  void set_expired() { expired_ = true; }  // work() answers 408, if a request has begun

  // For the stages kProxyHeader and kHello; never waits. `hung_up`: nothing more will come.
  Next receive(bool hung_up);
  void admit();  // from kHello to what comes next
  Next work();
  Next drain_some();
  void announce_close();  // before the end of an idle one

 private:
  Next read_proxy_header(bool hung_up);
  Next await_hello(bool hung_up);
  Next await_bytes(int bytes);
  Next shake_hands();
  Next refuse_plain_http();
  Next close();
  enum class Progress { kDone, kWait, kOver };
  Progress read_head(RequestHead& head);
  bool serve(RequestHead& head);  // true: the connection may carry another one
  // Each returns false where the connection is over; an answer, if any was due, is sent then.
  bool make_request(RequestHead& head, Request& request);
  bool read_body(const RequestHead& head, Request& request);
  bool make_room(std::size_t bytes);
  Deadline body_deadline(const RequestHead& head) const;
  bool more(Deadline deadline);
  void describe_origin(Request& request) const;
  Response call_handler(Request& request);
  bool respond(const RequestHead& head, const Request& request, Response response);
  bool send_response(const Request& request, const RequestHead& head, Response& response);
  bool send_file(const std::string& head, int file, std::uint64_t size_bytes);
  bool refuse(const Refusal& refusal);
  bool refuse(const Response& response);
  bool timed_out();
  Deadline write_deadline(std::uint64_t size_bytes) const;

  ConnectionShared& shared_;
  const int fd_;
  Stream stream_;
  Stage stage_;
  Deadline deadline_;
  std::string peer_address_;
  std::string client_address_;  // behind a PROXY header
  std::string limit_key_;
  std::string proxy_header_;
  std::optional<PeerCertificate> certificate_;
  std::string in_;  // received, not yet used
  std::string request_id_;
  Deadline request_deadline_;
  std::optional<ByteBudget::Share> body_share_;  // of the request being served
  std::size_t drained_bytes_ = 0;
  bool overloaded_ = false;
  bool expired_ = false;
  bool was_served_ = false;
  bool keep_alive_ = false;
  bool was_answered_ = false;  // the last bytes that were sent are an answer
};

}  // namespace muster::server::http
