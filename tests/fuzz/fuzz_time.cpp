// SPDX-License-Identifier: Apache-2.0
// Times and quantities as people and programs write them: RFC 3339, the values of a query, the
// times of the command line. What is read is written so that it reads the same.
#include <cstdlib>
#include <ctime>

#include "common/support/clock.h"
#include "server/cli/times.h"
#include "server/query/literal_values.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

namespace {

constexpr Instant kNow = {1'790'000'000'000};
constexpr std::int64_t kEndOf9999 = 253'402'300'799'999;

void check_command_line(std::string_view text) {
  if (const auto at = cli::parse_time(text, kNow, cli::Zone::kUtc)) {
    require(cli::parse_time(to_rfc3339(*at), kNow, cli::Zone::kUtc) == at);
    require(!cli::age(*at, kNow).empty());
    require(!cli::between(*at, kNow, cli::Zone::kUtc).empty());
    require(cli::date_only(*at, cli::Zone::kUtc).size() == 10);
  }
  // In a zone whose clocks skip ten minutes in January and show ten twice in November.
  static const bool kIsZoneSet = [] {
    ::setenv("TZ", "AAA0BBB-0:10,J1/0,J333/18:45:00", 1);
    ::tzset();
    return true;
  }();
  const cli::TimeReading local = cli::read_time(text, kNow, cli::Zone::kLocal);
  require(kIsZoneSet && (!local.earlier || (local.at && *local.earlier < *local.at)));
  if (local.at) {
    const std::string shown = cli::date_and_minute(*local.at, cli::Zone::kLocal);
    const Instant minute = *local.at - local.at->ms % 60'000;
    require(cli::parse_time(shown, kNow, cli::Zone::kLocal) == minute);
  }
  if (const auto length = cli::parse_duration(text)) {
    require(*length >= 0);
    static_cast<void>(cli::duration(*length));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  if (const auto at = parse_rfc3339(text)) {
    require(at->ms >= 0 && at->ms <= kEndOf9999);
    require(parse_rfc3339(to_rfc3339(*at)) == at);
  }
  if (const auto span = server::query::parse_time_span(text)) {
    require(span->first_ms >= 0 && span->first_ms <= span->last_ms);
    require(span->last_ms - span->first_ms < 86'400'000 && span->last_ms <= kEndOf9999);
  }
  for (const std::string_view unit : {"bytes", "MHz", "Mbit/s", "MT/s", ""}) {
    if (const auto number = server::query::parse_quantity(text, unit)) {
      require(*number <= server::query::kLargestNumber &&
              *number >= -server::query::kLargestNumber);
      require(server::query::parse_quantity(std::to_string(*number), unit) == number);
    }
    require(!server::query::expected_quantity(unit).empty());
  }
  if (const auto age = server::query::parse_age(text))
    require(*age >= 0 && *age <= server::query::kLargestNumber);
  static_cast<void>(server::query::parse_truth(text));
  check_command_line(text);
  return 0;
}
