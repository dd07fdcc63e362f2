// SPDX-License-Identifier: Apache-2.0
// A server on a free port of 127.0.0.1 with a handler that shows what it was asked, for the tests
// beside it.
#pragma once
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "server/http/server.h"
#include "tests/support/raw_client.h"
#include "tests/support/test_certificates.h"

namespace muster::server::test {

using muster::test::RawClient;
using muster::test::RawTls;

class Folder {
 public:
  Folder() {
    std::string made = (std::filesystem::temp_directory_path() / "muster-http-XXXXXX").string();
    if (mkdtemp(made.data()) == nullptr) throw std::runtime_error("cannot make " + made);
    path_ = made;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, std::string_view text) const {
    const auto path = path_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::filesystem::path path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline ServerOptions plain_options() {
  ServerOptions options;
  options.address = "127.0.0.1";
  options.limits.threads = 16;
  return options;
}

// Method, path, size of the body, who asks; "/slow", "/throw" and the like are for the tests to
// add.
inline Response echo(const Request& request) {
  std::string text = request.method + ' ' + request.path +
                     " body=" + std::to_string(request.body.size()) +
                     " peer=" + request.peer_address + " scheme=" + request.scheme;
  if (request.peer_certificate) {
    text += " serial=" + request.peer_certificate->serial;
    for (const std::string& uri : request.peer_certificate->uris)
      text += " uri=" + uri;
    text += request.peer_certificate->expired ? " expired" : " valid";
  }
  return Response::text(text);
}

// For what the server does after its last byte to the client, such as counting. False after 20 s.
inline bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 20'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

struct Server {
  explicit Server(ServerOptions options = plain_options(), HttpServer::Handler handler = echo)
      : http(std::move(options), std::move(handler), log) {}

  std::uint16_t port() const { return http.port(); }
  // One connection, these bytes, everything that came back until the server closed.
  std::string exchange(std::string_view bytes) const {
    RawClient client(port());
    client.send(bytes);
    return client.receive_all();
  }

  Log log{LogLevel::kWarning, [](LogLevel, const std::string&) {}};
  HttpServer http;
};

// Of all status lines in it; texts that only speak of HTTP/1.1 have no number behind it.
inline std::vector<int> statuses_in(const std::string& bytes) {
  std::vector<int> statuses;
  constexpr std::string_view kStart = "HTTP/1.1 ";
  for (auto at = bytes.find(kStart); at != std::string::npos; at = bytes.find(kStart, at + 1)) {
    const std::string number = bytes.substr(at + kStart.size(), 3);
    if (number.find_first_not_of("0123456789") == std::string::npos) {
      statuses.push_back(std::stoi(number));
    }
  }
  return statuses;
}

inline std::string get(const std::string& target, const std::string& more = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}
inline std::string get_and_close(const std::string& target) {
  return get(target, "Connection: close\r\n");
}

}  // namespace muster::server::test
