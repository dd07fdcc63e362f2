// SPDX-License-Identifier: Apache-2.0
// The numbers of the shared parts of rows (section_tables.h): most packages of a new machine are
// those of a thousand others, so their numbers are remembered between reports. A content is never
// deleted or changed, so what was committed once stays true.
//
// Only committed numbers are remembered. A transaction may be rolled back and its numbers given to
// other contents (SQLite reuses them), and a work cannot know how its batch ends. So the owner says
// what a finished write brought: numbers up to the largest one that a committed work has used are
// all either committed or lost, and what is *read* with such a number is committed.
//
// What was committed stays true for the connection it was committed on. After another one is made,
// PostgreSQL may be a replica that had not received it, so everything is forgotten.
//
// find_or_store is called inside write transactions, which one thread runs; committed() from any.
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

// The largest number that a work used, by section, and on which connection.
struct ContentsUsed {
  std::uint64_t connection = 0;
  std::map<std::string_view, std::int64_t> largest;
};

class ContentIds {
 public:
  // Keeps up to `remembered` contents (64 bytes each) of each section; then it begins anew.
  explicit ContentIds(std::size_t remembered = 200'000);

  // The number of each row's content, storing those that no machine has brought before.
  std::vector<std::int64_t> find_or_store(store::Transaction& transaction,
                                          const inventory::SectionSchema& schema,
                                          const std::vector<const DecodedRow*>& rows,
                                          ContentsUsed& used);
  // The write of the work that used these is durable.
  void committed(const ContentsUsed& used);

 private:
  struct HashOf {
    // The hash is one of SHA-256 already.
    std::size_t operator()(const inventory::Hash128& hash) const { return hash.low; }
  };
  using Found = std::unordered_map<inventory::Hash128, std::int64_t, HashOf>;
  struct Section {
    Found remembered;
    std::int64_t committed = 0;  // the largest number of a durable work
  };
  void forget_other_connections(const store::Transaction& transaction);
  std::int64_t committed_of(const Section& section);
  void read(store::Transaction& transaction, const inventory::SectionSchema& schema,
            const std::vector<inventory::Hash128>& hashes, Found& found);

  std::size_t remembered_;
  std::mutex mutex_;                              // of the next one and of what is committed
  std::uint64_t connection_ = 0;                  // for which it remembers
  std::map<std::string_view, Section> sections_;  // by name; never changes after construction
};

}  // namespace muster::server::ingest
