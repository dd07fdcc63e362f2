// SPDX-License-Identifier: Apache-2.0
// One decoded report, applied inside a write transaction. Called by Ingest (ingest.h). It may run
// twice for one report (store.h), so it changes nothing except the database and ReportContext's
// contents, which remember committed numbers only (content_ids.h).
#pragma once
#include <optional>
#include <string>

#include "common/support/clock.h"
#include "common/wire/report.h"
#include "server/ingest/content_ids.h"
#include "server/ingest/decode.h"
#include "server/store/transaction.h"

namespace muster::server::ingest {

struct ReportContext {
  std::string agent_id;
  std::string address;
  Instant now;
  std::int64_t interval_s;
  ContentIds& contents;
};

struct ReportResult {
  wire::Reply reply;
  bool changed = false;  // some row, status or evidence changed
  bool gap = false;      // a history gap was noted
  std::optional<std::int64_t>
      stale_after;               // the report is older than this sequence; nothing was stored
  ContentsUsed contents;         // to be told to ContentIds::committed
  std::int64_t shared_rows = 0;  // rows with shared content that were opened
  std::string identified;  // the reason, when the agent's machine was identified by this report
};

ReportResult apply_report(store::Transaction& transaction, const ReportContext& context,
                          const DecodedReport& report);

}  // namespace muster::server::ingest
