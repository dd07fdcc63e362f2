// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/two_server_rounds.h"

#include "server/fault_points.h"
#include "server/store/postgres.h"
#include "tests/faults/active_fault.h"
#include "tests/support/free_port.h"
#include "tests/support/postgres_server.h"

namespace muster::test {
namespace {

constexpr int kAgents = 4;
constexpr const char* kDatabase = "muster";
constexpr const char* kNames[TwoServerRounds::kTroubles] = {
    "server killed",      "fault point",           "server stood still", "PostgreSQL killed",
    "PostgreSQL stopped", "answer to COMMIT lost", "sessions ended",     "silence"};
constexpr int kLongStall_ms = 16'500;  // PostgreSQL ends an idle transaction after 15 s

PostgresServer::Options database_options(bool syncing) {
  PostgresServer::Options options;
  options.fsync = true;
  options.port = free_port();
  // What the negative control wants to lose stays in PostgreSQL's own memory.
  if (!syncing) options.settings = {"wal_writer_delay=10s", "wal_writer_flush_after=1GB"};
  return options;
}

void sleep_ms(int time) {
  std::this_thread::sleep_for(std::chrono::milliseconds(time));
}

}  // namespace

TwoServerRounds::TwoServerRounds(std::uint64_t seed, bool syncing)
    : random_(seed), syncing_(syncing), postgres_(database_options(syncing)) {
  for (int i = 0; i < kAgents; ++i)
    agents_.push_back(std::make_unique<SimulatedAgent>("loom-" + std::to_string(i)));
  for (const char* name : {"a", "b"}) {
    proxies_.push_back(std::make_unique<CuttingProxy>(postgres_.port()));
    const auto folder = folder_.path() / name;
    std::filesystem::create_directory(folder);
    servers_.push_back(std::make_unique<FaultServer>(
        folder, "host=127.0.0.1 port=" + std::to_string(proxies_.back()->port()) +
                    " user=muster dbname=" + kDatabase));
  }
}

TwoServerRounds::~TwoServerRounds() {
  end_load();
}

bool TwoServerRounds::wait_for_reports(int further, int limit_ms) {
  const int wanted = taken_ + further;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit_ms);
  while (taken_ < wanted) {
    if (std::chrono::steady_clock::now() > end) return false;
    sleep_ms(5);
  }
  return true;
}

std::string TwoServerRounds::settle() {
  std::string wrong = heal();
  if (wrong.empty()) wrong = examine(false);
  if (wrong.empty()) wrong = drain();
  if (wrong.empty()) wrong = examine(true);
  for (const auto& server : servers_) {
    if (!wrong.empty()) return wrong;
    const Ended doctor = server->doctor();
    if (doctor.code != 0) wrong = "doctor: " + doctor.out + doctor.error;
  }
  return wrong;
}

void TwoServerRounds::make() {
  postgres_.query(std::string("CREATE DATABASE ") + kDatabase + " TEMPLATE template0");
  const Ended made = servers_[0]->init();
  if (made.code != 0) throw std::runtime_error("init: " + made.error);
  const Ended joined = servers_[1]->join(*servers_[0]);
  if (joined.code != 0) throw std::runtime_error("init --join: " + joined.error);
  if (const std::string wrong = heal(); !wrong.empty()) throw std::runtime_error(wrong);
  const std::string code = servers_[0]->join_code();
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    FaultServer& at = *servers_[i % 2];
    if (!agents_[i]->enroll(at, code) || !agents_[i]->cycle(at))
      throw std::runtime_error("no agent: " + at.log());
  }
}

std::string TwoServerRounds::round() {
  return round_of(static_cast<Trouble>(rounds_ < kTroubles ? rounds_ : pick(kTroubles)));
}

std::string TwoServerRounds::round_of(Trouble trouble) {
  ++rounds_;
  plan_.clear();
  const auto kind = static_cast<std::size_t>(trouble);
  const auto number = static_cast<std::size_t>(pick(2));
  note(kNames[kind] + std::string(number == 0 ? " (a)" : " (b)"));
  ++counts_[kNames[kind]];
  FaultServer& victim = *servers_[number];
  const EnvironmentLines faults = plan_faults(trouble);
  if (!faults.empty()) {
    victim.stop();
    victim.start(faults);
    has_faults_[number] = true;
  }
  const bool goes_on = chance(50);
  const int before_ms = 20 + pick(180);
  begin_load();
  sleep_ms(before_ms);
  strike(trouble, number);
  if (!goes_on) end_load();
  if (chance(25)) second_crash(trouble, victim);
  std::string wrong = heal();
  if (goes_on) {
    note("load goes on");
    sleep_ms(100);
    end_load();
  }
  // Before the agents bring what is missing once more.
  if (wrong.empty()) wrong = examine(false);
  if (wrong.empty()) wrong = drain();
  if (wrong.empty()) wrong = examine(rounds_ % 20 == 0);
  if (!wrong.empty()) return wrong;
  const Ended doctor = servers_[number]->doctor();
  return doctor.code == 0 ? "" : "doctor: " + doctor.out + doctor.error;
}

std::string TwoServerRounds::control_round() {
  ++rounds_;
  begin_load();
  sleep_ms(300);
  postgres_.crash();
  end_load();
  if (std::string wrong = heal(); !wrong.empty()) return wrong;
  return examine(false);
}

EnvironmentLines TwoServerRounds::plan_faults(Trouble trouble) {
  std::string plan;
  const std::string pass = std::to_string(1 + pick(12));
  if (trouble == Trouble::kPoint) {
    // What the reports of known machines and a server's start come through.
    constexpr server::ServerFault kReached[] = {
        "store.begin",        "store.begun",       "store.worked",   "store.before_commit",
        "store.committed",    "store.acknowledge", "store.read",     "ingest.decoded",
        "ingest.agent_found", "section.planned",   "section.closed", "section.content",
        "section.opened",     "section.state",     "index.merged",   "revision.added",
        "ingest.sections",    "ingest.presence",   "ingest.state",   "ingest.applied",
        "ingest.answer"};
    const server::ServerFault point = kReached[pick(static_cast<int>(std::size(kReached)))];
    plan = std::string(point.name()) + ":crash@" + pass;
  } else if (trouble == Trouble::kStall && chance(60)) {
    constexpr const char* kHeld[] = {"store.begun", "ingest.sections", "ingest.applied",
                                     "store.before_commit", "store.committed"};
    plan = std::string(kHeld[pick(static_cast<int>(std::size(kHeld)))]) + ":stop@" + pass;
  }
  if (plan.empty()) return {};
  note(plan);
  return {"MUSTER_FAULT=" + plan};
}

void TwoServerRounds::strike(Trouble trouble, std::size_t number) {
  FaultServer& victim = *servers_[number];
  CuttingProxy& proxy = *proxies_[number];
  switch (trouble) {
    case Trouble::kKill:
      return victim.kill();
    case Trouble::kPoint:
      victim.wait_ms(1500);
      ++counts_[victim.ended_with() == kFaultCrash && !victim.is_running() ? "at a point"
                                                                           : "point not reached"];
      return victim.kill();
    case Trouble::kStall:
      return stall(number);
    case Trouble::kDatabaseCrash:
      return postgres_.crash();
    case Trouble::kDatabaseStop:
      return postgres_.stop_at_once();
    case Trouble::kLostCommit: {
      const int before = proxy.commits_lost();
      proxy.lose_commit(1 + pick(5));
      for (int i = 0; i < 100 && proxy.commits_lost() == before; ++i)
        sleep_ms(5);
      if (proxy.commits_lost() > before) ++counts_["COMMIT answers really lost"];
      return proxy.lose_commit(0);
    }
    case Trouble::kTerminate:
      postgres_.query(std::string("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity "
                                  "WHERE datname = '") +
                      kDatabase + "' AND pid <> pg_backend_pid()");
      return;
    case Trouble::kSilence:
      proxy.silence(true);
      sleep_ms(50 + pick(500));
      if (chance(50)) proxy.cut();
      return;
  }
}

void TwoServerRounds::stall(std::size_t number) {
  FaultServer& victim = *servers_[number];
  for (int i = 0; i < 60 && victim.is_running() && !victim.stands_still(); ++i)
    sleep_ms(5);
  if (victim.stands_still()) ++counts_["stood still inside a transaction"];
  victim.pause();
  const bool is_long = chance(15) && long_stalls_;
  if (is_long) {
    ++counts_["past the limit of its transaction"];
    note("long");
  }
  sleep_ms(is_long ? kLongStall_ms : 30 + pick(400));
  victim.resume();
}

void TwoServerRounds::second_crash(Trouble trouble, FaultServer& victim) {
  note("crash while recovering");
  ++counts_["crashed again while recovering"];
  if (trouble == Trouble::kDatabaseCrash || trouble == Trouble::kDatabaseStop) {
    postgres_.start_again(false);
    sleep_ms(pick(80));
    return postgres_.crash();
  }
  constexpr const char* kPoints[] = {"store.open",  "store.begin",         "store.begun",
                                     "store.read",  "store.before_commit", "store.committed",
                                     "file.rename", "side_log.open"};
  const std::string plan = std::string(kPoints[pick(static_cast<int>(std::size(kPoints)))]) +
                           ":crash@" + std::to_string(1 + pick(3));
  victim.kill();
  victim.start({"MUSTER_FAULT=" + plan});
  victim.kill();
}

void TwoServerRounds::begin_load() {
  is_loading_ = true;
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    load_.emplace_back([this, i] {
      SimulatedAgent& agent = *agents_[i];
      for (std::size_t at = i; is_loading_;) {
        FaultServer& server = *servers_[at % 2];
        if (!agent.has_waiting()) agent.change();
        if (agent.has_waiting() ? agent.send_waiting(server) : agent.cycle(server)) {
          ++taken_;
          continue;
        }
        ++at;  // whoever is there
        sleep_ms(5);
      }
    });
  }
}

void TwoServerRounds::end_load() {
  is_loading_ = false;
  for (std::thread& thread : load_)
    thread.join();
  load_.clear();
}

std::string TwoServerRounds::heal() {
  for (const auto& proxy : proxies_)
    proxy->silence(false);
  if (!postgres_.is_serving()) postgres_.start_again();
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    FaultServer& server = *servers_[i];
    server.resume();
    if (has_faults_[i]) server.kill();
    has_faults_[i] = false;
    EnvironmentLines environment;
    if (!syncing_) environment.emplace_back("MUSTER_POSTGRES=no_sync");
    // The first start may meet a PostgreSQL that is not yet itself, as systemd's first may.
    for (int attempt = 0; !server.is_running() && !server.start(environment); ++attempt) {
      if (attempt == 20) return "it does not start: " + server.log();
      sleep_ms(100);
    }
  }
  return {};
}

std::string TwoServerRounds::drain() {
  for (const auto& agent : agents_) {
    for (const auto& server : servers_) {
      if (!agent->cycle(*server) && !agent->cycle(*server)) {
        return "an agent is not taken in two cycles, last answer " +
               std::to_string(agent->last_status()) + ": " + server->log();
      }
    }
  }
  return {};
}

std::string TwoServerRounds::examine(bool all) {
  const auto database =
      server::store::open_postgres({.connection = postgres_.connection(kDatabase)});
  const auto connection = database->connect(true, 0);
  std::string wrong;
  for (const auto& agent : agents_)
    wrong += agent->missing_in(*connection, all);
  // No agent has skipped a number, so a gap is a report that was taken and is not there.
  const auto gaps = connection->find_integer("SELECT COUNT(*) FROM history_gaps");
  if (gaps.value_or(-1) != 0) wrong += "history has " + std::to_string(gaps.value_or(-1)) + " gaps";
  return wrong;
}

std::string TwoServerRounds::tally() const {
  std::int64_t reports = 0, stale = 0;
  for (const auto& agent : agents_) {
    reports += agent->acknowledged_reports();
    stale += agent->stale_answers();
  }
  std::string out = std::to_string(rounds_) + " rounds";
  for (const auto& [what, count] : counts_)
    out += ", " + what + " " + std::to_string(count);
  return out + "; " + std::to_string(reports) + " reports acknowledged (" + std::to_string(stale) +
         " numbers were stale)";
}

}  // namespace muster::test
