// SPDX-License-Identifier: Apache-2.0
// The ceiling for first reports: the rows of reports, ready to be bound, put straight into SQLite
// with the server's tables and indexes, WAL and synchronous=FULL. No decoding, no comparing, no
// look-ups: shared content is known beforehand. One thread.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/inventory/schema.h"
#include "server/store/transaction.h"

struct sqlite3;

namespace muster::load {

class BareInserts {
 public:
  // Makes the database with the server's own migrations. Throws std::runtime_error.
  explicit BareInserts(const std::filesystem::path& file);
  ~BareInserts();
  BareInserts(const BareInserts&) = delete;
  BareInserts& operator=(const BareInserts&) = delete;

  // Puts one machine's rows in the queue.
  void prepare(const std::map<std::string, std::vector<inventory::Row>>& sections);
  // Inserts all that is in the queue, so many machines in one transaction. Returns the machines.
  std::size_t run(std::size_t machines_a_transaction);
  std::size_t rows() const { return rows_; }  // inserted so far

 private:
  struct Insert {
    const std::string* sql = nullptr;  // of texts_
    std::vector<server::store::SqlValue> values;
  };
  struct Texts {
    std::string row, content;
  };
  using Machine = std::vector<Insert>;

  const Texts& texts_of(const inventory::SectionSchema& schema);
  void execute(const char* sql);
  void insert(const Insert& what);

  sqlite3* handle_ = nullptr;
  std::map<std::string_view, Texts> texts_;
  std::map<std::string, std::int64_t> contents_;  // by section and content hash
  std::map<const std::string*, void*> prepared_;  // sqlite3_stmt by text
  std::vector<Machine> queue_;
  std::int64_t source_record_ = 0;
  std::size_t rows_ = 0;
};

}  // namespace muster::load
