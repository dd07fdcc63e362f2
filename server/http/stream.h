// SPDX-License-Identifier: Apache-2.0
// Stream: the bytes of one accepted connection, plain or TLS, where every operation has a deadline.
// The socket never blocks: waiting is poll() with the time that is left, so a peer that stalls at
// any point (handshake, reading, writing) costs no more than its deadline, and no second thread has
// to shut sockets down behind the first one's back. One thread uses a Stream. It does not own the
// descriptor.
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "server/http/tls_context.h"

namespace muster::server::http {

using Deadline =
    std::chrono::steady_clock::time_point;  // monotonic: a clock set back must not keep peers alive
Deadline after_ms(int ms);

enum class IoOutcome {
  kDone,
  kEnd,      // the peer closed in order
  kTimeout,  // the deadline passed first
  kStopped,  // the server is stopping
  kFailed,   // reset, or bytes that are not TLS
};

class Stream {
 public:
  // `abort_fd` becomes readable when everything must end at once.
  Stream(int fd, int abort_fd);

  // From here on everything is TLS. `context` is kept for the stream's life. False: out of memory.
  bool start_tls(std::shared_ptr<const TlsContext> context);
  // Does what can be done of the handshake without waiting.
  enum class Progress { kDone, kWantsRead, kWantsWrite, kFailed };
  Progress handshake();

  struct Read {
    IoOutcome outcome{};
    std::size_t bytes = 0;  // at least 1 where kDone
  };
  // Waits for the first bytes.
  Read read(char* buffer, std::size_t size, Deadline deadline);
  // Does not wait: kTimeout says that nothing is there, and wants_write() what TLS is waiting for.
  Read read_now(char* buffer, std::size_t size);
  bool wants_write() const { return wants_write_; }

  IoOutcome write(std::string_view bytes, Deadline deadline);  // all of them

  // A write did not succeed, so the peer can tell nothing from what else is sent.
  bool is_broken() const { return is_broken_; }
  // Makes the closing that follows a reset, which also frees what the kernel still holds for a peer
  // that does not read.
  void abandon();
  // Says that nothing more will come: close_notify and FIN. The peer's bytes can still be read from
  // the socket.
  void finish_writing();

  ssl_st* tls() const { return tls_.get(); }  // nullptr: plain

 private:
  struct Free {
    void operator()(ssl_st* connection) const;
  };
  IoOutcome write_all(std::string_view bytes, Deadline deadline);
  IoOutcome wait(short events, Deadline deadline);
  IoOutcome wait_for_tls(int result, Deadline deadline);

  int fd_;
  int abort_fd_;
  bool is_broken_ = false;
  bool wants_write_ = false;
  std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<ssl_st, Free> tls_;
};

}  // namespace muster::server::http
