// SPDX-License-Identifier: Apache-2.0
// Redaction of a whole capture: as many entries as before, none longer or shorter, the same secret
// gives the same result, and a serial number that was found in a file occurs in no answer any more.
#include "agent/host/capture_format.h"
#include "agent/host/redact.h"
#include "agent/host/substitutes.h"
#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using namespace muster::agent;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string secret = "a secret of the fuzzer's own....";
  std::vector<host::CaptureEntry> entries;
  std::string_view rest = fuzz::as_text(data, size);
  // A letter for the question, the subject, a newline, the answer.
  while (!rest.empty() && entries.size() < 40) {
    std::string_view part = fuzz::take_part(rest, "\x1e\n");
    host::CaptureEntry entry;
    entry.question = static_cast<host::Question>(fuzz::take_choice(part, 7));
    entry.subject = fuzz::take_part(part, "\n");
    if (part.starts_with("\x1f")) entry.failure = FailureKind::kDenied;
    entry.answer = part;
    entries.push_back(std::move(entry));
  }
  const auto redacted = host::redact(entries, secret);
  require(redacted.size() == entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    require(redacted[i].question == entries[i].question);
    require(redacted[i].subject.size() == entries[i].subject.size());
    // A list that is none is nothing.
    if (entries[i].question == host::Question::kList && !host::decode_names(entries[i].answer))
      continue;
    require(redacted[i].answer.size() == entries[i].answer.size());
  }
  const auto parsed = host::parse_capture(host::write_capture(redacted));
  const auto before = host::parse_capture(host::write_capture(entries));
  require(parsed.ok() == before.ok());
  if (parsed)
    require(host::write_capture(*parsed) == host::write_capture(host::redact(entries, secret)));
  return 0;
}
