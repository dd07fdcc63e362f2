// SPDX-License-Identifier: Apache-2.0
#include "tests/server/http/server_fixture.h"

#include <stdlib.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace muster::server::test {

Folder::Folder() {
  std::string made = (std::filesystem::temp_directory_path() / "muster-http-XXXXXX").string();
  if (mkdtemp(made.data()) == nullptr) throw std::runtime_error("cannot make " + made);
  path_ = made;
}

Folder::~Folder() {
  std::filesystem::remove_all(path_);
}

std::string Folder::write(const std::string& name, std::string_view text) const {
  const auto path = path_ / name;
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

http::ServerOptions plain_options() {
  http::ServerOptions options;
  options.address = "127.0.0.1";
  options.limits.threads = 16;
  return options;
}

http::Response echo(const http::Request& request) {
  std::string text = request.method + ' ' + request.path +
                     " body=" + std::to_string(request.body.size()) +
                     " peer=" + request.peer_address + " scheme=" + request.scheme;
  if (request.peer_certificate) {
    text += " serial=" + request.peer_certificate->serial;
    for (const std::string& uri : request.peer_certificate->uris)
      text += " uri=" + uri;
    text += request.peer_certificate->expired ? " expired" : " valid";
  }
  return http::Response::text(text);
}

bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 20'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

Server::Server(http::ServerOptions options, http::HttpServer::Handler handler)
    : http(std::move(options), std::move(handler), log) {}

std::string Server::exchange(std::string_view bytes) const {
  RawClient client(port());
  client.send(bytes);
  return client.receive_all();
}

std::vector<int> statuses_in(const std::string& bytes) {
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

std::string get(const std::string& target, const std::string& more) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}

std::string get_and_close(const std::string& target) {
  return get(target, "Connection: close\r\n");
}

}  // namespace muster::server::test
