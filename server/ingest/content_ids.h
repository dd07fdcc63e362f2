// SPDX-License-Identifier: Apache-2.0
// The ids of the shared parts of rows (section_tables.h). Most packages of a new machine are on a
// thousand others, so their ids are remembered between reports. A content is never deleted or
// changed, so a committed id stays right.
//
// Only committed ids are remembered: a transaction may be rolled back and its ids given to other
// contents (SQLite reuses them), and the work of a report cannot know whether its batch commits. So
// the caller tells after the commit which ids it used (committed). Every id up to the largest one
// that a committed write used is either committed or lost; a row that is *read* with such an id is
// therefore committed and may be remembered.
//
// That holds for the connection of the commit only. A new connection to PostgreSQL may lead to a
// replica that had not received the commit, so everything is forgotten when the connection changes.
//
// find_or_store is called inside write transactions, which one thread runs; committed() from any
// thread.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/inventory/canonical.h"
#include "server/ingest/decode.h"
#include "server/store/transaction.h"

namespace muster::server::ingest {

// The largest id that a write used, by section, and the connection of the write.
struct ContentsUsed {
  std::uint64_t connection = 0;
  std::map<std::string_view, std::int64_t> largest;
};

class ContentIds {
 public:
  // Remembers up to `remembered` ids (64 bytes each) for each section; a full section is cleared.
  explicit ContentIds(std::size_t remembered = 200'000);

  // The id of each row's content. Contents that no machine reported before are stored.
  std::vector<std::int64_t> find_or_store(store::Transaction& transaction,
                                          const inventory::SectionSchema& schema,
                                          const std::vector<const DecodedRow*>& rows,
                                          ContentsUsed& used);
  // To be called when the write that used these ids is durable.
  void committed(const ContentsUsed& used);

 private:
  struct HashOf {
    // Part of a SHA-256 already, so it needs no mixing.
    std::size_t operator()(const inventory::Hash128& hash) const { return hash.low; }
  };
  using Found = std::unordered_map<inventory::Hash128, std::int64_t, HashOf>;
  struct Section {
    Found remembered;
    std::int64_t committed = 0;  // the largest id of a durable write
  };
  void forget_other_connections(const store::Transaction& transaction);
  std::int64_t committed_of(const Section& section);
  void read(store::Transaction& transaction, const inventory::SectionSchema& schema,
            const std::vector<inventory::Hash128>& hashes, Found& found);

  std::size_t remembered_;
  std::mutex mutex_;                              // guards connection_ and Section::committed
  std::uint64_t connection_ = 0;                  // whose ids are remembered
  std::map<std::string_view, Section> sections_;  // by name; never changes after construction
};

}  // namespace muster::server::ingest
