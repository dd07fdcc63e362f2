// SPDX-License-Identifier: Apache-2.0
// The report that an agent sends and the reply that it gets (model.md section 5), as structs and as
// JSON. The agent writes reports and reads replies with this; the server reads reports in
// server/ingest/decode.h, straight into rows. Pure; any thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/inventory/snapshot.h"
#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::wire {

inline constexpr std::string_view kReportPath = "/agent/v1/report";
inline constexpr std::size_t kReportCompressedBytes = 32 * 1024 * 1024;  // body of the request
inline constexpr std::size_t kReportBytes = 128 * 1024 * 1024;           // after decompression
inline constexpr std::size_t kReplyBytes = 64 * 1024;                    // an agent reads no more

struct SectionReport {
  int schema_version = 1;
  Instant collected_at;  // by the agent's clock when it looked
  std::int64_t collected_boottime_ms =
      0;  // CLOCK_BOOTTIME when it looked, in the boot of Report::boot_id
  inventory::ProviderStatuses providers;
  inventory::SectionDelta delta;  // without a base it is the whole section ("rows")
};

// Only in answer to "send_hashes": what the agent holds of a section.
struct SectionHash {
  int schema_version = 1;
  std::string hash;    // hex
  std::string status;  // inventory::status_line
};

struct Report {
  std::int64_t sequence = 0;
  std::string boot_id;       // of the boot in which the sections were collected
  std::string sent_boot_id;  // of the boot in which it is sent; left out when it is the same
  Instant sent_at;           // by the agent's clock
  std::int64_t sent_boottime_ms = 0;
  std::string agent_version;
  std::string root;            // inventory::root_hash after this report
  std::int64_t coalesced = 0;  // reports that were merged into this one while the server was away
  std::map<std::string, Instant, std::less<>>
      collected;       // "each", "hourly", "daily": when each class was last
                       // collected, by the agent's clock as it is at sent_at
  std::string vitals;  // a JSON object; empty: none
  std::map<std::string, SectionReport, std::less<>> sections;
  std::map<std::string, SectionHash, std::less<>> hashes;
};

std::string to_json(const Report& report);

struct Refusal {
  std::string code;    // stable: "duplicate_key", "wrong_type", ...
  std::string path;    // JSON path of the value at fault
  std::string detail;  // a sentence
};

struct Reply {
  std::int64_t acknowledged = 0;
  std::int64_t interval_s = 900;
  bool send_hashes = false;
  std::vector<std::string> send_full;  // sections to send whole in the next report
  std::vector<std::string> ignored;    // sections that this server does not know
  std::map<std::string, Refusal, std::less<>>
      refused;  // sections that were not taken: not sent again unchanged
};

std::string to_json(const Reply& reply);
// kTooLarge above kReplyBytes, kMalformed with the reason. interval_s is clamped to 10 s ... 24 h.
Result<Reply> parse_reply(std::string_view json);

}  // namespace muster::wire
