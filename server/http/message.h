// SPDX-License-Identifier: Apache-2.0
// Request and Response as handlers see them. Plain values: a Request is made by the connection,
// completed by the router (path parameters) and lives as long as its handler runs; a Response is
// moved back to the connection. No threads.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/support/clock.h"
#include "server/error.h"
#include "server/http/header.h"

namespace muster::server::http {

// The certificate the peer proved to hold in this connection's handshake. Its chain, its purpose
// and its time were checked; whether it was revoked, and whose it is, is for the handler to decide
// at each request.
struct PeerCertificate {
  std::string der;
  std::string serial;             // lower-case hexadecimal, whole bytes
  std::vector<std::string> uris;  // subject alternative names of type URI
  Instant not_after;
  bool expired = false;  // let in only where TlsOptions::accept_expired_days allows it
};

struct Request {
  std::string method;
  std::string path;                   // decoded; for logs and prefixes. Routes match `segments`
  std::vector<std::string> segments;  // decoded one by one
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in the order sent
  std::vector<Header> headers;                             // names in lower case
  std::string body;          // transfer coding undone, content coding not
  std::string peer_address;  // of the client; a trusted proxy's word for it where there is one
  std::string scheme;        // "https" or "http", as the client sees it
  std::optional<PeerCertificate> peer_certificate;
  std::string request_id;  // also in the answer (X-Request-ID) and in the log
  std::vector<std::pair<std::string, std::string>> path_parameters;

  // The first field of that name (given in lower case); nullptr if there is none.
  const std::string* header(std::string_view name) const;
  std::optional<std::string> query_value(std::string_view name) const;
  // A parameter of the route's pattern. Asking for one that the pattern does not have is a
  // programming error (std::logic_error).
  const std::string& path_parameter(std::string_view name) const;
};

// Where a streamed body is written to. False: the peer is gone, too slow, or the server is
// stopping; return soon.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  virtual bool write(std::string_view bytes) = 0;
  // False once the server is stopping; to be asked now and then by a writer that waits for things
  // to happen.
  virtual bool is_open() const = 0;
};

// A regular file that is sent as the body; it is opened when sending begins, and symbolic links are
// not followed.
struct FileBody {
  std::string path;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> size_bytes;  // nullopt: to the end of the file
};

struct Response {
  int status = 200;
  std::vector<Header> headers;  // names as they are to be sent, such as "Content-Type"
  std::string body;             // unless one of the two below is set
  std::optional<FileBody> download;
  std::function<void(BodyWriter&)> writer;  // its output is sent as it comes, in chunks

  static Response json(std::string text, int status = 200);
  static Response text(std::string text, int status = 200);
  static Response empty(int status = 204);
  static Response file(std::string path, std::string content_type);
  static Response streamed(std::string content_type, std::function<void(BodyWriter&)> writer);

  Response& set(std::string_view name, std::string value) &;  // replaces a field of that name
  Response&& set(std::string_view name, std::string value) && {
    set(name, std::move(value));
    return std::move(*this);
  }
  const std::string* header(std::string_view name) const;  // any case
};

}  // namespace muster::server::http
