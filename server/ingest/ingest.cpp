// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/ingest.h"

#include "server/error.h"
#include "server/ingest/apply_report.h"
#include "server/ingest/decode.h"
#include "server/store/fault.h"

namespace muster::server::ingest {

Ingest::Ingest(store::Store& store, const Log& log, IngestOptions options)
    : store_(store), log_(log), options_(options), merger_(store, log, options.merge) {}

wire::Reply Ingest::report(const std::string& agent_id, std::string_view json,
                           const std::string& address) {
  const DecodedReport report = decode_report(json);
  store::store_fault("ingest.decoded");
  ReportResult result;
  store_.write([&](store::Transaction& transaction) {
    result = apply_report(transaction,
                          {.agent_id = agent_id,
                           .address = address,
                           .now = store_.clock().now(),
                           .interval_s = options_.interval_s,
                           .contents = contents_},
                          report);
    store::store_fault("ingest.applied");
  });
  contents_.committed(result.contents);
  merger_.added(result.shared_rows);
  store::store_fault("ingest.answer");
  if (result.stale_after) {
    ++counters_.stale;
    throw Error(Status::kConflict, "stale_sequence",
                "The last report taken from this agent is number " +
                    std::to_string(*result.stale_after) + ", this one is " +
                    std::to_string(report.sequence) + '.')
        .with("last_sequence", *result.stale_after);
  }
  ++counters_.reports;
  if (!result.changed) ++counters_.unchanged;
  counters_.sections_refused += result.reply.refused.size();
  counters_.sections_asked_whole += result.reply.send_full.size();
  for (const auto& [name, refusal] : result.reply.refused) {
    log_.warning("ingest", "a section was refused",
                 {{"agent", agent_id},
                  {"section", name},
                  {"code", refusal.code},
                  {"path", refusal.path},
                  {"why", refusal.detail}});
  }
  if (result.gap) {
    log_.warning("ingest", "reports are missing (sequence gap); recorded as history_gap",
                 {{"agent", agent_id}});
  }
  if (!result.identified.empty()) {
    log_.info("ingest", "an agent's machine was identified",
              {{"agent", agent_id}, {"why", result.identified}});
  }
  return result.reply;
}

}  // namespace muster::server::ingest
