// SPDX-License-Identifier: Apache-2.0
// A TCP proxy on loopback between a server and its PostgreSQL, which goes wrong when it is told to:
// it falls silent while its connections stay, cuts them, or keeps the answer to a COMMIT of a
// writing session, which PostgreSQL has given, and cuts that connection. It reads what libpq sends
// in the clear (PostgreSQL manual, 55.7), so without TLS. Its own kernel acknowledges every byte:
// what a peer's keepalives would notice on a real network it does not show. Any thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <list>
#include <string>
#include <thread>

namespace muster::test {

class CuttingProxy {
 public:
  explicit CuttingProxy(int to_port);
  ~CuttingProxy();
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

  int listen_somewhere();

  void accept_one();

  // What goes to PostgreSQL is looked at for what a writing session says.
  void look_there(Link& link, const std::string& bytes);

  void move(Link& link, Way& way, short events);

  void run();

  void drop_ended();

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
