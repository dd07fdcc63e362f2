// SPDX-License-Identifier: Apache-2.0
// The readings of the moment, over a machine of the fuzzer's making (host_text.h): one JSON object,
// which the server must take.
#include "agent/collect/collector.h"
#include "common/json/value.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/host_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  fuzz::TextHost host(fuzz::as_text(data, size));
  const auto vitals = JsonValue::parse(agent::collect::collect_vitals(host));
  fuzz::require(vitals.ok() && vitals->object() != nullptr);
  for (const char* name : {"uptime_seconds", "memory_available_bytes", "swap_free_bytes",
                           "processes", "logged_on_users"})
    fuzz::require(vitals->integer_at(name).value_or(0) >= 0);
  return 0;
}
