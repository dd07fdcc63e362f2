// SPDX-License-Identifier: Apache-2.0
#include "tests/load/population.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "common/crypto/request.h"
#include "common/support/digest.h"
#include "server/ca/agents.h"
#include "server/ca/authority.h"
#include "server/ca/join_tokens.h"
#include "server/facts/section_tables.h"
#include "server/ingest/ingest.h"
#include "server/installation/check_invariants.h"
#include "server/people/tokens.h"
#include "server/people/users.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"

namespace muster::load {
namespace {

constexpr std::size_t kWriters = 8;  // their writes share commits
constexpr std::size_t kMistakesTold = 20;

// Runs work(i) for all i < count on a few threads; the first exception is thrown on.
template <class Work>
void in_parallel(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kWriters; ++t) {
    threads.emplace_back([&] {
      try {
        for (std::size_t i = next++; i < count; i = next++)
          work(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        failure = std::current_exception();
        next = count;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  if (failure) std::rethrow_exception(failure);
}

void enrol(LoadAgent& agent, const server::ca::CertificateAuthority& authority,
           server::store::Store& store) {
  const Instant now = store.clock().now();
  agent.id = random_uuid();
  crypto::PrivateKey key = value_or_throw(crypto::PrivateKey::generate());
  const std::string request =
      crypto::to_base64_lines(value_or_throw(crypto::make_request(key, "muster-load")));
  server::ca::IssuedCertificate issued =
      value_or_throw(authority.issue_agent(request, agent.id, now));
  store.write([&](server::store::Transaction& transaction) {
    server::ca::add_enrolled_agent(transaction, now, {agent.id, "load", "127.0.0.1"});
    server::ca::add_certificate(transaction, now, agent.id, issued.certificate.fields());
  });
  agent.credential =
      std::make_unique<Credential>(Credential{std::move(key), std::move(issued.certificate)});
}

void make_tokens(server::store::Store& store, Population& out) {
  store.write([&](server::store::Transaction& transaction) {
    const Instant now = store.clock().now();
    const auto user = server::people::find_user_named(transaction, "load");
    if (!user) throw std::runtime_error("the server has no user load");
    out.api_token = server::people::create_token(transaction, now, {.name = "load"}, user->id,
                                                 "load", std::nullopt)
                        .secret;
    server::ca::NewJoinToken wanted;
    wanted.max_uses = server::ca::kMaxJoinTokenUses;
    out.join_token = server::ca::create_join_token(transaction, now, {.name = "load"}, wanted).text;
  });
}

class Mistakes {
 public:
  void add(const LoadAgent& agent, const std::string& what) {
    ++count_;
    if (list_.size() < kMistakesTold)
      list_.push_back("agent " + agent.id + " (machine " + std::to_string(agent.machine.number) +
                      "): " + what);
  }
  std::vector<std::string> take() {
    if (count_ > list_.size())
      list_.push_back("and " + std::to_string(count_ - list_.size()) + " more");
    return std::move(list_);
  }

 private:
  std::size_t count_ = 0;
  std::vector<std::string> list_;
};

struct Stored {
  std::int64_t sequence = 0;
  std::string root;
  std::map<std::string, std::string> hashes;  // section, bytes
};

// By agent id.
std::map<std::string, Stored> read_stored(server::store::Transaction& transaction) {
  std::map<std::int64_t, Stored*> by_source;
  std::map<std::string, Stored> out;
  transaction.query("SELECT agent_id, sequence, root, source_record FROM agent_state", {},
                    [&](const server::store::ResultRow& row) {
                      Stored& stored = out[std::string(row.text(0))];
                      stored.sequence = row.integer(1);
                      stored.root = row.text(2);
                      by_source[row.integer(3)] = &stored;
                    });
  transaction.query("SELECT source_record, section, hash FROM section_state", {},
                    [&](const server::store::ResultRow& row) {
                      const auto found = by_source.find(row.integer(0));
                      if (found != by_source.end())
                        found->second->hashes[std::string(row.text(1))] = row.text(2);
                    });
  return out;
}

void compare(const LoadAgent& agent, const Stored& stored,
             const std::set<std::pair<std::string, std::int64_t>>& revisions, Mistakes& mistakes) {
  const bool took_doubtful =
      agent.in_doubt && !agent.waiting.empty() && stored.sequence == agent.waiting.front().sequence;
  if (stored.sequence != agent.acknowledged && !took_doubtful) {
    mistakes.add(agent, "acknowledged up to " + std::to_string(agent.acknowledged) +
                            ", the store has " + std::to_string(stored.sequence));
    return;
  }
  for (const std::int64_t sequence : agent.changes_taken) {
    if (!revisions.contains({agent.id, sequence}))
      mistakes.add(agent, "the changes of report " + std::to_string(sequence) +
                              " were acknowledged and are not in the store");
  }
  if (!agent.waiting.empty()) return;  // it holds more than it could say
  if (stored.root != agent.machine.root) mistakes.add(agent, "another root in the store");
  for (const auto& [name, section] : agent.machine.sections) {
    const auto found = stored.hashes.find(std::string(name));
    if (found == stored.hashes.end() || found->second != section.hash.to_bytes())
      mistakes.add(agent, "another hash of " + std::string(name) + " in the store");
  }
}

}  // namespace

Population make_population(const Fleet& fleet, const PopulationOptions& options) {
  const SystemClock clock;
  const Log log(LogLevel::kWarning);
  server::store::Store store(
      server::store::open_sqlite((options.data / "muster.db").string(), false),
      server::facts::with_section_tables(), clock);
  const auto authority =
      value_or_throw(server::ca::CertificateAuthority::load(options.data / "ca"));
  server::ingest::Ingest ingest(store, log);
  Population out;
  make_tokens(store, out);
  out.agents.resize(static_cast<std::size_t>(options.machines));
  in_parallel(out.agents.size(), [&](std::size_t i) {
    LoadAgent& agent = out.agents[i];
    agent.machine = fleet.machine(options.first_number + static_cast<int>(i));
    if (!options.enrolled) return;
    enrol(agent, authority, store);
    if (!options.reported) return;
    const wire::Report report = fleet.first_report(agent.machine);
    const wire::Reply reply = ingest.report(agent.id, wire::to_json(report), "127.0.0.1");
    if (!reply.refused.empty() || !reply.send_full.empty() || reply.send_hashes)
      throw std::runtime_error("the server does not agree with a first report: " +
                               wire::to_json(reply));
    agent.acknowledged = reply.acknowledged;
    agent.changes_taken.push_back(reply.acknowledged);
  });
  return out;
}

std::vector<std::string> compare_with_store(const std::filesystem::path& database,
                                            const std::vector<LoadAgent>& agents) {
  const auto opened = server::store::open_sqlite(database.string(), false);
  const auto connection = opened->connect(true, 0);
  connection->begin(false);
  const std::map<std::string, Stored> stored = read_stored(*connection);
  std::set<std::pair<std::string, std::int64_t>> revisions;
  connection->query(
      "SELECT actor, report_sequence FROM revisions WHERE kind = 'report' AND report_sequence IS "
      "NOT NULL",
      {},
      [&](const server::store::ResultRow& row) { revisions.emplace(row.text(0), row.integer(1)); });
  connection->rollback();
  Mistakes mistakes;
  for (const LoadAgent& agent : agents) {
    const auto found = stored.find(agent.id);
    if (found != stored.end()) {
      compare(agent, found->second, revisions, mistakes);
    } else if (agent.acknowledged > 0) {
      mistakes.add(agent, "acknowledged reports, and the store has none");
    }
  }
  return mistakes.take();
}

std::vector<std::string> check_store(const std::filesystem::path& database) {
  const auto opened = server::store::open_sqlite(database.string(), false);
  const auto connection = opened->connect(true, 0);
  connection->begin(false);
  std::vector<std::string> out;
  for (const server::store::InvariantCheck& check :
       server::installation::check_invariants(*connection)) {
    if (!check.ok())
      out.push_back(check.what + ": " + std::to_string(check.violations) + ", first " +
                    check.first);
  }
  connection->rollback();
  return out;
}

void lose_something(const std::filesystem::path& database) {
  const auto opened = server::store::open_sqlite(database.string(), false);
  const auto connection = opened->connect(false, 0);
  connection->begin(true);
  connection->execute(
      "UPDATE agent_state SET sequence = sequence - 1 WHERE source_record = (SELECT "
      "MIN(source_record) FROM agent_state)");
  connection->execute(
      "UPDATE revisions SET report_sequence = NULL WHERE revision_id = (SELECT MAX(revision_id) "
      "FROM revisions WHERE kind = 'report')");
  connection->execute(
      "UPDATE section_state SET hash = ?1 WHERE section = 'os' AND source_record = (SELECT "
      "MAX(source_record) FROM agent_state)",
      {server::store::Blob{std::string(16, 'x')}});
  connection->commit();
}

}  // namespace muster::load
