// SPDX-License-Identifier: Apache-2.0
// SQLite databases as files on the disk: what backup, restore and doctor do with them beside
// opening them. Errors: std::runtime_error and StoreError, with the file and what to do.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "common/support/clock.h"
#include "server/store/transaction.h"

namespace muster::server::installation {

struct DatabaseFacts {
  int schema_version = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t items = 0;
  std::int64_t agents = 0;
  std::optional<Instant> last_change;
};

// Refuses what is no Muster database, is damaged, or was made by a newer program. Nothing is
// changed.
DatabaseFacts examine_database(const std::filesystem::path& file);
std::string describe(const DatabaseFacts& facts);  // "12 items, 11 agents, last change ..."

// "ok", or the first thing that SQLite finds wrong with the file's structure.
std::string integrity(store::Transaction& transaction);

// Brings everything that stands in the write-ahead log into the file and that onto the disk, after
// which the file alone is the database. Nobody else may have it open.
void settle_database(const std::filesystem::path& file);
// Also what SQLite keeps beside it. No error when there is nothing.
void remove_database(const std::filesystem::path& file);
void sync_directory(const std::filesystem::path& directory);

}  // namespace muster::server::installation
