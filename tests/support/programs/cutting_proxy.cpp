// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/cutting_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::test {

CuttingProxy::CuttingProxy(int to_port)
    : to_port_(static_cast<std::uint16_t>(to_port)), listener_(listen_somewhere()) {
  thread_ = std::thread([this] { run(); });
}

CuttingProxy::~CuttingProxy() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
}

int CuttingProxy::listen_somewhere() {
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

void CuttingProxy::accept_one() {
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

void CuttingProxy::look_there(Link& link, const std::string& bytes) {
  link.tail += bytes;
  if (link.tail.find("write_lock FOR UPDATE") != std::string::npos) link.writes = true;
  const bool commits = link.tail.find(std::string_view("COMMIT\0", 7)) != std::string::npos;
  if (commits && link.writes && lose_in_ > 0 && --lose_in_ == 0) link.is_losing = true;
  const std::size_t kept = commits ? 6 : 24;
  if (link.tail.size() > kept) link.tail.erase(0, link.tail.size() - kept);
}

void CuttingProxy::move(Link& link, Way& way, short events) {
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

void CuttingProxy::run() {
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
        if (const short events = polled[at++].revents; events != 0) move(link, link.there, events);
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

void CuttingProxy::drop_ended() {
  links_.remove_if([](const Link& link) {
    if (!link.is_over) return false;
    ::close(link.there.from);
    ::close(link.there.to);
    return true;
  });
}

}  // namespace muster::test
