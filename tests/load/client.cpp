// SPDX-License-Identifier: Apache-2.0
#include "tests/load/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <list>
#include <memory>
#include <mutex>
#include <queue>
#include <stdexcept>
#include <thread>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

namespace muster::load {
namespace {

constexpr int kEvents = 512;
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr auto kLookAtTimeouts = std::chrono::milliseconds(500);

struct FreeSsl {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* connection) const { SSL_free(connection); }
};

std::unique_ptr<SSL_CTX, FreeSsl> make_context(
    const std::vector<crypto::Certificate>& authorities) {
  std::unique_ptr<SSL_CTX, FreeSsl> context(SSL_CTX_new(TLS_client_method()));
  if (!context) throw std::runtime_error("no TLS context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  for (const crypto::Certificate& authority : authorities)
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.handle());
  X509_VERIFY_PARAM_set1_ip_asc(SSL_CTX_get0_param(context.get()), "127.0.0.1");
  return context;
}

sockaddr_in loopback(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(host);
  return address;
}

// 127.16.0.1 and up: one address an agent, a million for each crowd.
std::uint32_t address_of(std::size_t agent, unsigned salt) {
  const auto number = static_cast<std::uint32_t>(agent % 1'000'000);
  return 0x7F100000U + (salt % 8) * 0x00100000U + number / 250 * 256 + number % 250 + 1;
}

enum class Step { kConnecting, kHandshake, kWriting, kReading };

struct Connection {
  std::size_t agent = 0;
  int fd = -1;
  Step step = Step::kConnecting;
  std::unique_ptr<SSL, FreeSsl> ssl;
  std::string request;
  std::size_t written = 0;
  agent::sync::HttpReplyParser parser;
  Clock::time_point began, deadline;
  std::list<std::unique_ptr<Connection>>::iterator self;
};

// One thread's agents.
class Loop {
 public:
  Loop(const ClientOptions& options, Exchanges& exchanges, std::size_t open)
      : options_(options),
        exchanges_(exchanges),
        open_(open),
        context_(make_context(options.authorities)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::runtime_error("no epoll");
  }
  ~Loop() {
    connections_.clear();
    close(epoll_);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void add(const Arrival& arrival) { due_.push(arrival); }
  Tally take() { return std::move(tally_); }

  void run() {
    std::vector<epoll_event> events(kEvents);
    Clock::time_point next_look = Clock::now() + kLookAtTimeouts;
    for (;;) {
      const Clock::time_point now = Clock::now();
      const bool over = options_.until && now >= *options_.until;
      if (!over) begin_what_is_due(now);
      if (connections_.empty() && (over || due_.empty())) return;
      const int count =
          epoll_wait(epoll_, events.data(), kEvents, static_cast<int>(wait_ms(now, over)));
      for (int i = 0; i < count; ++i)
        advance(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
      if (Clock::now() >= next_look) {
        end_late_ones();
        next_look = Clock::now() + kLookAtTimeouts;
      }
    }
  }

 private:
  struct Later {
    bool operator()(const Arrival& a, const Arrival& b) const { return a.due > b.due; }
  };

  std::int64_t wait_ms(Clock::time_point now, bool over) const {
    const bool full = open_ > 0 && connections_.size() >= open_;
    if (over || full || due_.empty()) return 200;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_.top().due - now).count();
    return std::clamp<std::int64_t>(left, 0, 200);
  }

  // At most a batch, so that open connections are served in between.
  void begin_what_is_due(Clock::time_point now) {
    for (int i = 0; i < 64 && !due_.empty() && due_.top().due <= now; ++i) {
      if (open_ > 0 && connections_.size() >= open_) return;
      const Arrival arrival = due_.top();
      due_.pop();
      begin(arrival);
    }
  }

  void begin(const Arrival& arrival) {
    connections_.push_front(std::make_unique<Connection>());
    Connection& connection = *connections_.front();
    connection.self = connections_.begin();
    connection.agent = arrival.agent;
    connection.began = options_.open == 0 ? arrival.due : Clock::now();
    connection.deadline = Clock::now() + std::chrono::milliseconds(options_.timeout_ms);
    connection.request = exchanges_.request(arrival.agent);
    tally_.most_open = std::max(tally_.most_open, connections_.size());
    if (!connect(connection)) finish(connection, Ending::kNoConnection);
  }

  bool connect(Connection& connection) {
    const int on = 1;
    connection.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection.fd < 0) return false;
    setsockopt(connection.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const sockaddr_in from = loopback(address_of(connection.agent, options_.address_salt), 0);
    const sockaddr_in to = loopback(INADDR_LOOPBACK, options_.port);
    if (bind(connection.fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0)
      return false;
    if (::connect(connection.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
        errno != EINPROGRESS)
      return false;
    connection.ssl.reset(SSL_new(context_.get()));
    SSL_set_fd(connection.ssl.get(), connection.fd);
    SSL_set_connect_state(connection.ssl.get());
    if (const Credential* credential = exchanges_.credential(connection.agent)) {
      SSL_use_certificate(connection.ssl.get(), credential->certificate.handle());
      SSL_use_PrivateKey(connection.ssl.get(), credential->key.handle());
    }
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &connection;
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event) == 0;
  }

  // Goes on until the socket would block or the exchange is over (and `connection` gone).
  void advance(Connection& connection) {
    if (connection.step == Step::kConnecting) {
      int error = 0;
      socklen_t length = sizeof error;
      getsockopt(connection.fd, SOL_SOCKET, SO_ERROR, &error, &length);
      if (error != 0) return finish(connection, Ending::kNoConnection);
      connection.step = Step::kHandshake;
    }
    ERR_clear_error();
    if (connection.step == Step::kHandshake) {
      const int code = SSL_do_handshake(connection.ssl.get());
      if (code != 1) {
        if (!would_block(connection, code)) finish(connection, Ending::kNoHandshake);
        return;
      }
      connection.step = Step::kWriting;
    }
    if (connection.step == Step::kWriting && !write(connection)) return;
    read(connection);
  }

  bool would_block(const Connection& connection, int code) const {
    const int error = SSL_get_error(connection.ssl.get(), code);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  }

  // True: all is written, or the server does not take more and may have said why.
  bool write(Connection& connection) {
    while (connection.written < connection.request.size()) {
      std::size_t count = 0;
      ERR_clear_error();
      const int code =
          SSL_write_ex(connection.ssl.get(), connection.request.data() + connection.written,
                       connection.request.size() - connection.written, &count);
      if (code == 1) {
        connection.written += count;
      } else if (would_block(connection, code)) {
        return false;
      } else {
        break;
      }
    }
    connection.step = Step::kReading;
    return true;
  }

  void read(Connection& connection) {
    char buffer[kReadBytes];
    for (;;) {
      std::size_t count = 0;
      ERR_clear_error();
      const int code = SSL_read_ex(connection.ssl.get(), buffer, sizeof buffer, &count);
      Result<bool> complete = false;
      if (code == 1) {
        complete = connection.parser.feed(std::string_view(buffer, count));
      } else if (SSL_get_error(connection.ssl.get(), code) == SSL_ERROR_ZERO_RETURN) {
        complete = connection.parser.end();
      } else if (would_block(connection, code)) {
        return;
      } else {
        return finish(connection, Ending::kReset);
      }
      if (!complete) {
        const bool cut = complete.failure().kind == FailureKind::kUnreachable;
        return finish(connection, cut ? Ending::kReset : Ending::kBadAnswer);
      }
      if (*complete) return finish(connection, Ending::kAnswered);
    }
  }

  void end_late_ones() {
    const Clock::time_point now = Clock::now();
    for (auto at = connections_.begin(); at != connections_.end();) {
      Connection& connection = **at++;
      if (connection.deadline < now) finish(connection, Ending::kTimeout);
    }
  }

  void finish(Connection& connection, Ending ending) {
    Answer answer{.ending = ending, .reply = {}};
    if (connection.ssl) {
      tally_.bytes_sent += BIO_number_written(SSL_get_wbio(connection.ssl.get()));
      tally_.bytes_received += BIO_number_read(SSL_get_rbio(connection.ssl.get()));
      if (ending == Ending::kAnswered) SSL_shutdown(connection.ssl.get());
      ERR_clear_error();
    }
    if (connection.fd >= 0) close(connection.fd);
    ++tally_.endings[ending];
    if (ending == Ending::kAnswered) {
      answer.reply = connection.parser.take();
      ++tally_.statuses[answer.reply.status];
      if ((answer.reply.status == 503 || answer.reply.status == 429) && !answer.reply.retry_after_s)
        ++tally_.without_retry_after;
      tally_.latencies_ms.push_back(static_cast<float>(seconds_since(connection.began) * 1000));
    }
    const std::size_t agent = connection.agent;
    connections_.erase(connection.self);
    if (const auto again = exchanges_.answered(agent, answer)) due_.push({agent, *again});
  }

  const ClientOptions& options_;
  Exchanges& exchanges_;
  const std::size_t open_;
  std::unique_ptr<SSL_CTX, FreeSsl> context_;
  int epoll_;
  std::priority_queue<Arrival, std::vector<Arrival>, Later> due_;
  std::list<std::unique_ptr<Connection>> connections_;
  Tally tally_;
};

}  // namespace

std::uint64_t Tally::count(int status) const {
  const auto found = statuses.find(status);
  return found == statuses.end() ? 0 : found->second;
}

std::uint64_t Tally::faults() const {
  std::uint64_t sum = 0;
  for (const auto& [ending, number] : endings)
    sum += ending == Ending::kAnswered ? 0 : number;
  return sum;
}

void Tally::add(const Tally& other) {
  for (const auto& [status, number] : other.statuses)
    statuses[status] += number;
  for (const auto& [ending, number] : other.endings)
    endings[ending] += number;
  without_retry_after += other.without_retry_after;
  bytes_sent += other.bytes_sent;
  bytes_received += other.bytes_received;
  latencies_ms.insert(latencies_ms.end(), other.latencies_ms.begin(), other.latencies_ms.end());
  wall_s += other.wall_s;
  most_open = std::max(most_open, other.most_open);
}

Tally run_exchanges(const ClientOptions& options, Exchanges& exchanges,
                    std::vector<Arrival> arrivals) {
  signal(SIGPIPE, SIG_IGN);  // a server that hangs up is an answer
  const auto threads = static_cast<std::size_t>(std::max(1, options.threads));
  const std::size_t share = options.open == 0 ? 0 : (options.open + threads - 1) / threads;
  std::vector<std::unique_ptr<Loop>> loops;
  for (std::size_t i = 0; i < threads; ++i)
    loops.push_back(std::make_unique<Loop>(options, exchanges, share));
  for (const Arrival& arrival : arrivals)
    loops[arrival.agent % threads]->add(arrival);
  const Clock::time_point start = Clock::now();
  std::vector<std::thread> running;
  std::mutex mutex;
  std::exception_ptr failure;
  for (const auto& loop : loops) {
    running.emplace_back([&] {
      try {
        loop->run();
      } catch (...) {
        const std::lock_guard lock(mutex);
        failure = std::current_exception();
      }
    });
  }
  for (std::thread& thread : running)
    thread.join();
  if (failure) std::rethrow_exception(failure);
  Tally sum;
  for (const auto& loop : loops) {
    const std::size_t before = sum.most_open;
    const Tally part = loop->take();
    sum.add(part);
    sum.most_open = before + part.most_open;
  }
  sum.wall_s = seconds_since(start);
  return sum;
}

double percentile(std::vector<float> samples, double p) {
  if (samples.empty()) return 0;
  const auto count = static_cast<double>(samples.size());
  const auto at = static_cast<std::size_t>(std::max(1.0, std::ceil(p / 100 * count))) - 1;
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(at),
                   samples.end());
  return static_cast<double>(samples[at]);
}

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace muster::load
