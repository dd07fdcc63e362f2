// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/codec.h"

#include <limits>
#include <utility>

#include "common/support/digest.h"
#include "common/wire/compress.h"

namespace muster::agent::sync {
namespace {

constexpr int kPendingFormat = 1;
constexpr std::size_t kNumberBytes = 8;

void encode(ByteWriter& out, const Moment& moment) {
  out.number(moment.at.ms).number(moment.boottime_ms);
}

Moment decode_moment(ByteReader& in) {
  Moment moment;
  moment.at = in.instant();
  moment.boottime_ms = in.up_to(kLastInstant.ms);
  return moment;
}

void encode(ByteWriter& out, const PendingSection& section) {
  out.number(section.schema_version);
  encode(out, section.collected);
  encode(out, section.providers);
  out.flag(section.base.has_value());
  if (section.base) encode(out, *section.base);
  encode(out, section.hash);
  encode(out, section.before);
  out.number(section.upsert.size());
  for (const auto& [key, row] : section.upsert)
    out.text(key).text(row.canonical).text(row.provider).flag(row.is_new);
  out.number(section.remove.size());
  for (const std::string& key : section.remove)
    out.text(key);
}

PendingSection decode_section(ByteReader& in) {
  PendingSection section;
  section.schema_version = in.small_integer();
  section.collected = decode_moment(in);
  section.providers = decode_providers(in);
  if (in.flag()) section.base = decode_hash(in);
  section.hash = decode_hash(in);
  section.before = decode_held(in);
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string key = in.text();
    PendingRow row{in.text(), in.text(), in.flag()};
    section.upsert.insert_or_assign(std::move(key), std::move(row));
  }
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left)
    section.remove.insert(in.text());
  return section;
}

}  // namespace

ByteWriter& ByteWriter::number(std::uint64_t value) {
  for (std::size_t i = 0; i < kNumberBytes; ++i)
    out_ += static_cast<char>(value >> (8 * i) & 0xFF);
  return *this;
}

ByteWriter& ByteWriter::text(std::string_view value) {
  number(static_cast<std::uint64_t>(value.size()));
  out_ += value;
  return *this;
}

std::uint64_t ByteReader::number() {
  if (!ok_ || rest_.size() < kNumberBytes) {
    ok_ = false;
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kNumberBytes; ++i)
    value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
  rest_.remove_prefix(kNumberBytes);
  return value;
}

std::int64_t ByteReader::up_to(std::int64_t highest) {
  const std::uint64_t value = number();
  if (value <= static_cast<std::uint64_t>(highest)) return static_cast<std::int64_t>(value);
  ok_ = false;
  return 0;
}

int ByteReader::small_integer() {
  return static_cast<int>(up_to(std::numeric_limits<int>::max()));
}

std::string ByteReader::text() {
  const std::uint64_t size = number();
  if (!ok_ || size > rest_.size()) {
    ok_ = false;
    return {};
  }
  std::string value(rest_.substr(0, static_cast<std::size_t>(size)));
  rest_.remove_prefix(static_cast<std::size_t>(size));
  return value;
}

bool ByteReader::flag() {
  const std::uint64_t value = number();
  if (value > 1) ok_ = false;
  return ok_ && value == 1;
}

std::uint64_t ByteReader::count() {
  const std::uint64_t value = number();
  if (ok_ && value <= rest_.size()) return value;
  ok_ = false;
  return 0;
}

void encode(ByteWriter& out, const inventory::ProviderStatuses& providers) {
  out.number(providers.size());
  for (const auto& [name, provider] : providers)
    out.text(name).text(inventory::to_string(provider.status)).text(provider.reason);
}

inventory::ProviderStatuses decode_providers(ByteReader& in) {
  inventory::ProviderStatuses providers;
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string name = in.text();
    // A status of a newer version, read after a downgrade: the next collection replaces it.
    const auto status = inventory::parse_status(in.text());
    providers[std::move(name)] = {status.value_or(inventory::Status::kFailed), in.text()};
  }
  return providers;
}

void encode(ByteWriter& out, const std::optional<HeldSection>& held) {
  out.flag(held.has_value());
  if (held) out.number(held->schema_version).text(held->hash).text(held->status);
}

std::optional<HeldSection> decode_held(ByteReader& in) {
  if (!in.flag()) return std::nullopt;
  HeldSection held;
  held.schema_version = in.small_integer();
  held.hash = in.text();
  held.status = in.text();
  return held;
}

void encode(ByteWriter& out, const inventory::Hash128& hash) {
  out.number(hash.high).number(hash.low);
}

inventory::Hash128 decode_hash(ByteReader& in) {
  inventory::Hash128 hash;
  hash.high = in.number();
  hash.low = in.number();
  return hash;
}

std::string seal(std::string_view magic, std::string_view bytes) {
  const std::string packed = wire::compress(bytes);
  return std::string(magic) + sha256(packed) + packed;
}

Result<std::string> unseal(std::string_view magic, std::string_view file) {
  if (!file.starts_with(magic) || file.size() < magic.size() + kSha256Bytes)
    return Failure{FailureKind::kMalformed, "it does not begin as such a file does"};
  file.remove_prefix(magic.size());
  const std::string_view packed = file.substr(kSha256Bytes);
  if (sha256(packed) != file.substr(0, kSha256Bytes))
    return Failure{FailureKind::kMalformed, "its checksum does not match"};
  return wire::decompress(packed, kUnsealedBytes);
}

std::string encode_pending(const PendingReport& report) {
  ByteWriter out;
  out.number(kPendingFormat).number(report.first_sequence).number(report.sequence);
  out.number(report.coalesced).text(report.boot_id).text(report.root).text(report.vitals);
  out.number(report.collected.size());
  for (const auto& [name, moment] : report.collected) {
    out.text(name);
    encode(out, moment);
  }
  out.number(report.sections.size());
  for (const auto& [name, section] : report.sections) {
    out.text(name);
    encode(out, section);
  }
  out.number(report.hashes.size());
  for (const auto& [name, held] : report.hashes) {
    out.text(name);
    encode(out, std::optional(held));
  }
  return out.take();
}

Result<PendingReport> decode_pending(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.small_integer() != kPendingFormat)
    return Failure{FailureKind::kMalformed, "it was written by another version of the agent"};
  PendingReport report;
  report.first_sequence = in.up_to(kHighestSequence);
  report.sequence = in.up_to(kHighestSequence);
  report.coalesced = in.up_to(kHighestSequence);
  report.boot_id = in.text();
  report.root = in.text();
  report.vitals = in.text();
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string name = in.text();
    report.collected[std::move(name)] = decode_moment(in);
  }
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string name = in.text();
    report.sections[std::move(name)] = decode_section(in);
  }
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string name = in.text();
    report.hashes[std::move(name)] = decode_held(in).value_or(HeldSection{});
  }
  if (!in.finished() || report.coalesced > report.sequence - report.first_sequence)
    return Failure{FailureKind::kMalformed, "its content is not whole"};
  return report;
}

}  // namespace muster::agent::sync
