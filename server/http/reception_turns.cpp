// SPDX-License-Identifier: Apache-2.0
// Who may go on, and the workers who do it.
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/http/connection_pool.h"

namespace muster::server::http {
namespace {

// Threads beyond HttpLimits::threads, which only tell the connections too many that the server is
// busy, and how many of those may be in a handshake for it at once.
constexpr int kBusyWorkers = 8;
constexpr int kMostBusyAnswers = 256;
constexpr std::chrono::seconds kAskAgain{1};
// An idle connection that was served may go at once; one that was not, and a silent one, only after
// what it wants to say has had time to arrive: in a storm many have said it, and we have not
// looked.
constexpr std::chrono::seconds kFirstRequest{2};
constexpr int kBackgroundNice = 5;
// In a turn: each may have TLS state of some 40 KiB.
constexpr int kMostTurns = 2048;

}  // namespace

void ConnectionPool::wait_for_turn(Id id, Pooled& pooled) {
  pooled.key = pooled.connection.limit_key();
  Address& address = addresses_[pooled.key];
  move(id, pooled, Where::kWaiting, Clock::now() + std::chrono::milliseconds(limits_.queue_ms));
  if (!pooled.key.empty() && address.turns >= limits_.connections_per_address)
    ++shared_.counts.address_waits;
  address.waiting.push_back(id);
  if (!address.is_listed) {
    address.is_listed = true;
    next_turns_.push_back(pooled.key);
  }
  give_turns();
}

void ConnectionPool::give_turns() {
  const auto now = Clock::now();
  for (std::size_t left = next_turns_.size(); left > 0; --left) {
    if (turns_ >= kMostTurns && !displace(idle_, now)) return;
    std::string key = std::move(next_turns_.front());
    next_turns_.pop_front();
    const auto found = addresses_.find(key);  // there: it is kept while it is listed
    Address& address = found->second;
    if (address.waiting.empty()) {
      address.is_listed = false;
      if (address.turns == 0) addresses_.erase(found);
      continue;
    }
    if (give_turn(address, now)) left = next_turns_.size() + 2;
    // Also where there is no room now: it is looked at again when a turn ends.
    next_turns_.push_back(std::move(key));
  }
}

// Between two requests it can be displaced. Nothing is looked for where nobody waits for that.
void ConnectionPool::make_room_if_idle(const Pooled& pooled) {
  if (!pooled.has_turn || pooled.connection.stage() != Connection::Stage::kIdle) return;
  if (turns_ >= kMostTurns || !addresses_.at(pooled.key).waiting.empty()) give_turns();
}

bool ConnectionPool::give_turn(Address& address, Clock::time_point now) {
  const Id id = address.waiting.front();
  Pooled& pooled = *pooled_.at(id);
  const bool is_counted = !pooled.key.empty();
  const bool is_full = is_counted && address.turns >= limits_.connections_per_address;
  if (is_full && !displace(address.idle, now)) return false;
  address.waiting.pop_front();
  pooled.has_turn = true;
  ++address.turns;
  ++turns_;
  pooled.connection.extend(now - pooled.since);
  pooled.connection.admit();
  pooled.where = Where::kParked;
  leave(id, pooled);
  queue(id, pooled);
  return true;
}

void ConnectionPool::end_turn(Pooled& pooled) {
  if (pooled.is_overloaded) {
    pooled.is_overloaded = false;
    --overloaded_;
  }
  if (!pooled.has_turn) return;
  pooled.has_turn = false;
  --turns_;
  const auto found = addresses_.find(pooled.key);
  --found->second.turns;
  if (found->second.turns == 0 && !found->second.is_listed) addresses_.erase(found);
}

// The oldest idle one of these goes.
std::optional<ConnectionPool::Id> ConnectionPool::displaceable(const ByAge& oldest_first,
                                                               Clock::time_point now) const {
  for (const auto& [since, id] : oldest_first) {
    if (pooled_.at(id)->connection.was_served() || now - since >= kFirstRequest) return id;
  }
  return std::nullopt;
}

bool ConnectionPool::displace(const ByAge& oldest_first, Clock::time_point now) {
  const std::optional<Id> id = displaceable(oldest_first, now);
  if (!id) return false;
  Pooled& pooled = *pooled_.at(*id);
  ++shared_.counts.displaced;
  pooled.connection.announce_close();
  // Not remove(), which gives turns itself.
  leave(*id, pooled);
  end_turn(pooled);
  pooled_.erase(*id);
  return true;
}

void ConnectionPool::queue(Id id, Pooled& pooled) {
  move(id, pooled, Where::kQueued, Clock::now() + std::chrono::milliseconds(limits_.queue_ms));
  const bool is_handshake = pooled.connection.stage() == Connection::Stage::kHandshake;
  (pooled.is_overloaded ? busy_answers_ : is_handshake ? handshakes_ : requests_).push_back(id);
  if (free_workers_ == 0) add_worker();
  changed_.notify_one();
}

// It has waited too long, for its turn or for a thread: it is told so, by threads of their own.
void ConnectionPool::begin(Id id, Pooled& pooled, Clock::time_point now) {
  if (pooled.is_overloaded || overloaded_ >= kMostBusyAnswers) {
    const Clock::time_point since = pooled.since;
    move(id, pooled, pooled.where, now + kAskAgain);
    pooled.since = since;
    return;
  }
  if (pooled.where == Where::kWaiting) {
    std::erase(addresses_[pooled.key].waiting, id);
    pooled.connection.admit();
  } else {
    std::erase(requests_, id);
    std::erase(handshakes_, id);
  }
  pooled.connection.extend(now - pooled.since);
  pooled.connection.set_overloaded();
  pooled.is_overloaded = true;
  ++overloaded_;
  queue(id, pooled);
}

void ConnectionPool::add_worker() {
  if (workers_.size() >= static_cast<std::size_t>(limits_.threads) + kBusyWorkers) return;
  try {
    workers_.emplace_back([this] { work(); });
    ++free_workers_;
  } catch (const std::system_error& failure) {
    if (workers_.empty()) throw;
    shared_.log.warning(shared_.options.name, "no more threads can be made",
                        {{"threads", std::to_string(workers_.size())}, {"cause", failure.what()}});
  }
}

std::deque<ConnectionPool::Id>* ConnectionPool::next_queue() {
  const bool has_thread = running_ < limits_.threads;
  if (has_thread && !requests_.empty()) return &requests_;
  if (!busy_answers_.empty()) return &busy_answers_;
  if (has_thread && !handshakes_.empty() && running_handshakes_ < most_handshakes_)
    return &handshakes_;
  return nullptr;
}

void ConnectionPool::work() {
  sigset_t pipe;  // OpenSSL writes without MSG_NOSIGNAL
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  if (shared_.options.background) {
    setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kBackgroundNice);
  }
  std::unique_lock lock(mutex_);
  for (;;) {
    std::deque<Id>* from = nullptr;
    changed_.wait(lock, [&] { return ending_ || (from = next_queue()) != nullptr; });
    if (from == nullptr) return;
    const Id id = from->front();
    from->pop_front();
    Pooled& pooled = *pooled_.at(id);
    const bool is_handshake = from == &handshakes_;
    const bool is_counted = from != &busy_answers_;
    pooled.connection.extend(Clock::now() - pooled.since);
    move(id, pooled, Where::kRunning, {});
    --free_workers_;
    running_ += is_counted ? 1 : 0;
    running_handshakes_ += is_handshake ? 1 : 0;
    if (free_workers_ == 0 && next_queue() != nullptr) add_worker();
    lock.unlock();

    Connection::Next next = Connection::Next::kEnd;
    try {
      next = pooled.connection.work();
    } catch (const std::exception& failure) {
      shared_.log.error(shared_.options.name, "a connection failed", {{"cause", failure.what()}});
    }

    lock.lock();
    ++free_workers_;
    running_ -= is_counted ? 1 : 0;
    running_handshakes_ -= is_handshake ? 1 : 0;
    settle(id, pooled, next);
    if (next_queue() != nullptr) changed_.notify_one();
  }
}

}  // namespace muster::server::http
