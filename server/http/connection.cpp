// SPDX-License-Identifier: Apache-2.0
// Reading: what happens until a request is complete. Answering is in connection_response.cpp.
#include "server/http/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
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
constexpr int kDrainMs = 1'000;
constexpr std::size_t kDrainBytes = 4 * 1024 * 1024;
// A body up to here is not counted; with `threads` of them that is 16 MiB.
constexpr std::size_t kUncountedBodyBytes = 64 * 1024;
constexpr std::size_t kBodyStepBytes = 256 * 1024;
constexpr int kBodyRoomMs = 10'000;
constexpr int kRetryAfterS = 5;
constexpr int kRetryJitterS = 25;
constexpr int kTlsRecordHeaderBytes = 5;
constexpr int kTlsMaxRecordBytes = 16'384;
constexpr unsigned char kTlsHandshakeRecord = 22;

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

std::string key_of(const std::string& address) {
  return limit_key(address);
}

// Not all at the same moment again.
int retry_after_s() {
  thread_local std::minstd_rand chance{std::random_device{}()};
  return kRetryAfterS + std::uniform_int_distribution<int>(0, kRetryJitterS)(chance);
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
      id_prefix(random_prefix()),
      bodies(options.limits.bodies_bytes) {}

std::string ConnectionShared::next_request_id() {
  return id_prefix + std::to_string(++counts.ids);
}

std::shared_ptr<const TlsContext> ConnectionShared::current_tls() const {
  const std::lock_guard lock(tls_mutex);
  return tls;
}

Connection::Connection(int fd, std::string peer_address, ConnectionShared& shared)
    : shared_(shared),
      fd_(fd),
      stream_(fd, shared.aborting.fd()),
      stage_(shared.options.proxy_protocol ? Stage::kProxyHeader : Stage::kHello),
      deadline_(after_ms(shared.options.proxy_protocol || shared.options.tls
                             ? shared.options.limits.handshake_ms
                             : shared.options.limits.idle_ms)),
      peer_address_(std::move(peer_address)) {
  if (const auto address = parse_address(peer_address_)) peer_address_ = to_text(*address);
  client_address_ = peer_address_;
  ++shared_.counts.accepted;
  ++shared_.open;
}

Connection::~Connection() {
  ::close(fd_);
  --shared_.open;
}

void Connection::extend(Deadline::duration waited) {
  deadline_ += waited;
  request_deadline_ += waited;
}

Connection::Next Connection::receive(bool hung_up) {
  if (stage_ == Stage::kProxyHeader) {
    const Next next = read_proxy_header(hung_up);
    if (next != Next::kReady) return next;
    stage_ = Stage::kHello;
  }
  return await_hello(hung_up);
}

// Makes the socket readable only when that many bytes are there.
Connection::Next Connection::await_bytes(int bytes) {
  setsockopt(fd_, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
  return Next::kRead;
}

Connection::Next Connection::read_proxy_header(bool hung_up) {
  // Exactly the header's bytes are taken: the next one is the client's, perhaps TLS.
  ProxyHeader header = parse_proxy_header(proxy_header_);
  if (!shared_.trusted_proxies.contains(peer_address_)) header.state = ProxyHeader::State::kRefused;
  while (header.state == ProxyHeader::State::kNeedsMore) {
    const std::size_t whole = std::max<std::size_t>(header.length_bytes, 16);
    std::string part(whole - proxy_header_.size(), '\0');
    const auto [outcome, bytes] = stream_.read_now(part.data(), part.size());
    if (outcome == IoOutcome::kTimeout && !hung_up) return Next::kRead;
    if (outcome != IoOutcome::kDone) {
      ++shared_.counts.proxy;
      return Next::kEnd;
    }
    proxy_header_.append(part, 0, bytes);
    header = parse_proxy_header(proxy_header_);
  }
  if (header.state == ProxyHeader::State::kRefused) {
    ++shared_.counts.proxy;
    shared_.log.debug(shared_.options.name, "no PROXY protocol header from a trusted proxy",
                      {{"peer", peer_address_}});
    return Next::kEnd;
  }
  if (header.address) client_address_ = *header.address;
  proxy_header_ = {};
  return Next::kReady;
}

Connection::Next Connection::await_hello(bool hung_up) {
  int there = 0;
  ioctl(fd_, FIONREAD, &there);
  int needed = 1;
  if (shared_.options.tls) {
    // Until the first record is whole there is nothing that TLS could do with it, and no memory is
    // spent on it. What is no TLS at all goes on, to be refused by it.
    std::array<unsigned char, kTlsRecordHeaderBytes> record{};
    const ssize_t seen = recv(fd_, record.data(), record.size(), MSG_PEEK | MSG_DONTWAIT);
    needed = kTlsRecordHeaderBytes;
    if (seen > 0 && record[0] != kTlsHandshakeRecord) {
      needed = 1;
    } else if (seen == kTlsRecordHeaderBytes) {
      needed += std::min(record[3] << 8 | record[4], kTlsMaxRecordBytes);
    }
  }
  if (there < needed) {
    if (!hung_up) return await_bytes(needed);
    if (there > 0) ++shared_.counts.handshake;
    return Next::kEnd;
  }
  await_bytes(1);
  // One proxy carries many clients, so its own connections are not counted against it.
  if (!shared_.trusted_proxies.contains(client_address_)) limit_key_ = key_of(client_address_);
  return Next::kReady;
}

void Connection::admit() {
  stage_ = shared_.options.tls ? Stage::kHandshake : Stage::kIdle;
}

Connection::Next Connection::shake_hands() {
  const auto failed = [&] {
    ++shared_.counts.handshake;
    shared_.log.debug(shared_.options.name, "a TLS handshake failed",
                      {{"peer", client_address_}, {"cause", take_tls_error()}});
    return Next::kEnd;
  };
  if (stream_.tls() == nullptr) {
    // Who left while it waited must not cost a signature.
    pollfd gone{fd_, POLLRDHUP, 0};
    if (poll(&gone, 1, 0) > 0) return failed();
    if (!stream_.start_tls(shared_.current_tls())) return failed();
  }
  const Stream::Progress progress = stream_.handshake();
  // Most clients do not send their request before the end of their handshake is acknowledged, and
  // the kernel would keep that back for 40 ms.
  const int at_once = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_QUICKACK, &at_once, sizeof at_once);
  switch (progress) {
    case Stream::Progress::kWantsRead:
      return Next::kRead;
    case Stream::Progress::kWantsWrite:
      return Next::kWrite;
    case Stream::Progress::kFailed:
      stream_.finish_writing();
      return failed();
    case Stream::Progress::kDone:
      break;
  }
  certificate_ = peer_certificate(stream_.tls(), shared_.clock.now());
  stage_ = Stage::kIdle;
  deadline_ = after_ms(shared_.options.limits.idle_ms);
  return Next::kReady;
}

Connection::Next Connection::work() {
  if (stage_ == Stage::kHandshake) return shake_hands();
  if (expired_) {
    timed_out();
    return close();
  }
  for (;;) {
    RequestHead head;
    const Progress progress = read_head(head);
    if (progress == Progress::kWait) return stream_.wants_write() ? Next::kWrite : Next::kRead;
    if (progress == Progress::kOver || !serve(head)) return close();
    was_served_ = true;
    stage_ = Stage::kIdle;
    deadline_ = after_ms(shared_.options.limits.idle_ms);
  }
}

Connection::Next Connection::close() {
  if (stream_.is_broken()) {
    stream_.abandon();
    return Next::kEnd;
  }
  stream_.finish_writing();
  if (!was_answered_) return Next::kEnd;
  // Dropping what the peer still sends keeps closing from resetting the connection under our last
  // answer.
  stage_ = Stage::kDraining;
  deadline_ = after_ms(kDrainMs);
  return drain_some();
}

Connection::Next Connection::drain_some() {
  std::array<char, kReadBytes> dropped;
  while (drained_bytes_ < kDrainBytes) {
    const ssize_t bytes = recv(fd_, dropped.data(), dropped.size(), MSG_DONTWAIT);
    if (bytes == 0) return Next::kEnd;
    if (bytes < 0) {
      return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Next::kDrain : Next::kEnd;
    }
    drained_bytes_ += static_cast<std::size_t>(bytes);
  }
  return Next::kEnd;
}

void Connection::say_goodbye() {
  stream_.finish_writing();
}

bool Connection::more(Deadline deadline) {
  std::array<char, kReadBytes> buffer;
  const auto [outcome, bytes] = stream_.read(buffer.data(), buffer.size(), deadline);
  if (outcome == IoOutcome::kTimeout) return timed_out();
  if (outcome != IoOutcome::kDone) return false;
  in_.append(buffer.data(), bytes);
  return true;
}

Connection::Progress Connection::read_head(RequestHead& head) {
  const HttpLimits& limits = shared_.options.limits;
  for (;;) {
    if (stage_ == Stage::kIdle && !in_.empty()) {
      stage_ = Stage::kHead;
      request_id_ = shared_.next_request_id();
      request_deadline_ = after_ms(limits.request_ms);
      deadline_ = std::min(after_ms(limits.head_ms), request_deadline_);
    }
    if (stage_ == Stage::kHead) {
      const auto end = find_head_end(in_, limits.head);
      if (const auto* refusal = std::get_if<Refusal>(&end)) {
        refuse(*refusal);
        return Progress::kOver;
      }
      if (const auto length = std::get<0>(end)) {
        auto parsed = parse_head(std::string_view(in_).substr(0, *length), limits.head);
        if (const auto* refusal = std::get_if<Refusal>(&parsed)) {
          refuse(*refusal);
          return Progress::kOver;
        }
        head = std::move(std::get<RequestHead>(parsed));
        in_.erase(0, *length);
        return Progress::kDone;
      }
    } else if (shared_.is_stopping) {
      return Progress::kOver;
    }
    std::array<char, kReadBytes> buffer;
    const auto [outcome, bytes] = stream_.read_now(buffer.data(), buffer.size());
    // A peer that always has something to send never makes us wait.
    if (outcome == IoOutcome::kTimeout) {
      if (std::chrono::steady_clock::now() < deadline_) return Progress::kWait;
      if (stage_ == Stage::kHead) timed_out();
      return Progress::kOver;
    }
    if (stage_ == Stage::kIdle) was_answered_ = false;  // long ago; nothing of it is on its way
    if (outcome != IoOutcome::kDone) return Progress::kOver;
    in_.append(buffer.data(), bytes);
    if (stage_ == Stage::kHead && std::chrono::steady_clock::now() >= deadline_) {
      timed_out();
      return Progress::kOver;
    }
  }
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
  const Deadline deadline = body_deadline(head);
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
      if (!make_room(request.body.size()) || !more(deadline)) return false;
    }
  }
  // Moved over piece by piece, so that a large body is in memory once.
  for (;;) {
    const std::size_t part =
        std::min(in_.size(), static_cast<std::size_t>(head.content_length) - request.body.size());
    request.body.append(in_, 0, part);
    in_.erase(0, part);
    if (request.body.size() == head.content_length) return true;
    if (!make_room(request.body.size()) || !more(deadline)) return false;
  }
}

// A short body has no need of the time that a long one gets.
Deadline Connection::body_deadline(const RequestHead& head) const {
  const HttpLimits& limits = shared_.options.limits;
  Deadline deadline = std::min(after_ms(limits.body_ms), request_deadline_);
  if (head.chunked) return deadline;
  const auto rate = static_cast<std::uint64_t>(std::max(limits.least_bytes_per_s, 1));
  return std::min(deadline,
                  after_ms(limits.head_ms) +
                      std::chrono::seconds(static_cast<std::int64_t>(head.content_length / rate)));
}

bool Connection::make_room(std::size_t bytes) {
  if (bytes < kUncountedBodyBytes + body_share_->bytes()) return true;
  if (body_share_->grow(kBodyStepBytes, after_ms(kBodyRoomMs))) return true;
  ++shared_.counts.overload;
  return refuse(problem(Error(Status::kUnavailable, "overloaded",
                              "The server is receiving as much as it has room for; try again soon.")
                            .retry_after(retry_after_s()),
                        request_id_));
}

bool Connection::serve(RequestHead& head) {
  keep_alive_ = false;
  if (overloaded_) {
    ++shared_.counts.overload;
    return refuse(
        problem(Error(Status::kUnavailable, "overloaded", "The server is busy; try again soon.")
                    .retry_after(retry_after_s()),
                request_id_));
  }
  body_share_.emplace(shared_.bodies);
  bool goes_on = false;
  {
    Request request;
    if (make_request(head, request) && read_body(head, request)) {
      goes_on = respond(head, request, call_handler(request));
    }
  }
  body_share_.reset();
  return goes_on;
}

}  // namespace muster::server
