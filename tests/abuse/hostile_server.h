// SPDX-License-Identifier: Apache-2.0
// A port between an agent and its server that first passes everything on and later turns hostile:
// it speaks TLS with the key of the true listener (or another one) and answers whatever it is told.
// It runs on threads of its own until it is destroyed.
#pragma once
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "tests/support/programs/server_process.h"

namespace muster::test {

class HostileServer {
 public:
  // Called with the connection after the request's head was read.
  using Answer = std::function<void(SSL*)>;

  HostileServer() : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof at;
    if (::bind(listening_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(listening_, 16) != 0)
      throw std::runtime_error("cannot listen");
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&at), &length);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~HostileServer() {
    stop_ = true;
    thread_.join();
    ::close(listening_);
  }
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }
  std::string requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  void pass_on_to(std::uint16_t port) { behind_ = port; }
  void turn_hostile(const std::string& certificate_file, const std::string& key_file,
                    Answer answer) {
    const std::lock_guard lock(mutex_);
    behind_ = 0;
    certificate_file_ = certificate_file;
    key_file_ = key_file;
    answer_ = std::move(answer);
    requests_.clear();
  }

 private:
  void serve() {
    signal(SIGPIPE, SIG_IGN);
    while (!stop_) {
      pollfd ready{listening_, POLLIN, 0};
      if (::poll(&ready, 1, 20) <= 0) continue;
      const int fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      ++connections_;
      const timeval limit{10, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
      if (behind_ != 0) {
        pass_on(fd);
      } else {
        be_hostile(fd);
      }
      ::close(fd);
    }
  }
  void pass_on(int fd) const {
    const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(behind_);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(other, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
      char buffer[16384];
      for (bool open = true; open && !stop_;) {
        pollfd both[2] = {{fd, POLLIN, 0}, {other, POLLIN, 0}};
        if (::poll(both, 2, 100) < 0) break;
        for (int i = 0; i < 2 && open; ++i) {
          if (both[i].revents == 0) continue;
          const ssize_t bytes = ::recv(both[i].fd, buffer, sizeof buffer, 0);
          open = bytes > 0 && ::send(both[1 - i].fd, buffer, static_cast<std::size_t>(bytes),
                                     MSG_NOSIGNAL) == bytes;
        }
      }
    }
    ::close(other);
  }
  void be_hostile(int fd) {
    const std::lock_guard lock(mutex_);
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_chain_file(context, certificate_file_.c_str());
    SSL_CTX_use_PrivateKey_file(context, key_file_.c_str(), SSL_FILETYPE_PEM);
    SSL* tls = SSL_new(context);
    SSL_set_fd(tls, fd);
    if (SSL_accept(tls) == 1) {
      char buffer[16384];
      std::string head;
      while (head.find("\r\n\r\n") == std::string::npos) {
        const int bytes = SSL_read(tls, buffer, sizeof buffer);
        if (bytes <= 0) break;
        head.append(buffer, static_cast<std::size_t>(bytes));
      }
      requests_ += head.substr(0, head.find("\r\n")) + "\n";
      if (!head.empty()) answer_(tls);
      SSL_shutdown(tls);
    }
    SSL_free(tls);
    SSL_CTX_free(context);
  }

  int listening_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<int> connections_{0};
  std::atomic<std::uint16_t> behind_{0};
  mutable std::mutex mutex_;
  std::string certificate_file_;
  std::string key_file_;
  Answer answer_;
  std::string requests_;
  std::thread thread_;
};

}  // namespace muster::test
