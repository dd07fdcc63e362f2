// SPDX-License-Identifier: Apache-2.0
// The rows that make an item: the item itself, its source records, and the assignments between them
// (model.md section 1). The only place that writes them, for people's edits (items.h) and for
// reports (ingest/find_machine.h). Functions take a write transaction; errors are StoreError.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/support/clock.h"
#include "server/store/transaction.h"

namespace muster::server::cmdb {

enum class SourceKind { kAgent, kManual };

// Each returns the new row's number; `revision` is the report or edit that makes it.
std::int64_t add_item_row(store::Transaction& transaction, std::int64_t revision, Instant at);
std::int64_t add_source_record(store::Transaction& transaction, SourceKind kind,
                               std::int64_t revision);

// From `since` on the source record belongs to that item. A record belongs to one item at most:
// assign() requires that it has no open assignment, reassign() ends the open one.
void assign(store::Transaction& transaction, std::int64_t source_record, std::int64_t item_id,
            std::string_view reason, Instant since, std::int64_t revision);
void reassign(store::Transaction& transaction, std::int64_t source_record, std::int64_t item_id,
              std::string_view reason, Instant since, std::int64_t revision);

// The item to which the source record belongs now; nullopt: to none any more.
std::optional<std::int64_t> assigned_item(store::Transaction& transaction,
                                          std::int64_t source_record);

}  // namespace muster::server::cmdb
