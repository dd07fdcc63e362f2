// SPDX-License-Identifier: Apache-2.0
#include "server/installation/database_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "common/support/exception_text.h"
#include "server/store/fault.h"
#include "server/store/migrations.h"
#include "server/store/sqlite.h"

namespace muster::server::installation {
namespace {

namespace fs = std::filesystem;

// The first bytes of every SQLite 3 file (https://www.sqlite.org/fileformat.html, 1.3).
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr const char* kBeside[] = {"-wal", "-shm", "-journal"};

void sync(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const std::string why = std::strerror(errno);
  if (descriptor >= 0) ::close(descriptor);
  if (!synced)
    throw std::runtime_error("cannot make sure that the disk holds " + path.string() + ": " + why);
}

void check_magic(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string head(kMagic.size(), '\0');
  if (!in) throw std::runtime_error(system_error_text("cannot read it", errno));
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  if (head != kMagic) throw std::runtime_error("it is not a database");
}

}  // namespace

std::string integrity(store::Transaction& transaction) {
  return transaction.find_text("PRAGMA integrity_check(1)").value_or("no answer");
}

DatabaseFacts examine_database(const fs::path& file) {
  check_magic(file);
  const std::unique_ptr<store::Database> database = store::open_sqlite(file.string(), false);
  const std::unique_ptr<store::Connection> connection = database->connect(true, 0);
  if (const std::string found = integrity(*connection); found != "ok") {
    throw std::runtime_error("it is damaged: " + found);
  }
  DatabaseFacts facts;
  facts.schema_version = store::schema_version(*database, *connection);
  if (facts.schema_version == 0) {
    throw std::runtime_error("it is a database, but not one of Muster");
  }
  if (facts.schema_version > static_cast<int>(store::migrations().size())) {
    throw std::runtime_error("it was made by a newer muster-server (version " +
                             std::to_string(facts.schema_version) + " of the database, this " +
                             "program knows " + std::to_string(store::migrations().size()) +
                             "): install that one");
  }
  facts.size_bytes = fs::file_size(file);
  facts.items = connection->find_integer("SELECT COUNT(*) FROM items").value_or(0);
  facts.agents = connection->find_integer("SELECT COUNT(*) FROM agents").value_or(0);
  if (const auto at = connection->find_integer("SELECT MAX(recorded_at) FROM revisions")) {
    facts.last_change = Instant{*at};
  }
  return facts;
}

std::string describe(const DatabaseFacts& facts) {
  return std::to_string(facts.items) + " items, " + std::to_string(facts.agents) +
         " agents, last change " + (facts.last_change ? to_rfc3339(*facts.last_change) : "never") +
         ", " + std::to_string(facts.size_bytes) + " bytes, version " +
         std::to_string(facts.schema_version);
}

void settle_database(const fs::path& file) {
  store::store_fault("database.settle");
  {
    const std::unique_ptr<store::Connection> connection =
        store::open_sqlite(file.string(), false)->connect(false, 0);
    if (connection->find_integer("PRAGMA wal_checkpoint(TRUNCATE)").value_or(1) != 0) {
      throw std::runtime_error("another program has " + file.string() + " open");
    }
  }
  for (const char* suffix : {"-wal", "-shm"}) {
    if (fs::exists(file.string() + suffix)) {
      throw std::runtime_error("another program has " + file.string() + " open");
    }
  }
  sync(file, O_RDONLY);
}

void remove_database(const fs::path& file) {
  std::error_code ignored;  // what cannot be removed shows when the name is used again
  fs::remove(file, ignored);
  for (const char* suffix : kBeside)
    fs::remove(file.string() + suffix, ignored);
}

void sync_directory(const fs::path& directory) {
  sync(directory, O_RDONLY | O_DIRECTORY);
}

}  // namespace muster::server::installation
