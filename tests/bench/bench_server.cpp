// SPDX-License-Identifier: Apache-2.0
// Reports into a real muster-server on SQLite over mutual TLS, a new connection each, as agents
// come: first reports of 1,000 packages, reports in which 1 % changed, unchanged ones. Server and
// clients share this machine's cores, so the server's CPU per report is the figure to compare.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "agent/sync/transport.h"
#include "common/crypto/pkcs7.h"
#include "common/crypto/request.h"
#include "common/support/text.h"
#include "common/wire/compress.h"
#include "server/ca/join_tokens.h"
#include "server/facts/section_tables.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"
#include "tests/bench/bench.h"

namespace muster::bench {
namespace {

constexpr int kAgents = 100;
constexpr int kPackages = 1000;
constexpr int kClients = 4;  // connections at a time

[[noreturn]] void give_up(const std::string& what) {
  throw std::runtime_error(what);
}

std::string program() {
  const char* bin = std::getenv("MUSTER_BIN");
  return std::string(bin == nullptr ? "." : bin) + "/muster-server";
}

// The server in a folder of its own, on free ports; stopped and removed at the end.
class ServerProcess {
 public:
  ServerProcess() {
    std::string name = (std::filesystem::temp_directory_path() / "muster-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) give_up("no temporary folder");
    folder_ = name;
    data_ = folder_ / "data";
    const std::string init = "printf 'a long enough passphrase' | " + program() + " --data " +
                             data_.string() +
                             " init --admin admin --password-stdin --public-name 127.0.0.1 > " +
                             (folder_ / "init.log").string() + " 2>&1";
    if (std::system(("/bin/sh -c \"" + init + "\"").c_str()) != 0)
      give_up("muster-server init failed: see " + folder_.string());
    make_token();
    start();
  }
  ~ServerProcess() {
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
    std::error_code ignored;  // a folder that stays behind does no harm
    std::filesystem::remove_all(folder_, ignored);
  }

  int process() const { return process_; }
  std::uint16_t agents_port() const { return port_; }
  const std::string& token() const { return token_; }
  std::vector<crypto::Certificate> authorities() const {
    std::ifstream file(data_ / "ca" / "ca.pem");
    const std::string pem((std::istreambuf_iterator<char>(file)), {});
    return crypto::certificates_from_pem(pem).value();
  }

 private:
  void make_token() {
    const SystemClock clock;
    server::store::Store store(server::store::open_sqlite((data_ / "muster.db").string(), false),
                               server::facts::with_section_tables(), clock);
    store.write([&](server::store::Transaction& transaction) {
      server::ca::NewJoinToken wanted;
      wanted.max_uses = kAgents;
      token_ =
          server::ca::create_join_token(transaction, clock.now(), {.name = "bench"}, wanted).text;
    });
  }
  void start() {
    const std::string ports = (folder_ / "ports").string();
    process_ = fork();
    if (process_ == 0) {
      if (std::freopen((folder_ / "serve.log").c_str(), "w", stderr) == nullptr) _exit(127);
      execl(program().c_str(), "muster-server", "--data", data_.c_str(), "serve", "--people-port",
            "0", "--agents-port", "0", "--ports-file", ports.c_str(), nullptr);
      _exit(127);
    }
    for (int i = 0; i < 200 && port_ == 0; ++i) {
      usleep(50'000);
      std::ifstream file(ports);
      std::string word;
      int number = 0;
      while (file >> word >> number) {
        if (word == "agents") port_ = static_cast<std::uint16_t>(number);
      }
    }
    if (port_ == 0) give_up("muster-server did not start: see " + (folder_ / "serve.log").string());
  }

  std::filesystem::path folder_, data_;
  std::string token_;
  pid_t process_ = 0;
  std::uint16_t port_ = 0;
};

struct BenchAgent {
  std::optional<agent::sync::Identity> identity;
  std::int64_t sequence = 0;
};

agent::sync::TransportOptions options_for(const ServerProcess& server,
                                          const std::vector<crypto::Certificate>& authorities) {
  agent::sync::TransportOptions options;
  options.server = {"127.0.0.1", server.agents_port()};
  options.authorities = authorities;
  return options;
}

agent::sync::HttpReply exchange(agent::sync::TransportOptions options,
                                const agent::sync::HttpRequest& request) {
  const SystemClock clock;
  const auto transport = agent::sync::make_transport(std::move(options), clock);
  for (int attempt = 0; attempt < 50; ++attempt) {
    auto reply = transport->exchange(request);
    if (!reply) give_up(reply.failure().message);
    if (reply->status != 503) return std::move(*reply);
    transport->close();
    usleep(100'000);  // back-pressure
  }
  give_up("the server stayed busy");
}

BenchAgent enrol(const ServerProcess& server, const std::vector<crypto::Certificate>& authorities) {
  const crypto::PrivateKey key = crypto::PrivateKey::generate().value();
  const std::string request = crypto::to_base64_lines(crypto::make_request(key, "bench").value());
  const auto reply =
      exchange(options_for(server, authorities),
               {.path = "/.well-known/est/simpleenroll",
                .headers = {{"Content-Type", "application/pkcs10"},
                            {"Authorization", "Basic " + to_base64("join:" + server.token())}},
                .body = request});
  if (reply.status != 200)
    give_up("enrolment answered " + std::to_string(reply.status) + ": " + reply.body);
  return {agent::sync::Identity{key, crypto::from_pkcs7(reply.body).value().front()}, 0};
}

void send(const ServerProcess& server, const std::vector<crypto::Certificate>& authorities,
          const BenchAgent& agent, const std::string& body) {
  auto options = options_for(server, authorities);
  options.identity = agent.identity;
  const auto reply =
      exchange(std::move(options),
               {.path = wire::kReportPath,
                .headers = {{"Content-Type", "application/json"}, {"Content-Encoding", "zstd"}},
                .body = body});
  if (reply.status != 200)
    give_up("a report was answered " + std::to_string(reply.status) + ": " + reply.body);
}

// Sends bodies[i] as agents[i], kClients at a time, and prints what it cost.
void send_all(const char* what, const ServerProcess& server,
              const std::vector<crypto::Certificate>& authorities,
              const std::vector<BenchAgent>& agents, const std::vector<std::string>& bodies,
              int rounds = 1) {
  std::size_t bytes = 0;
  for (const std::string& body : bodies)
    bytes += body.size();
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::string failure;
  std::vector<double> samples;
  const double cpu_before = cpu_seconds_of(server.process());
  const auto start = Clock::now();
  std::vector<std::thread> clients;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&] {
      try {
        for (;;) {
          const std::size_t i = next++;
          if (i >= bodies.size() * static_cast<std::size_t>(rounds)) return;
          const auto began = Clock::now();
          send(server, authorities, agents[i % bodies.size()], bodies[i % bodies.size()]);
          const std::lock_guard lock(mutex);
          samples.push_back(seconds_since(began) * 1000);
        }
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex);
        failure = error.what();
      }
    });
  }
  for (std::thread& client : clients)
    client.join();
  if (!failure.empty()) give_up(failure);
  const double wall = seconds_since(start);
  const double cpu = cpu_seconds_of(server.process()) - cpu_before;
  const auto count = static_cast<double>(samples.size());
  std::printf(
      "%-34s %8.0f /s  %7.2f ms server cpu each  %6.1f ms p50 %7.1f ms p95  %7.0f bytes body  "
      "%6.0f MiB resident\n",
      what, count / wall, cpu * 1000 / count, percentile(samples, 50), percentile(samples, 95),
      static_cast<double>(bytes) / static_cast<double>(bodies.size()),
      resident_mib_of(server.process()));
}

}  // namespace

void bench_server() {
  std::printf(
      "== reports into muster-server on SQLite (%d agents of %d packages, %d at a time, a TLS "
      "connection each)\n",
      kAgents, kPackages, kClients);
  const ServerProcess server;
  const auto authorities = server.authorities();
  std::vector<BenchAgent> agents;
  const auto start = Clock::now();
  for (int i = 0; i < kAgents; ++i)
    agents.push_back(enrol(server, authorities));
  std::printf("%-34s %8.0f /s\n", "enrolments, one at a time", kAgents / seconds_since(start));

  std::vector<inventory::Snapshot> first, second;
  std::vector<std::string> bodies;
  for (int i = 0; i < kAgents; ++i) {
    first.push_back(machine_snapshot(i, kPackages, 0, 0));
    bodies.push_back(wire::compress(wire::to_json(report_of(nullptr, first.back(), 1))));
  }
  send_all("first reports", server, authorities, agents, bodies);
  bodies.clear();
  for (int i = 0; i < kAgents; ++i) {
    second.push_back(machine_snapshot(i, kPackages, 1, kPackages / 100));
    bodies.push_back(wire::compress(
        wire::to_json(report_of(&first[static_cast<std::size_t>(i)], second.back(), 2))));
  }
  send_all("1 % of the packages changed", server, authorities, agents, bodies);
  bodies.clear();
  for (int i = 0; i < kAgents; ++i) {
    const auto& now = second[static_cast<std::size_t>(i)];
    bodies.push_back(wire::compress(wire::to_json(report_of(&now, now, 3))));
  }
  send_all("unchanged", server, authorities, agents, bodies);
  send_all("the same report sent again", server, authorities, agents, bodies, 10);
}

}  // namespace muster::bench
