// SPDX-License-Identifier: Apache-2.0
// Reports on disk until the server acknowledges them: one sealed file a report in spool/, named by
// its sequence, so that the files sort by sequence. Bounded: above 64 MiB the two oldest are
// merged. A file that a crash or the disk damaged is set aside as NAME.damaged and logged; the
// server notices the missing report by the hashes. One thread at a time, under the StateLock
// (`look` needs none).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/sync/pending.h"
#include "agent/sync/state_directory.h"
#include "common/support/log.h"
#include "common/support/result.h"

namespace muster::agent::sync {

inline constexpr std::uint64_t kSpoolBytes = 64ULL * 1024 * 1024;

struct SpoolFile {
  std::int64_t sequence = 0;
  std::uint64_t size_bytes = 0;
  std::optional<Instant> written_at = {};
};

class Spool {
 public:
  // Removes what interrupted writes left behind. `directory` and `log` outlive the spool.
  static Result<Spool> open(const StateDirectory& directory, const Log& log,
                            std::uint64_t limit_bytes = kSpoolBytes);
  // The files as they are, without changing any; for `status`.
  static Result<std::vector<SpoolFile>> look(const StateDirectory& directory);

  bool empty() const { return files_.empty(); }
  const std::vector<SpoolFile>& files() const { return files_; }  // oldest first

  // On disk when it returns. Its sequence is higher than all before.
  Result<Done> append(const PendingReport& report);
  // The oldest that can be read; damaged ones are set aside on the way. nullopt: empty.
  Result<std::optional<PendingReport>> oldest();
  Result<std::optional<PendingReport>> newest();
  // For a report that was acknowledged.
  Result<Done> remove(std::int64_t sequence);
  // How many files were set aside as damaged since open().
  int damaged() const { return damaged_; }

 private:
  Spool(const StateDirectory& directory, const Log& log, std::uint64_t limit_bytes)
      : directory_(&directory), log_(&log), limit_bytes_(limit_bytes) {}
  Result<PendingReport> read(const SpoolFile& file) const;
  Result<Done> set_aside(std::size_t index, const Failure& why);
  Result<std::optional<PendingReport>> read_at_end(bool newest_first);
  Result<Done> make_room();
  Result<Done> finish_merges();

  const StateDirectory* directory_;
  const Log* log_;
  std::uint64_t limit_bytes_;
  std::vector<SpoolFile> files_;
  int damaged_ = 0;
};

}  // namespace muster::agent::sync
