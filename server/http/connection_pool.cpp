// SPDX-License-Identifier: Apache-2.0
// Accepting, waiting and deadlines. Turns and workers are in reception_turns.cpp.
#include "server/http/connection_pool.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

namespace muster::server::http {
namespace {

constexpr std::uint64_t kListeningId = 0;
constexpr std::uint64_t kWakeId = ~std::uint64_t{0};
constexpr int kAcceptAtOnce = 256;
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::seconds kFarAway{3600};
// Descriptors that are left to the store, to files that are sent and to the other listener's first
// needs.
constexpr std::uint64_t kOtherDescriptors = 256;
constexpr std::uint64_t kLeastOpen = 64;

// Two listeners share the process: a fleet has more machines than people who look at it.
std::size_t open_limit(const HttpLimits& limits, bool background) {
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return kLeastOpen;
  const std::uint64_t soft = descriptors.rlim_cur;
  const std::uint64_t quarter = soft > kOtherDescriptors ? (soft - kOtherDescriptors) / 4 : 0;
  const std::uint64_t share = background ? 3 * quarter : quarter;
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(
      static_cast<std::uint64_t>(limits.connections), 1, std::max(share, kLeastOpen)));
}

std::string text_of(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& ip = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &ip.sin_addr, text.data(), text.size());
  } else if (address.ss_family == AF_INET6) {
    const auto& ip = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &ip.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace

ConnectionPool::ConnectionPool(int listening, ConnectionShared& shared)
    : shared_(shared),
      limits_(shared.options.limits),
      most_open_(open_limit(limits_, shared.options.background)),
      most_handshakes_(std::max(1, static_cast<int>(std::thread::hardware_concurrency()))),
      listening_(listening),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::runtime_error("cannot create an epoll: too many open files?");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kListeningId;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, listening_, &event);
  event.data.u64 = kWakeId;
  event.events = EPOLLIN | EPOLLET;  // set, never read
  epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_.fd(), &event);
  thread_ = std::thread([this] { run(); });
}

ConnectionPool::~ConnectionPool() {
  stop_accepting();
  cut_off();
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return pooled_.empty(); });
    ending_ = true;
  }
  changed_.notify_all();
  wake_.set();
  thread_.join();
  for (std::thread& worker : workers_)
    worker.join();
  close(epoll_);
}

void ConnectionPool::stop_accepting() {
  const std::lock_guard lock(mutex_);
  if (listening_ >= 0) {
    close(listening_);
    listening_ = -1;
    accepting_ = false;
  }
  std::vector<Id> over;
  for (const auto& [id, pooled] : pooled_) {
    const bool is_idle =
        pooled->where == Where::kParked && pooled->connection.stage() == Connection::Stage::kIdle;
    if (pooled->where == Where::kSilent || pooled->where == Where::kWaiting || is_idle) {
      pooled->connection.announce_close();
      over.push_back(id);
    }
  }
  for (const Id id : over)
    remove(id);
}

bool ConnectionPool::wait_until_empty(int within_ms) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(within_ms),
                           [&] { return pooled_.empty(); });
}

void ConnectionPool::cut_off() {
  shared_.aborting.set();
  const std::lock_guard lock(mutex_);
  aborting_ = true;
  std::vector<Id> over;
  for (const auto& [id, pooled] : pooled_) {
    if (pooled->where != Where::kRunning) over.push_back(id);
  }
  for (const Id id : over)
    remove(id);
}

int ConnectionPool::wait_ms() const {
  Clock::time_point next = Clock::now() + kFarAway;
  if (!accepting_ && listening_ >= 0) next = std::min(next, accept_again_);
  if (!deadlines_.empty()) next = std::min(next, deadlines_.begin()->first);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

void ConnectionPool::run() {
  std::array<epoll_event, 512> events;
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const int timeout_ms = wait_ms();
    lock.unlock();
    const int ready =
        epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
    lock.lock();
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 == kListeningId) {
        accept_some();
      } else if (event.data.u64 != kWakeId) {
        on_event(event.data.u64, event.events);
      }
    }
    on_deadlines(Clock::now());
  }
}

void ConnectionPool::accept_some() {
  for (int i = 0; i < kAcceptAtOnce && listening_ >= 0; ++i) {
    const bool is_full = pooled_.size() >= most_open_;
    if (is_full && !can_make_room()) return pause_accepting();
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    const int fd = accept4(listening_, reinterpret_cast<sockaddr*>(&address), &length,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == ECONNABORTED || errno == EINTR) continue;
      const bool is_short =
          errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      // Only at the first: later nobody may be there, and the error is the same.
      if (is_short && i == 0 && !make_descriptor_room()) pause_accepting();
      return;
    }
    if (is_full) make_descriptor_room();
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const Id id = ++last_id_;
    auto made = std::make_unique<Pooled>(fd, text_of(address), shared_);
    Pooled& pooled = *made;
    pooled_.emplace(id, std::move(made));
    epoll_event event{};
    event.events = EPOLLONESHOT;  // or a reset of one that waits would be told without end
    event.data.u64 = id;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
      pooled_.erase(id);
      return pause_accepting();
    }
    move(id, pooled, Where::kSilent, pooled.connection.deadline());
    settle(id, pooled, pooled.connection.receive(false));
  }
}

// Oldest first: who is honest sends its first bytes soon.
bool ConnectionPool::make_descriptor_room() {
  const auto now = Clock::now();
  return displace(silent_, now) || displace(idle_, now);
}

bool ConnectionPool::can_make_room() const {
  const auto now = Clock::now();
  return displaceable(silent_, now) || displaceable(idle_, now);
}

void ConnectionPool::pause_accepting() {
  if (listening_ < 0 || !accepting_) return;
  ++shared_.counts.accept_pauses;
  epoll_ctl(epoll_, EPOLL_CTL_DEL, listening_, nullptr);
  accepting_ = false;
  accept_again_ = Clock::now() + kAcceptPause;
}

void ConnectionPool::on_event(Id id, std::uint32_t events) {
  const auto found = pooled_.find(id);
  if (found == pooled_.end()) return;
  Pooled& pooled = *found->second;
  const bool hung_up = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  switch (pooled.where) {
    case Where::kSilent:
      return settle(id, pooled, pooled.connection.receive(hung_up));
    case Where::kParked:
      return queue(id, pooled);
    case Where::kDraining:
      return settle(id, pooled, pooled.connection.drain_some());
    case Where::kWaiting:
    case Where::kQueued:
    case Where::kRunning:
      return;
  }
}

void ConnectionPool::on_deadlines(Clock::time_point now) {
  if (!accepting_ && listening_ >= 0 && now >= accept_again_) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kListeningId;
    accepting_ = epoll_ctl(epoll_, EPOLL_CTL_ADD, listening_, &event) == 0;
    accept_again_ = now + kAcceptPause;
  }
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const Id id = deadlines_.begin()->second;
    on_deadline(id, *pooled_.at(id), now);
  }
}

void ConnectionPool::on_deadline(Id id, Pooled& pooled, Clock::time_point now) {
  switch (pooled.where) {
    case Where::kSilent:
      // Without TLS it is idle rather than late.
      if (shared_.options.tls || shared_.options.proxy_protocol) ++shared_.counts.deadline;
      return remove(id);
    case Where::kParked:
      if (pooled.connection.stage() == Connection::Stage::kHead) {
        pooled.connection.set_expired();
        return queue(id, pooled);
      }
      if (pooled.connection.stage() == Connection::Stage::kHandshake) ++shared_.counts.deadline;
      pooled.connection.announce_close();
      return remove(id);
    case Where::kWaiting:
    case Where::kQueued:
      return begin(id, pooled, now);
    case Where::kRunning:
    case Where::kDraining:
      return remove(id);
  }
}

// What comes after a step of the connection.
void ConnectionPool::settle(Id id, Pooled& pooled, Connection::Next next) {
  if (aborting_) return remove(id);
  const bool is_silent = pooled.where == Where::kSilent;
  switch (next) {
    case Connection::Next::kRead:
    case Connection::Next::kWrite:
      if (!is_silent) move(id, pooled, Where::kParked, pooled.connection.deadline());
      listen_to(id, pooled, next == Connection::Next::kRead ? EPOLLIN : EPOLLOUT);
      return is_silent ? void() : make_room_if_idle(pooled);
    case Connection::Next::kReady:
      return is_silent ? wait_for_turn(id, pooled) : queue(id, pooled);
    case Connection::Next::kDrain:
      end_turn(pooled);
      if (pooled.where != Where::kDraining)
        move(id, pooled, Where::kDraining, pooled.connection.deadline());
      listen_to(id, pooled, EPOLLIN);
      return give_turns();
    case Connection::Next::kEnd:
      return remove(id);
  }
}

void ConnectionPool::listen_to(Id id, const Pooled& pooled, std::uint32_t events) {
  epoll_event event{};
  event.events = events | EPOLLONESHOT | EPOLLRDHUP;
  // A half-closed connection would be reported for ever, though its answer is still wanted.
  if (pooled.where == Where::kParked) event.events &= ~static_cast<std::uint32_t>(EPOLLRDHUP);
  event.data.u64 = id;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, pooled.connection.fd(), &event);
}

void ConnectionPool::move(Id id, Pooled& pooled, Where where, Clock::time_point deadline) {
  leave(id, pooled);
  const bool is_first = deadlines_.empty() || deadline < deadlines_.begin()->first;
  pooled.where = where;
  pooled.since = Clock::now();
  pooled.deadline = deadline;
  if (where == Where::kRunning) return;
  deadlines_.emplace(deadline, id);
  if (where == Where::kSilent) silent_.emplace(pooled.since, id);
  if (where == Where::kParked && pooled.connection.stage() == Connection::Stage::kIdle) {
    idle_.emplace(pooled.since, id);
    if (pooled.has_turn) addresses_[pooled.key].idle.emplace(pooled.since, id);
  }
  if (is_first) wake_.set();  // the thread may be waiting for longer
}

void ConnectionPool::leave(Id id, Pooled& pooled) {
  deadlines_.erase({pooled.deadline, id});
  silent_.erase({pooled.since, id});
  if (idle_.erase({pooled.since, id}) > 0 && pooled.has_turn) {
    addresses_[pooled.key].idle.erase({pooled.since, id});
  }
}

void ConnectionPool::remove(Id id) {
  const auto found = pooled_.find(id);
  if (found == pooled_.end()) return;  // it made room for another one
  Pooled& pooled = *found->second;
  leave(id, pooled);
  if (pooled.where == Where::kWaiting) std::erase(addresses_[pooled.key].waiting, id);
  if (pooled.where == Where::kQueued) {
    for (std::deque<Id>* queue : {&requests_, &handshakes_, &busy_answers_})
      std::erase(*queue, id);
  }
  end_turn(pooled);
  pooled_.erase(found);  // closes the descriptor, which leaves the epoll
  give_turns();
  if (pooled_.empty()) changed_.notify_all();
}

}  // namespace muster::server::http
