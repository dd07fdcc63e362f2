// SPDX-License-Identifier: Apache-2.0
// Taking a report: decode, identify, compare, commit; the answer is given only after the commit is
// durable (model.md section 5). The life of a report is told in docs/architecture.md. Any thread;
// reports of many agents are committed together by the store.
#pragma once
#include <atomic>
#include <string>
#include <string_view>

#include "common/support/log.h"
#include "common/wire/report.h"
#include "server/ingest/content_ids.h"
#include "server/ingest/merge_index.h"
#include "server/store/store.h"

namespace muster::server::ingest {

struct IngestOptions {
  std::int64_t interval_s = 900;  // what agents are told to keep between reports
  MergeOptions merge;
};

struct IngestCounters {
  std::atomic<std::uint64_t> reports{0};
  std::atomic<std::uint64_t> unchanged{0};  // reports that changed no row
  std::atomic<std::uint64_t> sections_refused{0};
  std::atomic<std::uint64_t> sections_asked_whole{0};
  std::atomic<std::uint64_t> stale{0};
};

class Ingest {
 public:
  Ingest(store::Store& store, const Log& log, IngestOptions options = {});

  // `json` is the decompressed body, `agent_id` comes from the certificate, never from the body.
  // Error:
  //   400 invalid_json, unsupported_format; 422 invalid_report: nothing was stored
  //   403 agent_unknown, agent_revoked
  //   409 stale_sequence, with last_sequence: the agent goes on from there
  wire::Reply report(const std::string& agent_id, std::string_view json,
                     const std::string& address);

  const IngestCounters& counters() const { return counters_; }

 private:
  store::Store& store_;
  const Log& log_;
  IngestOptions options_;
  ContentIds contents_;
  IndexMerger merger_;
  IngestCounters counters_;
};

}  // namespace muster::server::ingest
