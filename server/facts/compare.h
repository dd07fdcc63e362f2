// SPDX-License-Identifier: Apache-2.0
// The difference between two items, or one item at two times, section by section. Reads only.
//
// No two machines share what their sections declare as identity (describe.h): serial numbers,
// UUIDs, MAC addresses, names, tags. Without it, rows that differ only in it are the same,
// and rows that are known by it alone pair by what people call them: nvme0n1 with nvme0n1. Of an
// address only another network counts. A version that differs stands for what follows from it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "common/inventory/schema.h"
#include "server/facts/changes.h"
#include "server/store/read_point.h"
#include "server/store/transaction.h"

namespace muster::server::facts {

struct ComparedRow {
  std::string key;  // inventory::pairing_key, the same on both sides
  std::string label;
  std::string summary;  // the row of a one-sided difference in few words
  std::string a;        // the rows as JSON objects
  std::string b;
  std::vector<FieldChange> fields;  // those that differ: before is a's value, after is b's
};

struct ComparedSection {
  const inventory::SectionSchema* schema = nullptr;
  std::vector<ComparedRow> only_a;
  std::vector<ComparedRow> only_b;
  std::vector<ComparedRow> different;
  std::int64_t same = 0;
  std::string not_compared;  // why: a side is not known; empty when it was compared
  // Sides ("a", "b") of which there are rows and more may be there: what only the other side has
  // may be there too.
  std::vector<std::string> incomplete;
};

struct ComparedSide {
  std::int64_t item_id = 0;
  store::ReadPoint point;
};

struct CompareOptions {
  std::optional<std::string> section = {};  // only this one
  bool personal = false;                    // also personal sections
  bool identity = false;                    // also what no two machines share
};

// Sections that neither side ever reported are left out.
std::vector<ComparedSection> compare_items(store::Transaction& transaction, const ComparedSide& a,
                                           const ComparedSide& b, const CompareOptions& options);

}  // namespace muster::server::facts
