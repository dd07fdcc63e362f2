// SPDX-License-Identifier: Apache-2.0
#include "server/http/stream.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace muster::server {
namespace {

constexpr std::size_t kMaxTlsWriteBytes = 1 << 20;  // SSL_write takes an int

bool must_wait(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

// Rounded up, so that a deadline is never passed a little early and polled for again without pause.
int milliseconds_until(Deadline deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 1 << 30));
}

}  // namespace

void Stream::Free::operator()(ssl_st* connection) const {
  SSL_free(connection);
}

Stream::Stream(int fd, int abort_fd) : fd_(fd), abort_fd_(abort_fd) {
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

IoOutcome Stream::wait(short events, Deadline deadline, int stop_fd) {
  // A peer that always has something to read or take would otherwise never be stopped: ask for the
  // time first.
  const int timeout_ms = milliseconds_until(deadline);
  if (timeout_ms == 0) return IoOutcome::kTimeout;
  std::array<pollfd, 3> sets = {{{fd_, events, 0}, {abort_fd_, POLLIN, 0}, {stop_fd, POLLIN, 0}}};
  const int ready = poll(sets.data(), sets.size(), timeout_ms);
  if (ready < 0) return errno == EINTR ? IoOutcome::kDone : IoOutcome::kFailed;
  if (sets[1].revents != 0) return IoOutcome::kStopped;
  if (sets[0].revents != 0) return IoOutcome::kDone;  // errors show when reading or writing
  return sets[2].revents != 0 ? IoOutcome::kStopped : IoOutcome::kTimeout;
}

IoOutcome Stream::wait_for_tls(int result, Deadline deadline, int stop_fd) {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wait(POLLIN, deadline, stop_fd);
    case SSL_ERROR_WANT_WRITE:
      return wait(POLLOUT, deadline, stop_fd);
    case SSL_ERROR_ZERO_RETURN:
      return IoOutcome::kEnd;
    default:
      return IoOutcome::kFailed;
  }
}

IoOutcome Stream::handshake(std::shared_ptr<const TlsContext> context, Deadline deadline) {
  context_ = std::move(context);
  tls_.reset(SSL_new(context_->get()));
  if (!tls_ || SSL_set_fd(tls_.get(), fd_) != 1) return IoOutcome::kFailed;
  SSL_set_accept_state(tls_.get());
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(tls_.get());
    if (result == 1) return IoOutcome::kDone;
    const IoOutcome outcome = wait_for_tls(result, deadline, -1);
    if (outcome != IoOutcome::kDone) return outcome;
  }
}

Stream::Read Stream::read(char* buffer, std::size_t size, Deadline deadline, int stop_fd) {
  for (;;) {
    IoOutcome outcome = IoOutcome::kFailed;
    if (tls_) {
      ERR_clear_error();
      std::size_t bytes = 0;
      const int result = SSL_read_ex(tls_.get(), buffer, size, &bytes);
      if (result == 1) return {IoOutcome::kDone, bytes};
      outcome = wait_for_tls(result, deadline, stop_fd);
    } else {
      const ssize_t bytes = recv(fd_, buffer, size, 0);
      if (bytes > 0) return {IoOutcome::kDone, static_cast<std::size_t>(bytes)};
      if (bytes == 0) return {IoOutcome::kEnd};
      if (must_wait(errno)) outcome = wait(POLLIN, deadline, stop_fd);
    }
    if (outcome != IoOutcome::kDone) return {outcome};
  }
}

IoOutcome Stream::write(std::string_view bytes, Deadline deadline) {
  const IoOutcome outcome = is_broken_ ? IoOutcome::kFailed : write_all(bytes, deadline);
  is_broken_ = outcome != IoOutcome::kDone;
  return outcome;
}

IoOutcome Stream::write_all(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    IoOutcome outcome = IoOutcome::kFailed;
    std::size_t written = 0;
    if (tls_) {
      ERR_clear_error();
      const std::size_t part = std::min(bytes.size(), kMaxTlsWriteBytes);
      const int result = SSL_write_ex(tls_.get(), bytes.data(), part, &written);
      outcome = result == 1 ? IoOutcome::kDone : wait_for_tls(result, deadline, -1);
    } else {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        written = static_cast<std::size_t>(sent);
        outcome = IoOutcome::kDone;
      } else if (must_wait(errno)) {
        outcome = wait(POLLOUT, deadline, -1);
      }
    }
    if (outcome != IoOutcome::kDone) return outcome;
    bytes.remove_prefix(written);
    // A peer that takes a few bytes now and then never makes us wait, so progress itself is
    // measured too.
    if (!bytes.empty() && milliseconds_until(deadline) == 0) return IoOutcome::kTimeout;
  }
  return IoOutcome::kDone;
}

void Stream::abandon() {
  const linger reset{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

void Stream::finish_writing() {
  if (tls_ && SSL_is_init_finished(tls_.get())) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());  // one try; where the socket is full the peer is not reading anyway
    ERR_clear_error();
  }
  shutdown(fd_, SHUT_WR);
}

void Stream::drain(std::size_t most_bytes, Deadline deadline) {
  std::array<char, 16384> dropped;
  while (most_bytes > 0) {
    const ssize_t bytes = recv(fd_, dropped.data(), dropped.size(), 0);
    if (bytes == 0) return;
    if (bytes < 0 && !must_wait(errno)) return;
    if (bytes < 0 && wait(POLLIN, deadline, -1) != IoOutcome::kDone) return;
    if (bytes > 0) most_bytes -= std::min(most_bytes, static_cast<std::size_t>(bytes));
    if (milliseconds_until(deadline) == 0) return;
  }
}

}  // namespace muster::server
