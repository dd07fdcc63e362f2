// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/reporter.h"

#include <algorithm>
#include <utility>

#include "agent/sync/codec.h"
#include "agent/sync/fault_points.h"
#include "common/json/value.h"
#include "common/support/text.h"
#include "common/wire/compress.h"

namespace muster::agent::sync {
namespace {

constexpr std::string_view kStateMagic = "MUSTER-STATE-1\n";
constexpr std::size_t kStateBytes = 96 * 1024 * 1024;

Answer local_rejection(std::string message) {
  Answer answer;
  answer.kind = AnswerKind::kRejected;
  answer.code = "too_large";
  answer.message = std::move(message);
  return answer;
}

bool timed_out(const inventory::ProviderStatuses& providers) {
  return std::any_of(providers.begin(), providers.end(), [](const auto& provider) {
    return provider.second.status == inventory::Status::kTimeout;
  });
}

// True when the state has more to remember than the snapshot itself.
bool has_notes(const SyncState& state) {
  return state.send_hashes || !state.refused.empty() || !state.ignored.empty() ||
         !state.send_full.empty() || !state.send_alone.empty();
}

}  // namespace

struct Reporter::Cycle {
  Collection collection;
  SyncState state;
  Spool spool;
  ExchangeRecord record;
  CycleOutcome outcome;
  std::int64_t newest = 0;  // sequence of the report that this cycle put into the spool
  bool started_over = false;
  bool told_now = false;  // a report of this cycle was acknowledged, so no heartbeat is needed
};

Result<SyncState> Reporter::load_state() const {
  const auto file = directory_.read(kSnapshotFile, kStateBytes);
  if (!file && file.failure().kind == FailureKind::kNotFound) return SyncState{};
  if (!file && file.failure().kind != FailureKind::kTooLarge) return file.failure();
  const auto bytes = file ? unseal(kStateMagic, *file) : Result<std::string>(file.failure());
  auto state = bytes ? decode_state(*bytes) : Result<SyncState>(bytes.failure());
  if (state) return state;
  log_.warning("report", "the record of what was reported is damaged; everything is sent anew",
               {{"reason", state.failure().message}});
  return SyncState{};
}

Result<Done> Reporter::save_state(const SyncState& state) const {
  if (const auto fault = fault_failure("report.snapshot")) return *fault;
  return directory_.write(kSnapshotFile, seal(kStateMagic, encode_state(state)));
}

Result<std::int64_t> Reporter::last_sequence(const SyncState& state) const {
  const auto text = directory_.read(kSequenceFile);
  if (!text && text.failure().kind != FailureKind::kNotFound) return text.failure();
  const auto number = text ? parse_integer(trim(*text)) : std::nullopt;
  const std::int64_t written = number && *number < kHighestSequence ? *number : 0;
  return std::max(state.sequence, written);
}

// The number is on disk before a report with it can leave the machine: used twice for different
// reports, the second would be stale.
Result<Done> Reporter::take_sequence(SyncState& state) const {
  const auto last = last_sequence(state);
  if (!last) return last.failure();
  state.sequence = *last + 1;
  if (const auto fault = fault_failure("report.sequence")) return *fault;
  return directory_.write(kSequenceFile, std::to_string(state.sequence) + "\n");
}

Result<Done> Reporter::recover(SyncState& state, Spool& spool) const {
  if (spool.empty() || spool.files().back().sequence <= state.sequence) return Done{};
  auto newest = spool.newest();
  if (!newest) return newest.failure();
  if (!*newest || (*newest)->sequence <= state.sequence) return Done{};
  if (const auto fault = fault_failure("report.recover")) return *fault;
  state.sequence = (*newest)->sequence;
  for (const std::string& name : bring_forward(**newest, state.snapshot)) {
    log_.warning("report", "a section does not follow from what was reported; it is sent whole",
                 {{"section", name}});
  }
  return save_state(state);
}

Result<Done> Reporter::record_changes(Cycle& cycle) const {
  auto report = plan_changes(cycle.state, cycle.collection, log_, clock_.now());
  if (!report) return cycle.state.has_new_sightings ? save_state(cycle.state) : Done{};
  for (const auto& [name, section] : report->sections)
    cycle.outcome.changed.push_back(name);
  if (const auto taken = take_sequence(cycle.state); !taken) return taken.failure();
  if (const auto fault = fault_failure("report.sequence_taken")) return *fault;
  report->sequence = report->first_sequence = cycle.newest = cycle.state.sequence;
  if (const auto kept = cycle.spool.append(*report); !kept) return kept.failure();
  if (const auto fault = fault_failure("report.spooled")) return *fault;
  return save_state(cycle.state);
}

Answer Reporter::send(const PendingReport& report, const std::string& boot_id,
                      Transport& transport) const {
  std::string body;
  {
    const std::string json = wire::to_json(to_wire(report, clock_, boot_id));
    if (json.size() > wire::kReportBytes)
      return local_rejection("the report is larger than 128 MiB");
    body = wire::compress(json);
  }
  if (body.size() > wire::kReportCompressedBytes)
    return local_rejection("the report is larger than 32 MiB when compressed");
  HttpRequest request;
  request.path = wire::kReportPath;
  request.headers = {{"Content-Type", "application/json"},
                     {"Content-Encoding", std::string(wire::kZstd)}};
  request.body = std::move(body);
  const auto reply = transport.exchange(request);
  if (reply) return read_answer(*reply, report.sequence);
  Answer answer;
  answer.code = std::string(to_string(reply.failure().kind));
  answer.message = reply.failure().message;
  return answer;
}

void Reporter::note_problem(Cycle& cycle, const Answer& answer) const {
  ExchangeProblem problem{answer.code, answer.message, clock_.now(), 1};
  if (cycle.record.problem) {
    problem.since = cycle.record.problem->since;
    problem.failures = cycle.record.problem->failures + 1;
  }
  log_.warning("report", "the server has not taken a report; it waits",
               {{"code", problem.code}, {"reason", problem.message}});
  cycle.record.problem = problem;
  cycle.outcome.problem = std::move(problem);
}

// The state is saved before the report leaves the spool: should the agent die in between, the
// report is sent again and gets the same answer.
Result<Done> Reporter::settle(Cycle& cycle, const PendingReport& report, bool spooled,
                              bool must_save) const {
  if (const auto fault = fault_failure("report.settle")) return *fault;
  if (must_save) {
    if (const auto saved = save_state(cycle.state); !saved) return saved.failure();
    if (const auto fault = fault_failure("report.saved")) return *fault;
  }
  return spooled ? cycle.spool.remove(report.sequence) : Result<Done>(Done{});
}

Result<Done> Reporter::start_over(Cycle& cycle, std::int64_t last_sequence) const {
  log_.warning(
      "report",
      "the server has later reports of this machine than its disk: it was restored or copied",
      {{"last_sequence", std::to_string(last_sequence)}});
  accept_stale(cycle.state, last_sequence);
  const auto written = directory_.write(kSequenceFile, std::to_string(last_sequence) + "\n");
  if (!written) return written.failure();
  if (const auto saved = save_state(cycle.state); !saved) return saved.failure();
  // Waiting reports are older than the server's state; the present state is sent whole instead.
  const std::vector<SpoolFile> waiting = cycle.spool.files();
  for (const SpoolFile& file : waiting) {
    if (const auto removed = cycle.spool.remove(file.sequence); !removed) return removed.failure();
  }
  return Done{};
}

// Sends one report and acts on the answer. True: go on with the next report.
Result<bool> Reporter::exchange_one(Cycle& cycle, const PendingReport& report, bool spooled,
                                    Transport& transport) const {
  if (const auto fault = fault_failure("report.send")) return *fault;
  const Answer answer = send(report, cycle.collection.boot_id, transport);
  if (const auto fault = fault_failure("report.answered")) return *fault;
  cycle.outcome.sequence = report.sequence;
  cycle.outcome.answer = answer.kind;
  cycle.outcome.retry_after_s = answer.retry_after_s;
  const auto proceed = [](const Result<Done>& done) {
    return done ? Result<bool>(true) : Result<bool>(done.failure());
  };
  switch (answer.kind) {
    case AnswerKind::kReply: {
      const bool had_notes = has_notes(cycle.state);
      accept_reply(cycle.state, report, answer.reply, clock_.now());
      ++cycle.outcome.exchanges;
      cycle.told_now = cycle.told_now || !spooled || report.sequence == cycle.newest;
      cycle.record.acknowledged = report.sequence;
      cycle.record.acknowledged_at = clock_.now();
      cycle.record.interval_s = answer.reply.interval_s;
      return proceed(settle(cycle, report, spooled, had_notes || has_notes(cycle.state)));
    }
    case AnswerKind::kRejected:
      note_problem(cycle, answer);
      // A heartbeat has no section that could be left out.
      if (report.sections.empty() && !spooled) return false;
      accept_rejection(cycle.state, report, {answer.code, "", answer.message}, clock_.now());
      return proceed(settle(cycle, report, spooled, true));
    case AnswerKind::kStale:
      if (std::exchange(cycle.started_over, true)) break;
      return proceed(start_over(cycle, answer.last_sequence));
    case AnswerKind::kLater:
    case AnswerKind::kNotAllowed:
      break;
  }
  note_problem(cycle, answer);
  return false;
}

Result<Done> Reporter::exchange_all(Cycle& cycle, Transport& transport) const {
  int follow_ups = 0;
  int singles = 0;
  for (;;) {
    auto waiting = cycle.spool.oldest();
    if (!waiting) return waiting.failure();
    if (*waiting) {
      const auto go_on = exchange_one(cycle, **waiting, true, transport);
      if (!go_on) return go_on.failure();
      if (!*go_on) return Done{};
      continue;
    }
    const bool single = !cycle.state.send_alone.empty();
    const bool may_follow = single ? singles++ < kSingleSends : follow_ups++ < kFollowUps;
    auto report = may_follow ? plan_follow_up(cycle.state, cycle.collection) : std::nullopt;
    if (!report && cycle.told_now) {
      cycle.outcome.acknowledged = true;
      return Done{};
    }
    if (!report) report = plan_heartbeat(cycle.state, cycle.collection);
    if (const auto taken = take_sequence(cycle.state); !taken) return taken.failure();
    report->sequence = report->first_sequence = cycle.state.sequence;
    const auto go_on = exchange_one(cycle, *report, false, transport);
    if (!go_on) return go_on.failure();
    if (!*go_on) return Done{};
  }
}

Result<Done> Reporter::finish(Cycle& cycle) const {
  if (const auto fault = fault_failure("report.finish")) return *fault;
  ExchangeRecord& record = cycle.record;
  record.attempted_at = clock_.now();
  if (cycle.outcome.acknowledged) record.problem.reset();
  record.refused.clear();
  for (const auto& [name, refused] : cycle.state.refused)
    record.refused[name] = refused.why;
  for (const CollectionResult& result : cycle.collection.sections) {
    if (result.section.schema == nullptr) continue;
    const std::string name(result.section.schema->name);
    if (timed_out(result.section.providers)) {
      record.timed_out.try_emplace(name, result.collected.at);
    } else {
      record.timed_out.erase(name);
    }
  }
  cycle.outcome.waiting = cycle.spool.files().size();
  cycle.outcome.interval_s = record.interval_s;
  return directory_.write(kExchangeFile, to_json(record));
}

Result<CycleOutcome> Reporter::cycle(Collection collection, Transport& transport) {
  auto spool = Spool::open(directory_, log_, spool_bytes_);
  if (!spool) return spool.failure();
  auto state = load_state();
  if (!state) return state.failure();
  Cycle cycle{std::move(collection), std::move(*state), std::move(*spool), {}, {}, 0, false, false};
  if (const auto text = directory_.read(kExchangeFile)) {
    // A damaged record counts as a missing one.
    if (auto record = parse_exchange_record(*text)) cycle.record = std::move(*record);
  }
  if (const auto mended = recover(cycle.state, cycle.spool); !mended) return mended.failure();
  if (const auto recorded = record_changes(cycle); !recorded) return recorded.failure();
  const std::uint64_t sent_before = transport.sent_bytes();
  const auto exchanged = exchange_all(cycle, transport);
  transport.close();
  cycle.outcome.sent_bytes = transport.sent_bytes() - sent_before;
  if (!exchanged) return exchanged.failure();
  if (const auto finished = finish(cycle); !finished) return finished.failure();
  return std::move(cycle.outcome);
}

Result<std::string> Reporter::preview(Collection collection) const {
  auto state = load_state();
  if (!state) return state.failure();
  const auto last = last_sequence(*state);
  if (!last) return last.failure();
  auto report = plan_changes(*state, collection, log_, clock_.now());
  if (!report) report = plan_follow_up(*state, collection);
  if (!report) report = plan_heartbeat(*state, collection);
  report->sequence = *last + 1;
  const auto document =
      JsonValue::parse(wire::to_json(to_wire(*report, clock_, collection.boot_id)),
                       {.depth = 16, .members = 4096, .values = 20'000'000});
  if (!document) return document.failure();
  return document->dump_pretty();
}

}  // namespace muster::agent::sync
