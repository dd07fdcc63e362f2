// SPDX-License-Identifier: Apache-2.0
// One accepted connection from its first byte to its end, and what all connections of a server
// share. Internal to server/http; made by server.cpp for each connection, on a thread of its own.
#pragma once
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

#include "server/http/address.h"
#include "server/http/server.h"
#include "server/http/stream.h"

namespace muster::server {

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

  WakeEvent stopping;  // idle connections end
  WakeEvent aborting;  // all end
  std::atomic<bool> is_stopping{false};

  mutable std::mutex mutex;  // guards what follows up to `counts`
  std::condition_variable all_closed;
  std::uint64_t open = 0;
  std::map<std::string, int> per_address;
  std::shared_ptr<const TlsContext> tls;

  struct Counts {
    std::atomic<std::uint64_t> accepted{0}, address_limit{0}, proxy{0}, handshake{0}, deadline{0},
        malformed{0}, overload{0}, ids{0};
    std::array<std::atomic<std::uint64_t>, 6> responses{};
  } counts;
};

class Connection {
 public:
  // `fd` is closed by the caller after run(); `peer_address` is the socket's.
  Connection(int fd, std::string peer_address, ConnectionShared& shared);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void run();

 private:
  bool open();  // PROXY header, limit of the address, handshake
  bool read_proxy_header(Deadline deadline);
  bool take_address_slot();
  bool serve_request();  // true: the connection may carry another one
  // Each returns false where the connection is over; an answer, if any was due, is sent then.
  bool read_head(RequestHead& head);
  bool make_request(RequestHead& head, Request& request);
  bool read_body(const RequestHead& head, Request& request);
  bool more(Deadline deadline);
  void describe_origin(Request& request) const;
  Response call_handler(Request& request);
  bool respond(const RequestHead& head, const Request& request, Response response);
  bool send_response(const Request& request, const RequestHead& head, Response& response);
  bool send_file(const std::string& head, int file, std::uint64_t size_bytes);
  bool refuse(const Refusal& refusal);
  bool refuse(Response response);
  bool timed_out();
  Deadline write_deadline(std::uint64_t size_bytes) const;

  ConnectionShared& shared_;
  Stream stream_;
  std::string peer_address_;
  std::string client_address_;  // behind a PROXY header
  std::string limit_key_;       // empty: not counted
  std::optional<PeerCertificate> certificate_;
  std::string in_;  // received, not yet used
  std::string request_id_;
  Deadline request_deadline_;
  bool overloaded_ = false;
  bool keep_alive_ = false;
  bool was_answered_ = false;  // the last bytes of the connection are an answer of ours
};

}  // namespace muster::server
