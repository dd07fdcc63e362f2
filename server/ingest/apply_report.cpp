// SPDX-License-Identifier: Apache-2.0
// One report becomes history in one transaction, in this order:
//
//   1. agent      find_source_record: the record that the agent writes to. An agent without one
//                 is identified by its first whole report; if a report shows too little of the
//                 machine, everything is asked for and nothing is stored.
//   2. repeated   before the first write: the same report again gets the stored answer, an older
//                 one is stale.
//   3. sections   each by itself (section_writer.cpp): one that is refused, or asked for whole,
//                 does not hold up the others.
//   4. compare    the hashes that the agent lists (answer_hashes), then the roots
//                 (compare_roots): both need the sections as they are after step 3.
//   5. gap        a jump of the sequence is a gap only if base or root disagree, too, so it needs
//                 steps 3 and 4. A number alone proves nothing: an agent that dies between taking
//                 a number and using it leaves a hole in which nothing happened.
//   6. evidence   from the rows that hold after step 3, if a section that it comes from changed.
//   7. presence   the interval is extended, or a new one begun; no revision for that alone.
//   8. state      last, because it keeps the reply, which the steps before complete.
//
// Invariants: a report makes at most one revision, when the first row needs it, so an unchanged
// report makes none. Nothing outside the transaction is changed: the work may run twice (store.h).
#include "server/ingest/apply_report.h"

#include <algorithm>
#include <optional>
#include <set>

#include "server/error.h"
#include "server/ingest/agent_state.h"
#include "server/ingest/find_machine.h"
#include "server/ingest/section_writer.h"
#include "server/ingest/valid_time.h"
#include "server/store/fault.h"
#include "server/store/revisions.h"

namespace muster::server::ingest {
namespace {

using inventory::Interval;

constexpr std::string_view kFindAgent =
    "SELECT state, source_record FROM agents WHERE agent_id = ?1";
constexpr std::string_view kReactivate = R"sql(
  UPDATE agents SET state = 'active', source_record = NULL, state_changed_at = ?1,
    state_changed_by = 'ingest'
  WHERE agent_id = ?2)sql";
constexpr std::string_view kRootLines =
    "SELECT section, schema, hash, status_line FROM section_state WHERE source_record = ?1";
constexpr std::string_view kFindPresence = R"sql(
  SELECT presence_id, last_seen FROM presence WHERE source_record = ?1 ORDER BY since DESC LIMIT
    1)sql";
constexpr std::string_view kExtendPresence =
    "UPDATE presence SET last_seen = CASE WHEN since > ?1 THEN since ELSE ?1 END WHERE presence_id "
    "= ?2";
constexpr std::string_view kAddPresence =
    "INSERT INTO presence (source_record, since, last_seen, opened_by) VALUES (?1, ?2, ?2, ?3)";
constexpr std::string_view kLastRevision = "SELECT MAX(revision_id) FROM revisions";
constexpr std::string_view kAddGap = R"sql(
  INSERT INTO history_gaps (source_record, since, until, reason, opened_by)
    VALUES (?1, ?2, ?3, ?4, ?5))sql";

bool all_ok(std::string_view status_line) {
  for (std::size_t at = 0; at < status_line.size();) {
    const std::size_t comma = std::min(status_line.find(',', at), status_line.size());
    std::string_view part = status_line.substr(at, comma - at);
    if (const std::size_t colon = part.find(':'); colon != std::string_view::npos)
      part.remove_prefix(colon + 1);
    if (part != "ok") return false;
    at = comma + 1;
  }
  return !status_line.empty();
}

// One report while it is applied: the steps share what they find out.
class ReportWriter {
 public:
  ReportWriter(store::Transaction& transaction, const ReportContext& context,
               const DecodedReport& report)
      : transaction_(transaction), context_(context), report_(report) {}

  ReportResult run() {
    result_.reply.acknowledged = report_.sequence;
    result_.reply.interval_s = context_.interval_s;
    result_.reply.ignored = report_.ignored;
    result_.reply.refused = report_.refused;
    if (!find_source_record()) return std::move(result_);
    store::store_fault("ingest.agent_found");
    state_ = find_agent_state(transaction_, source_record_);
    if (state_ && state_->agent_id == context_.agent_id && repeated_or_stale())
      return std::move(result_);
    learn_times();
    apply_sections();
    store::store_fault("ingest.sections");
    answer_hashes();
    compare_roots();
    note_gap();
    write_evidence_if_changed();
    write_presence();
    store::store_fault("ingest.presence");
    write_state();
    store::store_fault("ingest.state");
    return std::move(result_);
  }

 private:
  bool find_source_record() {
    std::optional<std::string> agent_state;
    std::optional<std::int64_t> source_record;
    transaction_.query(kFindAgent, {context_.agent_id}, [&](const store::ResultRow& row) {
      agent_state = row.text(0);
      source_record = row.optional_integer(1);
    });
    if (!agent_state) {
      throw Error(Status::kForbidden, "agent_unknown",
                  "This server knows no agent " + context_.agent_id + "; enrol it again.");
    }
    if (*agent_state == "revoked") {
      throw Error(Status::kForbidden, "agent_revoked",
                  "The agent " + context_.agent_id + " was revoked; enrol it again.");
    }
    if (*agent_state == "superseded") {
      // The agent that took over this record was not this one anew: both still report, so two
      // machines have the same evidence. This one gets a record of its own.
      source_record.reset();
      split_from_clone_ = true;
    }
    if (source_record) {
      source_record_ = *source_record;
      return true;
    }
    return identify_machine();
  }

  // False: the report does not show enough of the machine. The agent is asked for everything, and
  // nothing is stored.
  bool identify_machine() {
    // Every machine has an operating system: a report with that section whole is a first report.
    // One whose `os` was refused counts, too, or everything would be asked for again and again.
    const auto os = report_.sections.find("os");
    const bool is_whole = os != report_.sections.end() && !os->second.base;
    if (!is_whole && !report_.refused.contains("os")) {
      for (const inventory::SectionSchema& schema : inventory::section_schemas()) {
        result_.reply.send_full.emplace_back(schema.name);
      }
      return false;
    }
    if (split_from_clone_) transaction_.execute(kReactivate, {context_.now.ms, context_.agent_id});
    // The assignment begins with the oldest section, so that no row is older than the item.
    learn_times();
    std::int64_t since_ms = context_.now.ms;
    for (const auto& [name, section] : report_.sections) {
      since_ms = std::min(
          since_ms,
          valid_time(times_, section.collected_at, section.collected_boottime_ms, std::nullopt).ms);
    }
    std::vector<Evidence> evidence = evidence_of(identity_facts(report_));
    // Compared again, the evidence would lead to the record that was just left.
    if (split_from_clone_) evidence.clear();
    store::store_fault("ingest.identify");
    const FoundMachine found = find_machine(transaction_, {.agent_id = context_.agent_id,
                                                           .evidence = evidence,
                                                           .since_ms = since_ms,
                                                           .recorded_at_ms = context_.now.ms,
                                                           .revision = open_revision()});
    store::store_fault("ingest.identified");
    source_record_ = found.source_record;
    result_.identified = found.reason;
    evidence_changed_ = true;
    return true;
  }

  // The same report again (its answer was lost) gets the same answer; an older one is stale. True:
  // nothing more to do.
  bool repeated_or_stale() {
    if (report_.sequence > state_->sequence) return false;
    if (report_.sequence == state_->sequence && report_.root == state_->root &&
        report_.boot_id == state_->boot_id) {
      if (const Result<wire::Reply> reply = wire::parse_reply(state_->reply)) {
        result_.reply = *reply;
        return true;
      }
    }
    // Not thrown: an exception would roll back the batch with the reports that share its commit.
    // Ingest throws after it.
    result_.stale_after = state_->sequence;
    return true;
  }

  void learn_times() {
    times_ = {.now = context_.now,
              .same_boot = report_.sent_boot_id == report_.boot_id,
              .sent_at = report_.sent_at,
              .sent_boottime_ms = report_.sent_boottime_ms,
              .last_offset_ms = state_ ? state_->clock_offset_ms : context_.now - report_.sent_at};
  }

  // Made at the first call, so only steps that write a row call it.
  std::int64_t open_revision() {
    if (!revision_) {
      const bool upgraded = state_ && state_->agent_version != report_.agent_version;
      revision_ =
          store::add_revision(
              transaction_, context_.now,
              {.kind = "report",
               .actor = context_.agent_id,
               .source_record = source_record_ == 0 ? std::nullopt : std::optional(source_record_),
               .report_sequence = report_.sequence,
               .agent_version = report_.agent_version,
               .time_uncertain = report_.sent_boot_id != report_.boot_id,
               .possibly_collector = upgraded})
              .id;
      result_.changed = true;
    }
    return *revision_;
  }

  SectionWrite write_for(Instant at, std::optional<Instant> confirmed_at) {
    return {.source_record = source_record_,
            .at = at,
            .confirmed_at = confirmed_at,
            .open_revision = [this] { return open_revision(); },
            .contents = context_.contents,
            .contents_used = result_.contents};
  }

  // When the section was last read with success before this report: by its own last report, or by
  // the last collection of its class, since a section that is missing in a report was collected and
  // found unchanged. A change lies between this moment and the report.
  std::optional<Instant> confirmed_at(const SectionState& section, Interval interval) const {
    std::optional<Instant> at = section.ok_at;
    const auto& of_class = state_ ? state_->collected[static_cast<std::size_t>(interval)]
                                  : std::optional<std::int64_t>();
    if (of_class && all_ok(section.status_line) && (!at || at->ms < *of_class))
      at = Instant{*of_class};
    return at;
  }

  void apply_sections() {
    for (const auto& [name, section] : report_.sections) {
      const std::optional<SectionState> before =
          find_section_state(transaction_, source_record_, name);
      const auto not_before = before ? std::optional(before->collected_at) : std::nullopt;
      // Never before the section's last report: history only grows at its end (decision 0003).
      const Instant at =
          valid_time(times_, section.collected_at, section.collected_boottime_ms, not_before);
      auto confirmed = before ? confirmed_at(*before, section.schema->interval) : std::nullopt;
      if (confirmed) confirmed = std::min(*confirmed, at);
      const SectionResult applied =
          apply_section(transaction_, write_for(at, confirmed), section, before);
      if (applied.outcome == SectionOutcome::kSendFull) {
        result_.reply.send_full.push_back(name);
        if (before && section.base) base_mismatch_ = true;
      } else if (applied.outcome == SectionOutcome::kRefused) {
        result_.reply.refused[name] = {applied.refusal.code,
                                       "sections." + name + applied.refusal.path,
                                       applied.refusal.detail};
      }
      if (section.schema->has_content())
        result_.shared_rows += static_cast<std::int64_t>(applied.rows_opened);
      const bool is_evidence = std::find(std::begin(kEvidenceSections), std::end(kEvidenceSections),
                                         name) != std::end(kEvidenceSections);
      if (is_evidence && applied.rows_changed) evidence_changed_ = true;
    }
  }

  std::vector<inventory::RootLine> root_lines() {
    std::vector<inventory::RootLine> lines;
    transaction_.query(kRootLines, {source_record_}, [&](const store::ResultRow& row) {
      // A section that only a newer server knew is in neither root: the agent knows it is ignored.
      if (inventory::find_section(row.text(0)) == nullptr) return;
      lines.push_back({std::string(row.text(0)), static_cast<int>(row.integer(1)),
                       inventory::Hash128::from_bytes(row.text(2)).value().to_hex(),
                       std::string(row.text(3))});
    });
    return lines;
  }

  void ask_whole(const std::string& section) {
    auto& list = result_.reply.send_full;
    if (std::find(list.begin(), list.end(), section) == list.end()) list.push_back(section);
  }

  // The agent listed the sections that it holds: those that differ are asked for whole, those that
  // it does not hold any more are closed.
  void answer_hashes() {
    if (report_.hashes.empty()) return;
    std::set<std::string> held;
    for (const inventory::RootLine& line : root_lines()) {
      held.insert(line.section);
      const auto theirs = report_.hashes.find(line.section);
      if (theirs == report_.hashes.end()) {
        drop_section(transaction_, write_for(context_.now, std::nullopt), line.section);
      } else if (theirs->second.hash != line.hash_hex ||
                 theirs->second.schema_version != line.schema_version ||
                 theirs->second.status != line.status) {
        ask_whole(line.section);
      }
    }
    for (const auto& [name, hash] : report_.hashes) {
      if (!held.contains(name) && inventory::find_section(name) != nullptr) ask_whole(name);
    }
  }

  void compare_roots() {
    // A refused section keeps its old state on both sides, so it does not make the roots differ.
    // Hashes are asked for only when no section is: the sections asked for may be all that differs.
    roots_differ_ = inventory::root_hash(root_lines()) != report_.root;
    if (roots_differ_ && result_.reply.send_full.empty()) result_.reply.send_hashes = true;
  }

  // The agent builds on reports that this database does not have: it was restored from a backup
  // that is older than what was acknowledged. Merged reports (`coalesced`) are no jump.
  void note_gap() {
    if (!state_ || state_->agent_id != context_.agent_id) return;
    const bool skipped = report_.sequence > state_->sequence + 1 + report_.coalesced;
    if (!skipped || !(base_mismatch_ || roots_differ_)) return;
    transaction_.execute(kAddGap, {source_record_, state_->reported_at.ms, context_.now.ms,
                                   "history_gap", open_revision()});
    store::store_fault("ingest.gap");
    result_.gap = true;
  }

  void write_evidence_if_changed() {
    if (!evidence_changed_) return;
    write_evidence(transaction_, source_record_,
                   evidence_of(identity_facts(transaction_, source_record_)), context_.now.ms,
                   [this] { return open_revision(); });
    store::store_fault("ingest.evidence");
  }

  void write_presence() {
    std::optional<std::int64_t> presence;
    std::int64_t last_seen = 0;
    transaction_.query(kFindPresence, {source_record_}, [&](const store::ResultRow& row) {
      presence = row.integer(0);
      last_seen = row.integer(1);
    });
    // Two missed reports and a minute of grace. Beyond that the machine was silent, and a new
    // interval keeps the silence (decision 0013).
    const std::int64_t silence_ms = (3 * context_.interval_s + 60) * 1000;
    if (presence && context_.now.ms - last_seen <= silence_ms) {
      transaction_.execute_later(kExtendPresence, {context_.now.ms, *presence});
    } else {
      // A report after a silence changes no fact, so it makes no revision of its own; the interval
      // counts as known with the last revision.
      const std::int64_t known_with =
          revision_ ? *revision_ : transaction_.find_integer(kLastRevision).value_or(0);
      transaction_.execute_later(kAddPresence, {source_record_, context_.now.ms, known_with});
    }
  }

  void write_state() {
    AgentState next;
    next.agent_id = context_.agent_id;
    next.sequence = report_.sequence;
    next.boot_id = report_.boot_id;
    next.root = report_.root;
    next.reply = wire::to_json(result_.reply);
    next.reported_at = context_.now;
    next.clock_offset_ms = context_.now - report_.sent_at;
    next.agent_version = report_.agent_version;
    for (int i = 0; i < 3; ++i) {
      auto& collected = next.collected[i];
      if (state_) collected = state_->collected[i];
      const auto told = report_.collected.find(inventory::to_string(static_cast<Interval>(i)));
      if (told == report_.collected.end()) continue;
      const std::int64_t at = class_time(times_, told->second).ms;
      // A time ahead of now was noted while the server's clock was wrong. It is replaced, or the
      // class would count as collected until that time.
      const bool plausible = collected && *collected <= context_.now.ms;
      collected = plausible ? std::max(*collected, at) : at;
    }
    put_agent_state(transaction_, source_record_, next,
                    {context_.address, report_.vitals, context_.interval_s});
  }

  store::Transaction& transaction_;
  const ReportContext& context_;
  const DecodedReport& report_;
  ReportResult result_;
  std::int64_t source_record_ = 0;
  std::optional<AgentState> state_;
  ReportTimes times_;
  std::optional<std::int64_t> revision_;
  bool split_from_clone_ = false;
  bool base_mismatch_ = false;
  bool roots_differ_ = false;
  bool evidence_changed_ = false;
};

}  // namespace

ReportResult apply_report(store::Transaction& transaction, const ReportContext& context,
                          const DecodedReport& report) {
  return ReportWriter(transaction, context, report).run();
}

}  // namespace muster::server::ingest
