// SPDX-License-Identifier: Apache-2.0
// ConnectionPool: accepts the connections of one listener and holds all of them while there is
// nothing to do: one thread and an epoll. Internal to server/http.
//
//   silent    accepted; costs a descriptor until the first TLS record (or byte) is whole
//   waiting   for a turn: each address has at most connections_per_address that are further, and
//             addresses take turns, so that one with thousands delays nobody but itself
//   parked    in a handshake or a head that waits for its peer, or idle between requests
//   queued    has something to do; requests go before handshakes, and no more handshakes run at
//             once than there are processors
//   running   on a worker
//   draining  answered; what the peer still sends is dropped
//
// Where there is no room for the next connection, the oldest silent or idle one goes, as in a SYN
// cache, once it has had time to say something; until then the kernel keeps the next. A client
// that has sent a request is never dropped: after queue_ms it is answered 503. Any thread; the
// lock is held for no more than system calls that do not wait.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/http/connection.h"

namespace muster::server::http {

class ConnectionPool {
 public:
  // `listening` is bound, listens and does not block; it is closed by stop_accepting().
  ConnectionPool(int listening, ConnectionShared& shared);
  ~ConnectionPool();  // cuts off, and waits for handlers that are still running
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  void stop_accepting();  // also ends what is silent, waiting or idle
  bool wait_until_empty(int within_ms);
  void cut_off();  // ends everything but the handlers that are running, which end their own

 private:
  using Id = std::uint64_t;
  using Clock = std::chrono::steady_clock;
  using ByAge = std::set<std::pair<Clock::time_point, Id>>;
  enum class Where { kSilent, kWaiting, kParked, kQueued, kRunning, kDraining };
  struct Pooled {
    Pooled(int fd, std::string address, ConnectionShared& shared)
        : connection(fd, std::move(address), shared) {}
    Connection connection;
    Where where = Where::kSilent;
    Clock::time_point since;     // in this place
    Clock::time_point deadline;  // of this place, in deadlines_
    std::string key;             // Connection::limit_key, once it has a turn
    bool has_turn = false;       // counted in its address
    bool is_overloaded = false;
  };
  struct Address {
    int turns = 0;
    std::deque<Id> waiting;
    ByAge idle;
    bool is_listed = false;  // in next_turns_
  };

  void run();
  int wait_ms() const;
  void accept_some();
  bool make_descriptor_room();
  bool can_make_room() const;
  void pause_accepting();
  void on_event(Id id, std::uint32_t events);
  void on_deadlines(Clock::time_point now);
  void on_deadline(Id id, Pooled& pooled, Clock::time_point now);

  void settle(Id id, Pooled& pooled, Connection::Next next);
  void move(Id id, Pooled& pooled, Where where, Clock::time_point deadline);
  void leave(Id id, Pooled& pooled);  // its place, in all indexes
  void listen_to(Id id, const Pooled& pooled, std::uint32_t events);
  void wait_for_turn(Id id, Pooled& pooled);
  void make_room_if_idle(const Pooled& pooled);
  void give_turns();
  bool give_turn(Address& address, Clock::time_point now);
  void end_turn(Pooled& pooled);
  void begin(Id id, Pooled& pooled, Clock::time_point now);
  void queue(Id id, Pooled& pooled);
  void remove(Id id);
  // The oldest that may go to make room for another.
  std::optional<Id> displaceable(const ByAge& oldest_first, Clock::time_point now) const;
  bool displace(const ByAge& oldest_first, Clock::time_point now);

  void add_worker();
  void work();
  std::deque<Id>* next_queue();

  ConnectionShared& shared_;
  const HttpLimits& limits_;
  const std::size_t most_open_;
  const int most_handshakes_;
  int listening_;
  const int epoll_;
  const WakeEvent wake_;

  std::mutex mutex_;
  std::condition_variable changed_;  // for workers and for those who wait until it is empty
  Id last_id_ = 0;
  std::unordered_map<Id, std::unique_ptr<Pooled>> pooled_;
  ByAge deadlines_;
  ByAge silent_;
  ByAge idle_;
  std::map<std::string, Address> addresses_;
  std::deque<std::string> next_turns_;  // addresses that may have somebody waiting
  int turns_ = 0;
  int overloaded_ = 0;

  std::deque<Id> requests_;
  std::deque<Id> handshakes_;
  std::deque<Id> busy_answers_;  // those that get 503
  int free_workers_ = 0;
  int running_ = 0;
  int running_handshakes_ = 0;
  bool aborting_ = false;
  bool ending_ = false;
  bool accepting_ = true;
  Clock::time_point accept_again_;
  std::vector<std::thread> workers_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace muster::server::http
