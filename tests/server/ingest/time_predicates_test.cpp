// SPDX-License-Identifier: Apache-2.0
// The past needs both of its time predicates on every temporal table: with either taken out of a
// table's queries, some answer about the past is another. The statements are those that the server
// really runs; they are changed on their way to the database.
#include <catch2/catch.hpp>

#include <regex>

#include "tests/server/ingest/history_world.h"

namespace muster::server {
namespace {

// What ReadPoint::holds writes, for any alias.
const std::regex kHolds(
    R"(\((\w+)\.since <= \?1 AND \1\.opened_by <= \?2 AND \(\1\.until IS NULL OR \1\.until > \?1 OR \1\.closed_by > \?2\)\))");

// What ReadPoint::holds_of writes: the same, in two parts for the two indexes.
const std::regex kHoldsOf(
    R"(\(\((\w+)\.source_record = (.+?) AND \1\.until IS NULL AND \1\.since <= \?1 AND \1\.opened_by <= \?2\) OR \(.+? AND \1\.until IS NOT NULL AND \1\.since <= \?1 AND \1\.opened_by <= \?2 AND \(\1\.until > \?1 OR \1\.closed_by > \?2\)\)\))");

// The statement with holds_of written as holds, which means the same.
std::string normal(std::string_view sql) {
  return std::regex_replace(
      std::string(sql), kHoldsOf,
      "($1.source_record = $2 AND ($1.since <= ?1 AND $1.opened_by <= ?2 AND ($1.until IS NULL OR "
      "$1.until > ?1 OR $1.closed_by > ?2)))");
}

struct Mutation {
  std::string table;   // assignments, item_values, section_status, section_packages
  bool valid = false;  // the predicate on valid time is taken out, or that on recorded time
};

// The table that an alias stands for in a statement.
std::string table_of(const std::string& sql, const std::string& alias) {
  std::smatch found;
  const std::regex where("(?:FROM|JOIN) (\\w+) " + alias + "\\b");
  return std::regex_search(sql, found, where) ? found[1].str() : std::string();
}

std::string mutated(const std::string& sql, const Mutation& mutation) {
  std::string out;
  std::size_t from = 0;
  for (std::sregex_iterator at(sql.begin(), sql.end(), kHolds), end; at != end; ++at) {
    out += sql.substr(from, static_cast<std::size_t>(at->position()) - from);
    from = static_cast<std::size_t>(at->position() + at->length());
    const std::string t = (*at)[1];
    if (table_of(sql, t) != mutation.table) {
      out += at->str();
    } else if (mutation.valid) {
      out +=
          "(" + t + ".opened_by <= ?2 AND (" + t + ".until IS NULL OR " + t + ".closed_by > ?2))";
    } else {
      out += "(" + t + ".since <= ?1 AND (" + t + ".until IS NULL OR " + t + ".until > ?1))";
    }
  }
  return out + sql.substr(from);
}

// The statements with one mutation, each rewritten once: regular expressions are what costs here.
class MutatedTexts {
 public:
  explicit MutatedTexts(Mutation mutation) : mutation_(std::move(mutation)) {}
  const std::string& of(std::string_view sql) {
    auto known = texts_.find(sql);
    if (known == texts_.end())
      known = texts_.emplace(std::string(sql), mutated(normal(sql), mutation_)).first;
    return known->second;
  }

 private:
  Mutation mutation_;
  std::map<std::string, std::string, std::less<>> texts_;
};

// Passes everything on, and changes the statements about the table that it is told to.
class MutatingTransaction final : public store::Transaction {
 public:
  MutatingTransaction(store::Transaction& inner, MutatedTexts& texts)
      : store::Transaction(inner.connection_number()), inner_(inner), texts_(texts) {}

  std::int64_t run(std::string_view sql, const Values& values, const Each& each) override {
    return inner_.run(texts_.of(sql), values, each);
  }
  void execute_many(std::string_view sql, const std::vector<Values>& rows) override {
    inner_.execute_many(sql, rows);
  }
  void run_script(const std::string& sql) override { inner_.run_script(sql); }

 private:
  store::Transaction& inner_;
  MutatedTexts& texts_;
};

}  // namespace

TEST_CASE("no time predicate of any temporal table can be taken out unnoticed",
          "[ingest][history][long]") {
  World world(7, World::Delivery::kLate);
  world.run(120);
  for (const char* table : {"assignments", "item_values", "section_status", "section_packages"}) {
    for (const bool valid : {true, false}) {
      bool noticed = false;
      MutatedTexts texts({table, valid});
      for (const auto& [moment, answer] : world.kept()) {
        for (const std::int64_t known_after_ms :
             {std::int64_t{0}, std::int64_t{-14'400'000}, std::int64_t{28'800'000}}) {
          const Instant at{moment};
          world.store().read([&](store::Transaction& transaction) {
            const store::ReadPoint point =
                store::read_point(transaction, at, at + known_after_ms, world.now());
            MutatingTransaction mutant(transaction, texts);
            noticed =
                noticed || World::answers(mutant, point) != World::answers(transaction, point);
          });
        }
        if (noticed) break;
      }
      INFO((valid ? "valid time of " : "recorded time of ") << table);
      CHECK(noticed);
    }
  }
}

}  // namespace muster::server
