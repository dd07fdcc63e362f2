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

namespace muster::server::http {
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

Deadline after_ms(int ms) {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
}

void Stream::Free::operator()(ssl_st* connection) const {
  SSL_free(connection);
}

Stream::Stream(int fd, int abort_fd) : fd_(fd), abort_fd_(abort_fd) {
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

IoOutcome Stream::wait(short events, Deadline deadline) {
  // A peer that always has something to read or take would otherwise never be stopped: ask for the
  // time first.
  const int timeout_ms = milliseconds_until(deadline);
  if (timeout_ms == 0) return IoOutcome::kTimeout;
  std::array<pollfd, 2> sets = {{{fd_, events, 0}, {abort_fd_, POLLIN, 0}}};
  const int ready = poll(sets.data(), sets.size(), timeout_ms);
  if (ready < 0) return errno == EINTR ? IoOutcome::kDone : IoOutcome::kFailed;
  if (sets[1].revents != 0) return IoOutcome::kStopped;
  return sets[0].revents != 0 ? IoOutcome::kDone  // errors show when reading or writing
                              : IoOutcome::kTimeout;
}

IoOutcome Stream::wait_for_tls(int result, Deadline deadline) {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wait(POLLIN, deadline);
    case SSL_ERROR_WANT_WRITE:
      return wait(POLLOUT, deadline);
    case SSL_ERROR_ZERO_RETURN:
      return IoOutcome::kEnd;
    default:
      return IoOutcome::kFailed;
  }
}

bool Stream::start_tls(std::shared_ptr<const TlsContext> context) {
  context_ = std::move(context);
  tls_.reset(SSL_new(context_->get()));
  if (!tls_ || SSL_set_fd(tls_.get(), fd_) != 1) return false;
  SSL_set_accept_state(tls_.get());
  return true;
}

Stream::Progress Stream::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_.get());
  if (result == 1) return Progress::kDone;
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Progress::kWantsRead;
    case SSL_ERROR_WANT_WRITE:
      return Progress::kWantsWrite;
    default:
      return Progress::kFailed;
  }
}

Stream::Read Stream::read_now(char* buffer, std::size_t size) {
  wants_write_ = false;
  if (!tls_) {
    const ssize_t bytes = recv(fd_, buffer, size, 0);
    if (bytes > 0) return {IoOutcome::kDone, static_cast<std::size_t>(bytes)};
    if (bytes == 0) return {IoOutcome::kEnd};
    return {must_wait(errno) ? IoOutcome::kTimeout : IoOutcome::kFailed};
  }
  ERR_clear_error();
  std::size_t bytes = 0;
  const int result = SSL_read_ex(tls_.get(), buffer, size, &bytes);
  if (result == 1) return {IoOutcome::kDone, bytes};
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_WRITE:
      wants_write_ = true;
      return {IoOutcome::kTimeout};
    case SSL_ERROR_WANT_READ:
      return {IoOutcome::kTimeout};
    case SSL_ERROR_ZERO_RETURN:
      return {IoOutcome::kEnd};
    default:
      return {IoOutcome::kFailed};
  }
}

Stream::Read Stream::read(char* buffer, std::size_t size, Deadline deadline) {
  for (;;) {
    const Read read = read_now(buffer, size);
    if (read.outcome != IoOutcome::kTimeout) return read;
    const IoOutcome outcome = wait(wants_write_ ? POLLOUT : POLLIN, deadline);
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
      outcome = result == 1 ? IoOutcome::kDone : wait_for_tls(result, deadline);
    } else {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        written = static_cast<std::size_t>(sent);
        outcome = IoOutcome::kDone;
      } else if (must_wait(errno)) {
        outcome = wait(POLLOUT, deadline);
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

}  // namespace muster::server::http
