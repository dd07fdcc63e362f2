// SPDX-License-Identifier: Apache-2.0
// The results of exchanges with the server, stored in exchange.json: for `status` and for the pace
// after a restart. No report needs it; if it is lost, only the answer to "since when" is lost.
// Pure; a value.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/support/clock.h"
#include "common/support/result.h"
#include "common/wire/report.h"

namespace muster::agent::sync {

struct ExchangeProblem {
  std::string code;     // "agent_revoked", "http_503", "unreachable"
  std::string message;  // a sentence
  Instant since;        // the first of these failures in a row
  int failures = 0;
};

struct ExchangeRecord {
  std::optional<Instant> attempted_at;
  std::optional<Instant> acknowledged_at;
  std::int64_t acknowledged = 0;  // sequence
  std::int64_t interval_s = 900;
  std::optional<ExchangeProblem> problem;  // nullopt: the last exchange went well
  std::map<std::string, wire::Refusal, std::less<>> refused;  // by section
  std::map<std::string, Instant, std::less<>> timed_out;      // collectors, since when
};

std::string to_json(const ExchangeRecord& record);
Result<ExchangeRecord> parse_exchange_record(std::string_view text);

}  // namespace muster::agent::sync
