// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/spool.h"

#include <cstdio>
#include <utility>

#include "agent/sync/codec.h"
#include "agent/sync/fault_points.h"
#include "common/support/text.h"

namespace muster::agent::sync {
namespace {

constexpr std::string_view kSpoolMagic = "MUSTER-SPOOL-1\n";
constexpr std::string_view kExtension = ".report";
constexpr std::string_view kDamaged = ".damaged";
constexpr std::size_t kDigits = 20;
constexpr std::size_t kDamagedKept = 4;  // enough to find out what happened
constexpr std::size_t kFileBytes = 96 * 1024 * 1024;

std::string name_of(std::int64_t sequence) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%020lld", static_cast<long long>(sequence));
  return std::string(kSpoolFolder) + "/" + digits + std::string(kExtension);
}

std::optional<std::int64_t> sequence_of(std::string_view name) {
  if (name.size() != kDigits + kExtension.size() || !name.ends_with(kExtension))
    return std::nullopt;
  return parse_integer(name.substr(0, kDigits));
}

// A file that could not be read (denied, I/O) is not damaged: the next cycle tries again.
bool is_damage(const Failure& failure) {
  return failure.kind != FailureKind::kDenied && failure.kind != FailureKind::kIo;
}

}  // namespace

Result<std::vector<SpoolFile>> Spool::look(const StateDirectory& directory) {
  const auto names = directory.list(kSpoolFolder);
  if (!names) return names.failure();
  std::vector<SpoolFile> files;
  for (const std::string& name : *names) {
    const auto sequence = sequence_of(name);
    if (!sequence) continue;
    const std::string path = std::string(kSpoolFolder) + "/" + name;
    const auto size = directory.size_bytes(path);
    if (size) files.push_back({*sequence, *size, directory.modified_at(path)});
  }
  return files;
}

Result<Spool> Spool::open(const StateDirectory& directory, const Log& log,
                          std::uint64_t limit_bytes) {
  Spool spool(directory, log, limit_bytes);
  const auto names = directory.list(kSpoolFolder);
  if (!names) return names.failure();
  std::vector<std::string> damaged;
  for (const std::string& name : *names) {
    const std::string path = std::string(kSpoolFolder) + "/" + name;
    if (name.ends_with(kDamaged)) damaged.push_back(path);
    if (!name.ends_with(".new")) continue;
    if (const auto removed = directory.remove(path); !removed) return removed.failure();
  }
  for (std::size_t i = 0; i + kDamagedKept < damaged.size(); ++i) {
    if (const auto removed = directory.remove(damaged[i]); !removed) return removed.failure();
  }
  auto files = look(directory);
  if (!files) return files.failure();
  spool.files_ = std::move(*files);
  if (const auto finished = spool.finish_merges(); !finished) return finished.failure();
  return spool;
}

// A merged report replaces the newer of its two; a crash before the older file is removed leaves
// both, although the merged one has all of it.
Result<Done> Spool::finish_merges() {
  if (files_.size() < 2) return Done{};
  const auto merged = read(files_[1]);
  if (!merged || merged->first_sequence > files_[0].sequence) return Done{};
  return remove(files_[0].sequence);
}

Result<PendingReport> Spool::read(const SpoolFile& file) const {
  if (const auto fault = fault_failure("spool.replay")) return *fault;
  const auto bytes = directory_->read(name_of(file.sequence), kFileBytes);
  if (!bytes) return bytes.failure();
  const auto content = unseal(kSpoolMagic, *bytes);
  if (!content) return content.failure();
  auto report = decode_pending(*content);
  if (report && report->sequence != file.sequence)
    return Failure{FailureKind::kMalformed, "it holds another report than its name says"};
  return report;
}

Result<Done> Spool::set_aside(std::size_t index, const Failure& why) {
  const std::string name = name_of(files_[index].sequence);
  log_->warning("spool",
                "a waiting report cannot be read and was set aside; its state is sent anew",
                {{"file", name}, {"reason", why.message}});
  files_.erase(files_.begin() + static_cast<std::ptrdiff_t>(index));
  ++damaged_;
  return directory_->rename(name, name + std::string(kDamaged));
}

Result<std::optional<PendingReport>> Spool::read_at_end(bool newest_first) {
  while (!files_.empty()) {
    const std::size_t index = newest_first ? files_.size() - 1 : 0;
    auto report = read(files_[index]);
    if (report) return std::optional(std::move(*report));
    if (!is_damage(report.failure())) return report.failure();
    if (const auto aside = set_aside(index, report.failure()); !aside) return aside.failure();
  }
  return std::optional<PendingReport>{};
}

Result<std::optional<PendingReport>> Spool::oldest() {
  return read_at_end(false);
}

Result<std::optional<PendingReport>> Spool::newest() {
  return read_at_end(true);
}

Result<Done> Spool::append(const PendingReport& report) {
  const std::string file = seal(kSpoolMagic, encode_pending(report));
  if (const auto fault = fault_failure("spool.append")) return *fault;
  if (const auto written = directory_->write(name_of(report.sequence), file); !written)
    return written.failure();
  fault_at("spool.appended");
  files_.push_back({report.sequence, file.size()});
  if (const auto room = make_room(); !room) {
    // The report itself is on disk, which is all that the caller relies on; the next append tries
    // to merge again.
    log_->warning("spool", "waiting reports could not be merged",
                  {{"reason", room.failure().message}});
  }
  return Done{};
}

Result<Done> Spool::make_room() {
  const auto total_bytes = [this] {
    std::uint64_t total = 0;
    for (const SpoolFile& file : files_)
      total += file.size_bytes;
    return total;
  };
  while (files_.size() > 1 && total_bytes() > limit_bytes_) {
    auto older = read(files_[0]);
    auto newer = read(files_[1]);
    if (!older || !newer) {
      const std::size_t bad = older ? 1 : 0;
      const Failure& why = older ? newer.failure() : older.failure();
      if (!is_damage(why)) return why;
      if (const auto aside = set_aside(bad, why); !aside) return aside.failure();
      continue;
    }
    const PendingReport merged = merge(std::move(*older), std::move(*newer));
    const std::string file = seal(kSpoolMagic, encode_pending(merged));
    if (const auto written = directory_->write(name_of(merged.sequence), file); !written)
      return written.failure();
    files_[1].size_bytes = file.size();
    if (const auto fault = fault_failure("spool.merged")) return *fault;
    if (const auto removed = remove(files_[0].sequence); !removed) return removed.failure();
  }
  return Done{};
}

Result<Done> Spool::remove(std::int64_t sequence) {
  if (const auto fault = fault_failure("spool.remove")) return *fault;
  if (const auto removed = directory_->remove(name_of(sequence)); !removed)
    return removed.failure();
  std::erase_if(files_, [&](const SpoolFile& file) { return file.sequence == sequence; });
  return Done{};
}

}  // namespace muster::agent::sync
