// SPDX-License-Identifier: Apache-2.0
// Who may go on, and the workers who do it.
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/http/reception.h"

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

void Reception::wait_for_turn(Id id, Guest& guest) {
  guest.key = guest.connection.limit_key();
  Address& address = addresses_[guest.key];
  move(id, guest, Where::kWaiting, Clock::now() + std::chrono::milliseconds(limits_.queue_ms));
  if (!guest.key.empty() && address.turns >= limits_.connections_per_address)
    ++shared_.counts.address_waits;
  address.waiting.push_back(id);
  if (!address.is_listed) {
    address.is_listed = true;
    next_turns_.push_back(guest.key);
  }
  give_turns();
}

void Reception::give_turns() {
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
void Reception::make_room_if_idle(const Guest& guest) {
  if (!guest.has_turn || guest.connection.stage() != Connection::Stage::kIdle) return;
  if (turns_ >= kMostTurns || !addresses_.at(guest.key).waiting.empty()) give_turns();
}

bool Reception::give_turn(Address& address, Clock::time_point now) {
  const Id id = address.waiting.front();
  Guest& guest = *guests_.at(id);
  const bool is_counted = !guest.key.empty();
  const bool is_full = is_counted && address.turns >= limits_.connections_per_address;
  if (is_full && !displace(address.idle, now)) return false;
  address.waiting.pop_front();
  guest.has_turn = true;
  ++address.turns;
  ++turns_;
  guest.connection.extend(now - guest.since);
  guest.connection.admit();
  guest.where = Where::kParked;
  leave(id, guest);
  queue(id, guest);
  return true;
}

void Reception::end_turn(Guest& guest) {
  if (guest.is_overloaded) {
    guest.is_overloaded = false;
    --overloaded_;
  }
  if (!guest.has_turn) return;
  guest.has_turn = false;
  --turns_;
  const auto found = addresses_.find(guest.key);
  --found->second.turns;
  if (found->second.turns == 0 && !found->second.is_listed) addresses_.erase(found);
}

// The oldest idle one of these goes.
std::optional<Reception::Id> Reception::displaceable(const ByAge& oldest_first,
                                                     Clock::time_point now) const {
  for (const auto& [since, id] : oldest_first) {
    if (guests_.at(id)->connection.was_served() || now - since >= kFirstRequest) return id;
  }
  return std::nullopt;
}

bool Reception::displace(const ByAge& oldest_first, Clock::time_point now) {
  const std::optional<Id> id = displaceable(oldest_first, now);
  if (!id) return false;
  Guest& guest = *guests_.at(*id);
  ++shared_.counts.displaced;
  guest.connection.say_goodbye();
  // Not remove(), which gives turns itself.
  leave(*id, guest);
  end_turn(guest);
  guests_.erase(*id);
  return true;
}

void Reception::queue(Id id, Guest& guest) {
  move(id, guest, Where::kQueued, Clock::now() + std::chrono::milliseconds(limits_.queue_ms));
  const bool is_handshake = guest.connection.stage() == Connection::Stage::kHandshake;
  (guest.is_overloaded ? busy_answers_ : is_handshake ? handshakes_ : requests_).push_back(id);
  if (free_workers_ == 0) add_worker();
  changed_.notify_one();
}

// It has waited too long, for its turn or for a thread: it is told so, by threads of their own.
void Reception::begin(Id id, Guest& guest, Clock::time_point now) {
  if (guest.is_overloaded || overloaded_ >= kMostBusyAnswers) {
    const Clock::time_point since = guest.since;
    move(id, guest, guest.where, now + kAskAgain);
    guest.since = since;
    return;
  }
  if (guest.where == Where::kWaiting) {
    std::erase(addresses_[guest.key].waiting, id);
    guest.connection.admit();
  } else {
    std::erase(requests_, id);
    std::erase(handshakes_, id);
  }
  guest.connection.extend(now - guest.since);
  guest.connection.set_overloaded();
  guest.is_overloaded = true;
  ++overloaded_;
  queue(id, guest);
}

void Reception::add_worker() {
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

std::deque<Reception::Id>* Reception::next_queue() {
  const bool has_thread = running_ < limits_.threads;
  if (has_thread && !requests_.empty()) return &requests_;
  if (!busy_answers_.empty()) return &busy_answers_;
  if (has_thread && !handshakes_.empty() && running_handshakes_ < most_handshakes_)
    return &handshakes_;
  return nullptr;
}

void Reception::work() {
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
    Guest& guest = *guests_.at(id);
    const bool is_handshake = from == &handshakes_;
    const bool is_counted = from != &busy_answers_;
    guest.connection.extend(Clock::now() - guest.since);
    move(id, guest, Where::kRunning, {});
    --free_workers_;
    running_ += is_counted ? 1 : 0;
    running_handshakes_ += is_handshake ? 1 : 0;
    if (free_workers_ == 0 && next_queue() != nullptr) add_worker();
    lock.unlock();

    Connection::Next next = Connection::Next::kEnd;
    try {
      next = guest.connection.work();
    } catch (const std::exception& failure) {
      shared_.log.error(shared_.options.name, "a connection failed", {{"cause", failure.what()}});
    }

    lock.lock();
    ++free_workers_;
    running_ -= is_counted ? 1 : 0;
    running_handshakes_ -= is_handshake ? 1 : 0;
    settle(id, guest, next);
    if (next_queue() != nullptr) changed_.notify_one();
  }
}

}  // namespace muster::server::http
