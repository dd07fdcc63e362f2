// SPDX-License-Identifier: Apache-2.0
// A capture from a stranger: parsing it and asking it every question must never fail by more than a
// Failure; what is accepted is written back as the same capture, and each answer as the same
// answer.
#include "agent/host/captured_host.h"
#include "tests/fuzz/fuzz.h"

using namespace muster::agent;
using muster::fuzz::require;

namespace {

void ask(host::CapturedHost& host, const std::string& subject) {
  const auto content = host.read(subject);
  if (content) require(!host.read(subject, content->size() / 2).ok() || content->empty());
  if (const auto names = host.list(subject))
    require(host::decode_names(host::encode_names(*names)) == *names);
  static_cast<void>(host.read_link(subject));
  if (const auto status = host.status(subject)) {
    const auto again = host::decode_status(host::encode_status(*status));
    require(again && again->inode == status->inode && again->mode == status->mode);
  }
  if (const auto space = host.space(subject))
    require(host::decode_space(host::encode_space(*space))->size_bytes == space->size_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = muster::fuzz::as_text(data, size);
  const auto entries = host::parse_capture(text);
  if (!entries) return 0;
  const std::string written = host::write_capture(*entries, "a comment\nof two lines");
  const auto again = host::parse_capture(written);
  require(again && host::write_capture(*again, "a comment\nof two lines") == written);
  const auto parsed = host::CapturedHost::parse(text);
  require(parsed.ok());
  host::CapturedHost& host = **parsed;
  for (const host::CaptureEntry& entry : *entries)
    ask(host, entry.subject);
  if (const auto name = host.uname())
    require(host::decode_uname(host::encode_uname(*name))->architecture == name->architecture);
  static_cast<void>(host.netlink(host::NetlinkDump::kLinks));
  static_cast<void>(host.netlink(host::NetlinkDump::kAddresses));
  return 0;
}
