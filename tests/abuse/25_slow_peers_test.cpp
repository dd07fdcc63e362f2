// SPDX-License-Identifier: Apache-2.0
// Case 25: peers that are slow on purpose: in the TLS hello, the head, the body, reading the
// answer; 2,000 sockets that say nothing; a flood of invalid bearer tokens; no descriptors left.
// Expected: each is ended by a deadline of its own; somebody else's probe is answered all the
// while, from the same address too (printed: p50 and p99 beside those at rest); no descriptor, no
// thread and no memory stays; the server recovers by itself. Not covered: slowhttptest itself,
// whose three attacks are these.
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>

#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

namespace {

// Asks for /healthz over a new connection each time, as a balancer would.
class Probe {
 public:
  explicit Probe(std::uint16_t port) : port_(port) {}
  void run(int times) {
    for (int i = 0; i < times; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      int status = 0;
      try {
        status = exchange(port_, {.path = "/healthz"}).status;
      } catch (const std::runtime_error&) {
        status = 0;
      }
      (status == 200 ? ok_ms_.emplace_back(ms_since(begin)), 0 : ++failures_);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  int failures() const { return failures_; }
  std::string told() const {
    char text[100];
    std::snprintf(text, sizeof text, "p50 %.1f ms, p99 %.1f ms of %zu, failures %d",
                  quantile(ok_ms_, 0.5), quantile(ok_ms_, 0.99), ok_ms_.size(), failures_);
    return text;
  }

 private:
  std::uint16_t port_;
  std::vector<double> ok_ms_;
  int failures_ = 0;
};

void raise_own_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 8192);
  setrlimit(RLIMIT_NOFILE, &limit);
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return fd;
  ::close(fd);
  return -1;
}

class Sockets {
 public:
  ~Sockets() { close_all(); }
  void open(std::uint16_t port, int count, std::string_view first_bytes = {}) {
    for (int i = 0; i < count; ++i) {
      const int fd = connect_to(port);
      if (fd < 0) continue;
      if (!first_bytes.empty())
        (void)::send(fd, first_bytes.data(), first_bytes.size(), MSG_NOSIGNAL);
      fds_.push_back(fd);
    }
  }
  std::size_t size() const { return fds_.size(); }
  void close_all() {
    for (const int fd : fds_)
      ::close(fd);
    fds_.clear();
  }

 private:
  std::vector<int> fds_;
};

int threads_of(pid_t process) {
  return static_cast<int>(status_kb(process, "Threads"));
}

}  // namespace

TEST_CASE("25 two thousand idle or half-begun connections cost nobody else anything",
          "[abuse][sqlite]") {
  raise_own_descriptors();
  Attacked here;
  const int probes = whole_loops() ? 1000 : 100;
  for (const std::uint16_t port : {here.server.people_port(), here.server.agents_port()}) {
    const bool is_people = port == here.server.people_port();
    const char* name = is_people ? "people" : "agents";
    const auto probe_all = [&](const std::string& what) {
      // The agents' listener has no probe of its own: its handshake and a 404 are as much work.
      int failures = 0;
      std::vector<double> ms;
      for (int i = 0; i < probes; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        int status = 0;
        try {
          status = exchange(port, {.path = "/healthz"}).status;
        } catch (const std::runtime_error&) {
          status = 0;
        }
        if (status != (is_people ? 200 : 404)) ++failures;
        ms.push_back(ms_since(begin));
      }
      std::printf("case 25: %s, %s: probe p50 %.1f ms, p99 %.1f ms, failures %d of %d\n", name,
                  what.c_str(), quantile(ms, 0.5), quantile(ms, 0.99), failures, probes);
      CHECK(failures == 0);
    };
    probe_all("at rest");
    const std::int64_t before_kb = status_kb(here.server.id(), "VmRSS");
    Sockets idle;
    idle.open(port, 2000);
    REQUIRE(idle.size() == 2000);
    probe_all("2000 idle sockets");
    const std::int64_t grown_mb = (status_kb(here.server.id(), "VmRSS") - before_kb) / 1024;
    std::printf("case 25: %s: 2000 idle sockets cost %lld MiB, %d threads\n", name,
                static_cast<long long>(grown_mb), threads_of(here.server.id()));
    if (!kSanitized) CHECK(grown_mb < 32);
    CHECK(threads_of(here.server.id()) < 80);
    idle.close_all();
    Sockets half;
    half.open(port, 2000, std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9));
    probe_all("2000 half hellos");
    half.close_all();
  }
  here.check_unharmed();
}

TEST_CASE("25 slow heads, bodies and readers end by their deadline and block nobody",
          "[abuse][sqlite][long]") {
  Attacked here;
  const SomePerson tone = here.person("tone", "technician");
  Probe rest(here.server.people_port());
  rest.run(50);
  std::vector<std::unique_ptr<RawClient>> slow;
  const auto add = [&](const std::string& bytes) {
    auto client = std::make_unique<RawClient>(here.server.people_port());
    if (client->start_tls() && client->send(bytes)) slow.push_back(std::move(client));
  };
  // As many of each as an address may have turns: more would wait.
  for (int i = 0; i < 20; ++i) {
    add("GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: b\r\n");
    add("POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 1000\r\n\r\n{");
    add("GET /api/v1/openapi.yaml HTTP/1.1\r\nHost: x\r\n\r\n");  // and never reads
  }
  CHECK(slow.size() == 60);
  Probe busy(here.server.people_port());
  busy.run(100);
  std::printf("case 25: slow heads, bodies and readers: probe %s (at rest %s)\n",
              busy.told().c_str(), rest.told().c_str());
  CHECK(busy.failures() == 0);
  // Ten seconds from its first byte, a head that is not whole is answered 408 and closed.
  const HttpAnswer answer = read_answer(*slow.front());
  CHECK(answer.status == 408);
  slow.clear();
  here.check_unharmed();
}

TEST_CASE("25 an address that fills its turns with stalled handshakes waits behind itself only",
          "[abuse][sqlite][long]") {
  Attacked here;
  // A true hello, and nothing after it: TLS state is made for these.
  std::vector<std::unique_ptr<RawClient>> stalled;
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                             SSL_CTX_free);
  const std::unique_ptr<SSL, void (*)(SSL*)> tls(SSL_new(context.get()), SSL_free);
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(tls.get(), BIO_new(BIO_s_mem()), out);
  SSL_connect(tls.get());
  char* hello = nullptr;
  const long length = BIO_get_mem_data(out, &hello);
  REQUIRE(length > 100);
  for (int i = 0; i < 200; ++i) {
    stalled.push_back(std::make_unique<RawClient>(here.server.agents_port()));
    stalled.back()->send(std::string_view(hello, static_cast<std::size_t>(length)));
  }
  // The other listener does not notice; this one answers when the stalled ones' ten seconds are
  // over.
  Probe people(here.server.people_port());
  people.run(20);
  CHECK(people.failures() == 0);
  const auto begin = std::chrono::steady_clock::now();
  const HttpAnswer answer = here.ask_agents({.path = "/.well-known/est/cacerts"});
  std::printf(
      "case 25: behind 200 stalled handshakes of its own address an agent was answered %d after "
      "%.1f s\n",
      answer.status, ms_since(begin) / 1000);
  CHECK((answer.status == 200 || answer.status == 503 || answer.status == 0));
  if (answer.status == 503) CHECK_FALSE(answer.header("Retry-After").empty());
  stalled.clear();
  CHECK(here.ask_agents({.path = "/.well-known/est/cacerts"}).status == 200);
  here.check_unharmed();
}

TEST_CASE("25 a flood of invalid tokens starves nobody", "[abuse]") {
  Attacked here;
  const SomePerson tone = here.person("tone", "technician");
  const auto page = [&] {
    std::vector<double> ms;
    for (int i = 0; i < 60; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      CHECK(here.ask_with_token(tone.token, {.path = "/api/v1/items"}).status == 200);
      ms.push_back(ms_since(begin));
    }
    return ms;
  };
  const std::vector<double> calm = page();
  std::atomic<bool> stop{false};
  std::atomic<int> refused{0};
  std::atomic<int> others{0};
  std::vector<std::thread> flood;
  for (int i = 0; i < 4; ++i) {
    flood.emplace_back([&] {
      while (!stop) {
        RawClient client(here.server.people_port());
        if (!client.start_tls()) continue;
        for (int n = 0; n < 50 && !stop; ++n) {
          const std::string token = "mst_" + to_base32(random_bytes(32));
          if (!client.send("GET /api/v1/items HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                           token + "\r\n\r\n"))
            break;
          const int status = read_answer(client).status;
          ++(status == 401 ? refused : others);
          if (status == 0) break;
        }
      }
    });
  }
  const std::vector<double> flooded = page();
  stop = true;
  for (std::thread& thread : flood)
    thread.join();
  std::printf(
      "case 25: a page takes %.1f ms (p99 %.1f) at rest, %.1f ms (p99 %.1f) beside %d invalid "
      "tokens\n",
      quantile(calm, 0.5), quantile(calm, 0.99), quantile(flooded, 0.5), quantile(flooded, 0.99),
      refused.load());
  CHECK(refused > 0);
  CHECK(here.server.ask_as_admin({.path = "/api/v1/audit"}).status == 200);
  here.check_unharmed();
}

TEST_CASE("25 without descriptors the server waits, and is itself again afterwards", "[abuse]") {
  raise_own_descriptors();
  Attacked here;
  const rlimit few{400, 400};
  REQUIRE(::prlimit(here.server.id(), RLIMIT_NOFILE, &few, nullptr) == 0);
  Sockets many;
  many.open(here.server.people_port(), 900);
  REQUIRE(many.size() == 900);
  // The oldest silent ones make room, so whoever speaks is answered.
  Probe during(here.server.people_port());
  during.run(20);
  std::printf("case 25: 900 sockets on 400 descriptors: probe %s\n", during.told().c_str());
  CHECK(during.failures() == 0);
  CHECK(here.server.is_running());
  many.close_all();
  Probe after(here.server.people_port());
  after.run(20);
  CHECK(after.failures() == 0);
  CHECK(here.ask_agents({.path = "/.well-known/est/cacerts"}).status == 200);
  here.check_unharmed();
}

TEST_CASE("25 one agent's flood of reports ends in 429, and others go on", "[abuse]") {
  const Setting few("MUSTER_SERVER_AGENT_REPORTS_PER_MINUTE", "2");
  Attacked here;
  const WireAgent flooder = here.enrolled("flooder");
  const WireAgent honest = here.enrolled("honest");
  std::map<int, int> statuses;
  for (int i = 1; i <= 40; ++i) {
    const HttpAnswer answer = flooder.send(flooder.report_json(i));
    ++statuses[answer.status];
    if (answer.status == 429) {
      CHECK(answer.text("code") == "too_many_reports");
      CHECK(std::atoi(answer.header("Retry-After").c_str()) >= 60);
    }
  }
  CHECK(statuses[200] >= 20);
  CHECK(statuses[200] <= 22);
  CHECK(statuses[200] + statuses[429] == 40);
  CHECK(honest.send(honest.report_json(1)).status == 200);
  here.check_unharmed();
}
