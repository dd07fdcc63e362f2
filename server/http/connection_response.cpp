// SPDX-License-Identifier: Apache-2.0
// Answering: handler, head, body. Reading is in connection.cpp.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "server/http/connection.h"
#include "server/http/problem.h"
#include "server/http/serialize.h"

namespace muster::server::http {
namespace {

constexpr std::size_t kFilePartBytes = 64 * 1024;

class OpenFile {
 public:
  explicit OpenFile(const FileBody& file)
      : fd_(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {
    struct stat status {};
    if (fd_ < 0 || fstat(fd_, &status) != 0) fail(file, std::strerror(errno));
    if (!S_ISREG(status.st_mode)) fail(file, "it is no regular file");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (file.offset > size || file.size_bytes.value_or(0) > size - file.offset) {
      fail(file, "it is shorter than the part to be sent");
    }
    size_bytes_ = file.size_bytes.value_or(size - file.offset);
    if (lseek(fd_, static_cast<off_t>(file.offset), SEEK_SET) < 0) fail(file, "seek");
  }
  ~OpenFile() { close(fd_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int fd() const { return fd_; }
  std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  [[noreturn]] void fail(const FileBody& file, const char* cause) {
    if (fd_ >= 0) close(fd_);
    throw std::runtime_error("cannot send the file '" + file.path + "': " + cause);
  }
  int fd_;
  std::uint64_t size_bytes_ = 0;
};

// Chunks where the client knows them; otherwise the connection's end is the body's end.
class StreamedBody final : public BodyWriter {
 public:
  StreamedBody(Stream& stream, bool chunked, int response_ms, const std::atomic<bool>& is_stopping)
      : stream_(stream), chunked_(chunked), response_ms_(response_ms), is_stopping_(is_stopping) {}

  bool is_open() const override { return !broken_ && !is_stopping_; }

  bool write(std::string_view bytes) override {
    if (bytes.empty()) return is_open();  // an empty chunk would end the body
    if (!chunked_) return send(bytes) && is_open();
    char size[20];
    const int length = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    std::string chunk(size, static_cast<std::size_t>(length));
    chunk.append(bytes).append("\r\n");
    return send(chunk) && is_open();
  }

  bool finish() { return !broken_ && (!chunked_ || send("0\r\n\r\n")); }

 private:
  bool send(std::string_view bytes) {
    const auto now = std::chrono::steady_clock::now();
    broken_ = broken_ || stream_.write(bytes, now + std::chrono::milliseconds(response_ms_)) !=
                             IoOutcome::kDone;
    return !broken_;
  }

  Stream& stream_;
  bool chunked_;
  int response_ms_;
  const std::atomic<bool>& is_stopping_;
  bool broken_ = false;
};

bool has_no_body(int status) {
  return status == 204 || status == 304;
}

Response internal_error(const std::string& request_id) {
  return problem(Error(Status::kInternal, "internal_error",
                       "The server failed to answer; its log has the cause under this request id."),
                 request_id);
}

}  // namespace

Deadline Connection::write_deadline(std::uint64_t size_bytes) const {
  const HttpLimits& limits = shared_.options.limits;
  const auto rate = static_cast<std::uint64_t>(std::max(limits.least_bytes_per_s, 1));
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(limits.response_ms) +
         std::chrono::seconds(static_cast<std::int64_t>(size_bytes / rate));
}

Response Connection::call_handler(Request& request) {
  try {
    return shared_.handler(request);
  } catch (const std::exception& failure) {
    shared_.log.error(shared_.options.name, "a handler failed",
                      {{"request", request_id_}, {"cause", failure.what()}});
  }
  return internal_error(request_id_);
}

bool Connection::respond(const RequestHead& head, const Request& request, Response response) {
  keep_alive_ = head.keep_alive && !shared_.options.close_after_response && !shared_.is_stopping;
  try {
    return send_response(request, head, response) && keep_alive_;
  } catch (const std::exception& failure) {
    // Nothing was sent yet: only opening the file and writing the head throw before the first byte,
    // and a writer that throws later is caught where it runs.
    shared_.log.error(shared_.options.name, "an answer could not be written",
                      {{"request", request_id_}, {"cause", failure.what()}});
  }
  return refuse(internal_error(request_id_));
}

bool Connection::send_response(const Request& request, const RequestHead& head,
                               Response& response) {
  const bool body_wanted = request.method != "HEAD" && !has_no_body(response.status);
  std::optional<OpenFile> file;
  if (response.download) file.emplace(*response.download);

  ResponseFraming framing;
  framing.secure = stream_.tls() != nullptr;
  framing.request_id = request_id_;
  framing.date = shared_.clock.now();
  if (response.writer) {
    framing.chunked = head.minor_version == 1 && !has_no_body(response.status);
    keep_alive_ = keep_alive_ && framing.chunked;
  } else if (!has_no_body(response.status)) {
    framing.content_length = file ? file->size_bytes() : response.body.size();
  }
  framing.close = !keep_alive_;
  std::string bytes = response_head(response, framing);
  was_answered_ = true;
  ++shared_.counts.responses[static_cast<std::size_t>(std::clamp(response.status / 100, 0, 5))];

  if (!body_wanted) return stream_.write(bytes, write_deadline(0)) == IoOutcome::kDone;
  if (file) return send_file(bytes, file->fd(), file->size_bytes());
  if (!response.writer) {
    bytes += response.body;
    return stream_.write(bytes, write_deadline(bytes.size())) == IoOutcome::kDone;
  }
  if (stream_.write(bytes, write_deadline(0)) != IoOutcome::kDone) return false;
  StreamedBody body(stream_, framing.chunked, shared_.options.limits.response_ms,
                    shared_.is_stopping);
  try {
    response.writer(body);
  } catch (const std::exception& failure) {
    // The head is out, so the only way to say that the body is not whole is to end without the last
    // chunk.
    shared_.log.error(shared_.options.name, "a streamed answer broke off",
                      {{"request", request_id_}, {"cause", failure.what()}});
    return false;
  }
  return body.finish();
}

bool Connection::send_file(const std::string& head, int file, std::uint64_t size_bytes) {
  const Deadline deadline = write_deadline(size_bytes);
  std::string part = head;
  for (std::uint64_t left = size_bytes;;) {
    if (stream_.write(part, deadline) != IoOutcome::kDone) return false;
    if (left == 0) return true;
    part.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, kFilePartBytes)));
    const ssize_t bytes = ::read(file, part.data(), part.size());
    if (bytes <= 0) return false;  // it shrank or broke; ending short of Content-Length says so
    part.resize(static_cast<std::size_t>(bytes));
    left -= part.size();
  }
}

bool Connection::refuse(const Refusal& refusal) {
  ++shared_.counts.malformed;
  return refuse(problem(refusal.status, refusal.code, refusal.message, request_id_));
}

bool Connection::refuse(const Response& response) {
  ResponseFraming framing;
  framing.content_length = response.body.size();
  framing.close = true;
  framing.secure = stream_.tls() != nullptr;
  framing.request_id = request_id_;
  framing.date = shared_.clock.now();
  was_answered_ = true;
  ++shared_.counts.responses[static_cast<std::size_t>(std::clamp(response.status / 100, 0, 5))];
  (void)stream_.write(response_head(response, framing) + response.body, write_deadline(0));
  in_.clear();
  return false;
}

bool Connection::timed_out() {
  ++shared_.counts.deadline;
  return refuse(
      problem(408, "request_timeout", "The request did not arrive in time.", request_id_));
}

}  // namespace muster::server::http
