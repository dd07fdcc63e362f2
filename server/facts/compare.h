// SPDX-License-Identifier: Apache-2.0
// The difference between two items, or one item at two times, section by section. Reads only.
//
// Fields that a section declares as identity (describe.h: serial numbers, UUIDs, MAC addresses,
// names, tags) differ between any two machines. A comparison leaves them out unless it is asked for
// them: rows that are equal otherwise are the same, and rows whose key is identity pair by the name
// that people use, nvme0n1 with nvme0n1. Addresses differ only where their networks do. Where a
// version differs, the fields that follow from it are not listed.
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
  std::string not_compared;  // the reason: a side is not known; empty when it was compared
  // Sides ("a", "b") of which only a part of the rows is known: a row in `only_a` or `only_b` may
  // exist on such a side, too.
  std::vector<std::string> incomplete;
};

struct ComparedSide {
  std::int64_t item_id = 0;
  store::ReadPoint point;
};

struct CompareOptions {
  std::optional<std::string> section = {};  // only this one
  bool personal = false;                    // also personal sections
  bool identity = false;                    // also the fields that are identity
};

// Sections that neither side ever reported are left out.
std::vector<ComparedSection> compare_items(store::Transaction& transaction, const ComparedSide& a,
                                           const ComparedSide& b, const CompareOptions& options);

}  // namespace muster::server::facts
