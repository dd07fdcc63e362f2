// SPDX-License-Identifier: Apache-2.0
// Reading: what happens until a request is complete. The handshake before it is in connection.cpp,
// answering in connection_response.cpp.
#include <algorithm>
#include <random>

#include "common/support/text.h"
#include "server/http/connection.h"
#include "server/http/problem.h"
#include "server/http/target.h"

namespace muster::server::http {
namespace {

constexpr std::size_t kRequestReadBytes = 16 * 1024;
// A body up to here is not counted; with `threads` of them that is 16 MiB.
constexpr std::size_t kUncountedBodyBytes = 64 * 1024;
constexpr std::size_t kBodyStepBytes = 256 * 1024;
constexpr int kBodyRoomMs = 10'000;
constexpr int kRetryAfterS = 5;
constexpr int kRetryJitterS = 25;

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

bool Connection::more(Deadline deadline) {
  std::array<char, kRequestReadBytes> buffer;
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
    std::array<char, kRequestReadBytes> buffer;
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

}  // namespace muster::server::http
