// SPDX-License-Identifier: Apache-2.0
// Reading: what happens until a request is complete. Answering is in connection_response.cpp.
#include "server/http/connection.h"

#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "common/support/text.h"
#include "server/http/problem.h"
#include "server/http/proxy_protocol.h"
#include "server/http/target.h"

namespace muster::server {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr int kOverloadMs = 2'000;  // all a connection gets that will be answered 503
constexpr int kDrainMs = 1'000;
constexpr std::size_t kDrainBytes = 4 * 1024 * 1024;

Deadline after_ms(int ms) {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
}

std::string random_prefix() {
  std::random_device device;
  std::string bytes(4, '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(device() & 0xff);
  return to_hex(bytes) + '-';
}

std::string joined(const std::vector<std::string>& segments) {
  std::string path;
  for (const std::string& segment : segments)
    path += '/' + segment;
  return path.empty() ? "/" : path;
}

}  // namespace

WakeEvent::WakeEvent() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::runtime_error("cannot create an eventfd: too many open files?");
}
WakeEvent::~WakeEvent() {
  close(fd_);
}
// Never read, so it stays readable; it cannot overflow by the few calls of a server's life.
void WakeEvent::set() const {
  (void)eventfd_write(fd_, 1);
}

ConnectionShared::ConnectionShared(ServerOptions options_, HttpServer::Handler handler_,
                                   const Log& log_)
    : options(std::move(options_)),
      handler(std::move(handler_)),
      log(log_),
      trusted_proxies(options.trusted_proxies),
      id_prefix(random_prefix()) {}

std::string ConnectionShared::next_request_id() {
  return id_prefix + std::to_string(++counts.ids);
}

std::shared_ptr<const TlsContext> ConnectionShared::current_tls() const {
  const std::lock_guard lock(mutex);
  return tls;
}

Connection::Connection(int fd, std::string peer_address, ConnectionShared& shared)
    : shared_(shared), stream_(fd, shared.aborting.fd()), peer_address_(std::move(peer_address)) {
  if (const auto address = parse_address(peer_address_)) peer_address_ = to_text(*address);
  client_address_ = peer_address_;
  ++shared_.counts.accepted;
  const std::lock_guard lock(shared_.mutex);
  ++shared_.open;
  overloaded_ = shared_.open > static_cast<std::uint64_t>(shared_.options.limits.threads);
}

Connection::~Connection() {
  const std::lock_guard lock(shared_.mutex);
  if (!limit_key_.empty()) {
    const auto slot = shared_.per_address.find(limit_key_);
    if (--slot->second == 0) shared_.per_address.erase(slot);
  }
  --shared_.open;
  shared_.all_closed.notify_all();
}

void Connection::run() {
  // OpenSSL writes without MSG_NOSIGNAL.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);

  if (shared_.is_stopping || !open()) return;
  while (serve_request()) {
  }
  if (stream_.is_broken()) return stream_.abandon();
  stream_.finish_writing();
  if (was_answered_) stream_.drain(kDrainBytes, after_ms(kDrainMs));
}

bool Connection::open() {
  const HttpLimits& limits = shared_.options.limits;
  const Deadline deadline = after_ms(overloaded_ ? kOverloadMs : limits.handshake_ms);
  if (shared_.options.proxy_protocol && !read_proxy_header(deadline)) return false;
  if (!take_address_slot()) {
    ++shared_.counts.address_limit;
    return false;
  }
  if (!shared_.options.tls) return true;
  const IoOutcome outcome = stream_.handshake(shared_.current_tls(), deadline);
  if (outcome != IoOutcome::kDone) {
    ++(outcome == IoOutcome::kTimeout ? shared_.counts.deadline : shared_.counts.handshake);
    shared_.log.debug(shared_.options.name, "a TLS handshake failed",
                      {{"peer", client_address_}, {"cause", take_tls_error()}});
    return false;
  }
  certificate_ = peer_certificate(stream_.tls(), shared_.clock.now());
  return true;
}

bool Connection::read_proxy_header(Deadline deadline) {
  // Exactly the header's bytes are taken: the next one is the client's, perhaps TLS.
  std::string received;
  ProxyHeader header{ProxyHeader::State::kNeedsMore, 16, std::nullopt};
  if (!shared_.trusted_proxies.contains(peer_address_)) header.state = ProxyHeader::State::kRefused;
  while (header.state == ProxyHeader::State::kNeedsMore) {
    std::string part(std::max<std::size_t>(header.length_bytes, 16) - received.size(), '\0');
    const auto [outcome, bytes] = stream_.read(part.data(), part.size(), deadline);
    if (outcome != IoOutcome::kDone) {
      ++(outcome == IoOutcome::kTimeout ? shared_.counts.deadline : shared_.counts.proxy);
      return false;
    }
    received.append(part, 0, bytes);
    header = parse_proxy_header(received);
  }
  if (header.state == ProxyHeader::State::kRefused) {
    ++shared_.counts.proxy;
    shared_.log.debug(shared_.options.name, "no PROXY protocol header from a trusted proxy",
                      {{"peer", peer_address_}});
    return false;
  }
  if (header.address) client_address_ = *header.address;
  return true;
}

bool Connection::take_address_slot() {
  // One proxy carries many clients, so its own connections are not counted against it.
  if (shared_.trusted_proxies.contains(client_address_)) return true;
  const std::string key = limit_key(client_address_);
  const std::lock_guard lock(shared_.mutex);
  int& used = shared_.per_address[key];
  if (used >= shared_.options.limits.connections_per_address) return false;
  ++used;
  limit_key_ = key;
  return true;
}

bool Connection::more(Deadline deadline) {
  std::array<char, kReadBytes> buffer;
  const auto [outcome, bytes] = stream_.read(buffer.data(), buffer.size(), deadline);
  if (outcome == IoOutcome::kTimeout) return timed_out();
  if (outcome != IoOutcome::kDone) return false;
  in_.append(buffer.data(), bytes);
  return true;
}

bool Connection::read_head(RequestHead& head) {
  const HttpLimits& limits = shared_.options.limits;
  if (in_.empty()) {
    if (shared_.is_stopping) return false;
    std::array<char, kReadBytes> buffer;
    const Deadline idle = after_ms(overloaded_ ? kOverloadMs : limits.idle_ms);
    const auto [outcome, bytes] =
        stream_.read(buffer.data(), buffer.size(), idle, shared_.stopping.fd());
    was_answered_ = false;  // long ago; nothing of it can be on its way any more
    if (outcome != IoOutcome::kDone) return false;
    in_.append(buffer.data(), bytes);
  }
  request_id_ = shared_.next_request_id();
  request_deadline_ = after_ms(limits.request_ms);
  const Deadline deadline =
      std::min(after_ms(overloaded_ ? kOverloadMs : limits.head_ms), request_deadline_);
  auto end = find_head_end(in_, limits.head);
  while (std::holds_alternative<std::optional<std::size_t>>(end) && !std::get<0>(end)) {
    if (!more(deadline)) return false;
    end = find_head_end(in_, limits.head);
  }
  if (const auto* refusal = std::get_if<Refusal>(&end)) return refuse(*refusal);
  const std::size_t length = *std::get<0>(end);
  auto parsed = parse_head(std::string_view(in_).substr(0, length), limits.head);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) return refuse(*refusal);
  head = std::move(std::get<RequestHead>(parsed));
  in_.erase(0, length);
  return true;
}

bool Connection::make_request(RequestHead& head, Request& request) {
  auto target = parse_target(head.target);
  if (const auto* refusal = std::get_if<Refusal>(&target)) return refuse(*refusal);
  request.method = head.method;
  request.segments = std::move(std::get<Target>(target).segments);
  request.query = std::move(std::get<Target>(target).query);
  request.path = joined(request.segments);
  request.headers = std::move(head.headers);
  request.request_id = request_id_;
  request.peer_certificate = certificate_;
  describe_origin(request);
  return true;
}

void Connection::describe_origin(Request& request) const {
  request.scheme = stream_.tls() != nullptr ? "https" : "http";
  request.peer_address = client_address_;
  if (!shared_.trusted_proxies.contains(client_address_)) return;
  std::string forwarded;
  for (const Header& field : request.headers) {
    if (field.name == "x-forwarded-for") forwarded += (forwarded.empty() ? "" : ",") + field.value;
    // The last one is the proxy's; one before it may be the client's own.
    if (field.name == "x-forwarded-proto")
      request.scheme = field.value == "https" ? "https" : "http";
  }
  request.peer_address = forwarded_client(shared_.trusted_proxies, client_address_, forwarded);
}

bool Connection::read_body(const RequestHead& head, Request& request) {
  const HttpLimits& limits = shared_.options.limits;
  std::size_t limit = limits.body_bytes;
  try {
    if (shared_.options.body_limit) limit = shared_.options.body_limit(request);
  } catch (const Error& error) {
    return refuse(problem(error, request_id_));
  }
  if (head.content_length > limit) {
    return refuse(problem(
        Error(Status::kTooLarge, "body_too_large", "The body is larger than this address accepts.")
            .with("limit_bytes", static_cast<std::int64_t>(limit)),
        request_id_));
  }
  const Deadline deadline = std::min(after_ms(limits.body_ms), request_deadline_);
  if (head.expect_continue && head.has_body() && in_.empty() &&
      stream_.write("HTTP/1.1 100 Continue\r\n\r\n", deadline) != IoOutcome::kDone) {
    return false;
  }
  if (head.chunked) {
    ChunkedDecoder decoder(limit);
    for (;;) {
      const auto fed = decoder.feed(in_, request.body);
      if (const auto* refusal = std::get_if<Refusal>(&fed)) return refuse(*refusal);
      if (std::get<bool>(fed)) return true;
      if (!more(deadline)) return false;
    }
  }
  // Moved over piece by piece, so that a large body is in memory once.
  for (;;) {
    const std::size_t part =
        std::min(in_.size(), static_cast<std::size_t>(head.content_length) - request.body.size());
    request.body.append(in_, 0, part);
    in_.erase(0, part);
    if (request.body.size() == head.content_length) return true;
    if (!more(deadline)) return false;
  }
}

bool Connection::serve_request() {
  RequestHead head;
  Request request;
  keep_alive_ = false;
  if (!read_head(head)) return false;
  if (overloaded_) {
    ++shared_.counts.overload;
    return refuse(
        problem(Error(Status::kUnavailable, "overloaded", "The server is busy; try again soon.")
                    .retry_after(5),
                request_id_));
  }
  if (!make_request(head, request) || !read_body(head, request)) return false;
  return respond(head, request, call_handler(request));
}

}  // namespace muster::server
