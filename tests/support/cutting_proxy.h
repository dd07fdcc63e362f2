// SPDX-License-Identifier: Apache-2.0
// A TCP proxy on loopback between a server and its PostgreSQL, which goes wrong when it is told to:
// it falls silent while its connections stay, cuts them, or keeps the answer to a COMMIT of a
// writing session, which PostgreSQL has given, and cuts that connection. It reads what libpq sends
// in the clear (PostgreSQL manual, 55.7), so without TLS. Its own kernel acknowledges every byte:
// what a peer's keepalives would notice on a real network it does not show. Any thread.
#pragma once
#include <fcntl.h>
#include <poll.h>

#include <atomic>
#include <list>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/free_port.h"

namespace muster::test {

class CuttingProxy {
 public:
  explicit CuttingProxy(int to_port)
      : to_port_(static_cast<std::uint16_t>(to_port)), listener_(listen_somewhere()) {
    thread_ = std::thread([this] { run(); });
  }
  ~CuttingProxy() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
  }
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  std::uint16_t port() const { return port_; }
  void silence(bool on) { is_silent_ = on; }
  void cut() { cutting_ = true; }
  // The answer to the Nth COMMIT from now on is kept; 0: to none.
  void lose_commit(int nth) { lose_in_ = nth; }
  int commits_lost() const { return lost_; }

 private:
  struct Way {
    int from = -1;
    int to = -1;
    std::string waiting = {};
  };
  struct Link {
    Way there;  // from the server to PostgreSQL
    Way back;
    std::string tail = {};  // of what went there: a word may come in two parts
    bool writes = false;
    bool is_losing = false;
    bool is_over = false;
  };

  int listen_somewhere() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* const generic = reinterpret_cast<sockaddr*>(&at);
    if (::bind(fd, generic, size) != 0 || ::listen(fd, 128) != 0 ||
        ::getsockname(fd, generic, &size) != 0)
      throw std::runtime_error("the proxy cannot listen");
    port_ = ntohs(at.sin_port);
    return fd;
  }

  void accept_one() {
    const int from = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (from < 0) return;
    const int to = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(to_port_);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(to, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) {
      ::close(from);
      ::close(to);
      return;
    }
    ::fcntl(to, F_SETFL, O_NONBLOCK);
    Link link;
    link.there.from = link.back.to = from;
    link.there.to = link.back.from = to;
    links_.push_back(std::move(link));
  }

  // What goes to PostgreSQL is looked at for what a writing session says.
  void look_there(Link& link, const std::string& bytes) {
    link.tail += bytes;
    if (link.tail.find("write_lock FOR UPDATE") != std::string::npos) link.writes = true;
    const bool commits = link.tail.find(std::string_view("COMMIT\0", 7)) != std::string::npos;
    if (commits && link.writes && lose_in_ > 0 && --lose_in_ == 0) link.is_losing = true;
    const std::size_t kept = commits ? 6 : 24;
    if (link.tail.size() > kept) link.tail.erase(0, link.tail.size() - kept);
  }

  void move(Link& link, Way& way, short events) {
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && way.waiting.empty()) {
      std::string bytes(65536, '\0');
      const auto got = ::recv(way.from, bytes.data(), bytes.size(), 0);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (got <= 0) {
        link.is_over = true;
        return;
      }
      bytes.resize(static_cast<std::size_t>(got));
      if (&way == &link.there) look_there(link, bytes);
      if (&way == &link.back && link.is_losing &&
          bytes.find(std::string_view("COMMIT\0", 7)) != std::string::npos) {
        link.is_over = true;
        ++lost_;
        return;
      }
      way.waiting = std::move(bytes);
    }
    if (way.waiting.empty()) return;
    const auto sent = ::send(way.to, way.waiting.data(), way.waiting.size(), MSG_NOSIGNAL);
    if (sent > 0) way.waiting.erase(0, static_cast<std::size_t>(sent));
    if (sent < 0 && errno != EAGAIN && errno != EINTR) link.is_over = true;
  }

  void run() {
    while (!stopping_) {
      std::vector<pollfd> polled = {{listener_, POLLIN, 0}};
      if (is_silent_) polled.clear();
      for (const Link& link : links_) {
        if (is_silent_) break;
        for (const Way* way : {&link.there, &link.back}) {
          polled.push_back(way->waiting.empty() ? pollfd{way->from, POLLIN, 0}
                                                : pollfd{way->to, POLLOUT, 0});
        }
      }
      ::poll(polled.data(), polled.size(), 5);
      if (cutting_.exchange(false)) {
        for (Link& link : links_)
          link.is_over = true;
      } else if (!polled.empty()) {
        std::size_t at = 1;
        for (Link& link : links_) {
          if (const short events = polled[at++].revents; events != 0)
            move(link, link.there, events);
          if (const short events = polled[at++].revents; events != 0 && !link.is_over)
            move(link, link.back, events);
        }
        if (polled.front().revents != 0) accept_one();
      }
      drop_ended();
    }
    for (Link& link : links_)
      link.is_over = true;
    drop_ended();
  }

  void drop_ended() {
    links_.remove_if([](const Link& link) {
      if (!link.is_over) return false;
      ::close(link.there.from);
      ::close(link.there.to);
      return true;
    });
  }

  std::uint16_t to_port_;
  std::uint16_t port_ = 0;
  int listener_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> is_silent_ = false;
  std::atomic<bool> cutting_ = false;
  std::atomic<int> lose_in_ = 0;
  std::atomic<int> lost_ = 0;
  std::list<Link> links_;  // the thread's own
  std::thread thread_;     // last: it uses all of the above
};

}  // namespace muster::test
