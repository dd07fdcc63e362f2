// SPDX-License-Identifier: Apache-2.0
// A server on a free port of 127.0.0.1 with a handler that shows what it was asked, for the tests
// beside it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/server.h"
#include "tests/support/raw_client.h"
#include "tests/support/test_certificates.h"

namespace muster::server::test {

using muster::test::RawClient;
using muster::test::RawTls;

class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, std::string_view text) const;
  std::filesystem::path path() const { return path_; }

 private:
  std::filesystem::path path_;
};

http::ServerOptions plain_options();

// Method, path, size of the body, who asks; "/slow", "/throw" and the like are for the tests to
// add.
http::Response echo(const http::Request& request);

// For what the server does after its last byte to the client, such as counting. False after 20 s.
bool eventually(const std::function<bool()>& holds);

struct Server {
  explicit Server(http::ServerOptions options = plain_options(),
                  http::HttpServer::Handler handler = echo);

  std::uint16_t port() const { return http.port(); }
  // One connection, these bytes, everything that came back until the server closed.
  std::string exchange(std::string_view bytes) const;

  Log log{LogLevel::kWarning, [](LogLevel, const std::string&) {}};
  http::HttpServer http;
};

// The statuses of all status lines in it; texts that only speak of HTTP/1.1 have no number behind it.
std::vector<int> statuses_in(const std::string& bytes);

std::string get(const std::string& target, const std::string& more = {});
std::string get_and_close(const std::string& target);

}  // namespace muster::server::test
