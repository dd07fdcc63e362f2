// SPDX-License-Identifier: Apache-2.0
// enrol: a roll-out. All machines come within a few seconds with the same join token: each fetches
// the authorities (cacerts), makes its key, asks for a certificate (simpleenroll) and sends its
// first report, over a connection of its own for each, as muster-agent does it.
#include <memory>

#include "agent/sync/back_off.h"
#include "common/crypto/pkcs7.h"
#include "common/crypto/request.h"
#include "common/support/text.h"
#include "server/store/sqlite.h"
#include "tests/load/site.h"

namespace muster::load {
namespace {

constexpr int kStormSeconds = 5;

std::string http(const std::string& first_line, const std::string& fields,
                 const std::string& body) {
  std::string out = first_line + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields;
  if (first_line.starts_with("POST"))
    out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return out + "\r\n" + body;
}

class Enrolling final : public Exchanges {
 public:
  Enrolling(Site& site, Reporting& reporting)
      : site_(site), reporting_(reporting), steps_(site.agents().size()) {}

  std::string request(std::size_t agent) override {
    Step& step = steps_[agent];
    if (step.stage == Stage::kAuthorities) return http("GET /.well-known/est/cacerts", "", "");
    if (step.stage == Stage::kReport) return reporting_.request(agent);
    if (!step.key) {
      step.key.emplace(crypto::PrivateKey::generate().value());
      step.body = crypto::to_base64_lines(crypto::make_request(*step.key, "muster-load").value());
    }
    return http("POST /.well-known/est/simpleenroll",
                "Content-Type: application/pkcs10\r\nAuthorization: Basic " +
                    to_base64("join:" + site_.population.join_token) + "\r\n",
                step.body);
  }

  const Credential* credential(std::size_t agent) override {
    return site_.agents()[agent].credential.get();
  }

  std::optional<Clock::time_point> answered(std::size_t agent, const Answer& answer) override {
    Step& step = steps_[agent];
    if (step.stage == Stage::kReport) return reporting_.answered(agent, answer);
    const agent::sync::HttpReply& reply = answer.reply;
    const bool is_answer = answer.ending == Ending::kAnswered;
    if (!is_answer || reply.status == 503 || reply.status == 429) {
      const auto chance = [this, agent] {
        return static_cast<double>(mix(agent, ++chances_) % 1000) / 1000;
      };
      return Clock::now() +
             std::chrono::milliseconds(agent::sync::retry_delay_ms(
                 ++step.failures, is_answer ? reply.retry_after_s : std::nullopt, chance));
    }
    if (reply.status != 200) return refuse(agent, reply);
    step.failures = 0;
    if (step.stage == Stage::kAuthorities) {
      step.stage = Stage::kEnrol;
      return Clock::now();
    }
    const auto certificates = crypto::from_pkcs7(reply.body);
    if (!certificates) return refuse(agent, reply);
    LoadAgent& who = site_.agents()[agent];
    who.credential = std::make_unique<Credential>(Credential{*step.key, certificates->front()});
    who.id = crypto::agent_id_of(certificates->front()).value_or("");
    ++enrolled_;
    step.stage = Stage::kReport;
    return Clock::now();
  }

  std::uint64_t enrolled() const { return enrolled_; }
  std::vector<std::string> refusals() const { return refusals_; }

 private:
  enum class Stage { kAuthorities, kEnrol, kReport };
  struct Step {
    Stage stage = Stage::kAuthorities;
    std::optional<crypto::PrivateKey> key;
    std::string body;
    int failures = 0;
  };

  std::optional<Clock::time_point> refuse(std::size_t agent, const agent::sync::HttpReply& reply) {
    const std::lock_guard lock(mutex_);
    if (refusals_.size() < 10) {
      refusals_.push_back("agent " + std::to_string(agent) + ": " + std::to_string(reply.status) +
                          ' ' + printable(reply.body.substr(0, 300)));
    }
    return std::nullopt;
  }

  Site& site_;
  Reporting& reporting_;
  std::vector<Step> steps_;
  std::atomic<std::uint64_t> enrolled_{0}, chances_{0};
  std::mutex mutex_;
  std::vector<std::string> refusals_;
};

std::int64_t agents_in(const std::filesystem::path& database) {
  const auto opened = server::store::open_sqlite(database.string(), false);
  const auto connection = opened->connect(true, 0);
  connection->begin(false);
  const auto count = connection->find_integer("SELECT COUNT(*) FROM agents").value_or(0);
  connection->rollback();
  return count;
}

}  // namespace

Outcome enrol_profile(const Load& load) {
  const LoadOptions& options = load.options;
  const int machines = std::min(options.machines, options.enrolling);
  Outcome outcome{.profile = "enrol: " + std::to_string(machines) + " machines join within " +
                             std::to_string(kStormSeconds) + " s"};
  Site site(load, {.name = "enrol",
                   .machines = machines,
                   .packages = options.large_packages,
                   .enrolled = false});
  outcome.notes.push_back(site.note);
  Reporting reporting(
      site.fleet, site.agents(),
      [&site](LoadAgent& agent) {
        agent.waiting.push_back(waiting(site.fleet.first_report(agent.machine)));
      },
      [](LoadAgent&) { return std::nullopt; });
  Enrolling enrolling(site, reporting);
  std::vector<Arrival> arrivals = site.everybody();
  const Clock::time_point start = Clock::now();
  for (std::size_t i = 0; i < arrivals.size(); ++i)
    arrivals[i].due = start + std::chrono::microseconds(kStormSeconds * 1'000'000LL *
                                                        static_cast<std::int64_t>(i) / machines);
  ClientOptions client = site.client(0);
  client.until = start + std::chrono::milliseconds(static_cast<int>(options.patience_s * 1000));
  Figures figures{.name = "enrolments with a first report"};
  const Meter meter(site.server.process());
  const Tally tally = run_exchanges(client, enrolling, std::move(arrivals));
  meter.add_to(figures, tally, reporting.acknowledged());
  for (const std::string& refusal : enrolling.refusals())
    outcome.mistakes.push_back(refusal);
  if (reporting.acknowledged() != site.agents().size())
    outcome.mistakes.push_back(std::to_string(reporting.acknowledged()) + " of " +
                               std::to_string(machines) + " machines joined and reported");
  finish(site, reporting, figures, outcome);
  // An answer that was lost makes the agent enrol once more, with a key of its own: that is
  // allowed.
  const auto known = static_cast<std::uint64_t>(agents_in(site.server.database()));
  if (known < enrolling.enrolled())
    outcome.mistakes.push_back("the store knows " + std::to_string(known) + " agents of " +
                               std::to_string(enrolling.enrolled()) + " enrolled");
  add_common_ratios(figures, outcome);
  outcome.figures = {figures};
  return outcome;
}

}  // namespace muster::load
