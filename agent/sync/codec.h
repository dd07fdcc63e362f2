// SPDX-License-Identifier: Apache-2.0
// The format of the agent's own files: length-prefixed fields, read with bounds checks, in an
// envelope (a magic, the SHA-256 of what follows, zstd) that shows torn and rotten files. Numbers
// are little-endian. The format is private to the agent and may change with its version: a file
// that cannot be read counts as lost, and the protocol heals that. Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/sync/pending.h"
#include "common/support/result.h"

namespace muster::agent::sync {

inline constexpr std::size_t kUnsealedBytes =
    192 * 1024 * 1024;  // more than a report of 128 MiB needs

class ByteWriter {
 public:
  ByteWriter& number(std::uint64_t value);
  ByteWriter& number(std::int64_t value) { return number(static_cast<std::uint64_t>(value)); }
  ByteWriter& number(int value) { return number(static_cast<std::int64_t>(value)); }
  ByteWriter& text(std::string_view value);
  ByteWriter& flag(bool value) { return number(std::uint64_t{value ? 1U : 0U}); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// After the first field that is missing, everything reads as zero or empty and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number();
  std::int64_t up_to(std::int64_t highest);  // fails outside 0 ... highest
  int small_integer();                       // fails outside 0 ... 2^31 - 1
  Instant instant() { return {up_to(kLastInstant.ms)}; }
  std::string text();
  bool flag();
  // The number of elements that follow; fails when less than one byte is left for each.
  std::uint64_t count();
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

void encode(ByteWriter& out, const inventory::ProviderStatuses& providers);
inventory::ProviderStatuses decode_providers(ByteReader& in);
void encode(ByteWriter& out, const std::optional<HeldSection>& held);
std::optional<HeldSection> decode_held(ByteReader& in);
void encode(ByteWriter& out, const inventory::Hash128& hash);
inventory::Hash128 decode_hash(ByteReader& in);

std::string seal(std::string_view magic, std::string_view bytes);
// kMalformed: another magic, a checksum that does not match; kTooLarge above kUnsealedBytes.
Result<std::string> unseal(std::string_view magic, std::string_view file);

std::string encode_pending(const PendingReport& report);
// kMalformed also where the numbers cannot be those of a report: above kHighestSequence, or more
// reports merged into it than there are numbers between its first and its own.
Result<PendingReport> decode_pending(std::string_view bytes);

}  // namespace muster::agent::sync
