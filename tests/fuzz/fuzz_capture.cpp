// SPDX-License-Identifier: Apache-2.0
// A capture from a stranger: parsing it and asking it every question must never fail by more than a
// Failure, and what is accepted must be written back as the same capture.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/host/captured_host.h"

using namespace muster::agent;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto entries = parse_capture(text);
  if (!entries) return 0;
  const std::string written = write_capture(*entries);
  const auto again = parse_capture(written);
  if (!again || write_capture(*again) != written) std::abort();
  CapturedHost host(*entries);
  for (const CaptureEntry& entry : *entries) {
    static_cast<void>(host.read(entry.subject));
    static_cast<void>(host.list(entry.subject));
    static_cast<void>(host.read_link(entry.subject));
    static_cast<void>(host.status(entry.subject));
    static_cast<void>(host.space(entry.subject));
  }
  static_cast<void>(host.machine_name());
  static_cast<void>(host.netlink(NetlinkDump::kLinks));
  return 0;
}
