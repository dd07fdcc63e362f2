// SPDX-License-Identifier: Apache-2.0
// Taking a report: decode, identify, compare, commit. The answer is returned only after the commit
// is durable (model.md section 5). docs/architecture.md has the life of a report. Any thread; the
// store commits reports of many agents together.
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
  std::int64_t interval_s = 900;  // between reports, told to agents in each reply
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
