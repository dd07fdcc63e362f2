// SPDX-License-Identifier: Apache-2.0
// The list of revocations beside the database. A lost record would let a thief in again, so: what
// is read is written as the same bytes, a torn end is only ever the last line, and damage anywhere
// else is refused. Behind an even first byte each line gets the checksum that fits.
#include "common/support/digest.h"
#include "common/support/text.h"
#include "server/ca/side_log.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using namespace muster::server;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::as_text(data, size);
  std::string text;
  if (fuzz::take_choice(rest, 2) == 0) {
    while (!rest.empty()) {
      const std::string_view line = fuzz::take_part(rest, "\n");
      text += sha256_hex(line).substr(0, 16) + ' ' + std::string(line) + '\n';
    }
  } else {
    text = rest;
  }
  const auto log = ca::parse_side_log(text);
  if (!log) return 0;
  require(log->good_bytes <= text.size());
  require(text.find('\n', log->good_bytes) == std::string::npos ||
          text.find('\n', log->good_bytes) + 1 == text.size());
  std::string again;
  for (const ca::SideLogRecord& record : log->records)
    again += ca::format_side_log_line(record);
  const auto same = ca::parse_side_log(again);
  require(same && same->records == log->records && same->good_bytes == again.size());
  // A checksum that does not fit is damage, or, in the last line, a torn end: never a record.
  for (std::size_t at = 0; at < again.size(); at = again.find('\n', at) + 1) {
    std::string damaged = again;
    damaged[at] = damaged[at] == '0' ? '1' : '0';
    const auto rest_of_it = ca::parse_side_log(damaged);
    require(!rest_of_it || rest_of_it->records.size() < log->records.size());
  }
  // A cut anywhere loses the last line at most.
  if (!again.empty()) {
    const auto cut = ca::parse_side_log(std::string_view(again).substr(0, again.size() - 1));
    require(cut && cut->records.size() + 1 == log->records.size());
  }
  return 0;
}
