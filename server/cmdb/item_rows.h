// SPDX-License-Identifier: Apache-2.0
// The rows that make an item: the item itself, the source records that say something of it, and the
// assignments between them (model.md section 1). The one place that writes them, for people's edits
// (items.h) and for reports (ingest/identify.h). Functions take a write transaction; errors are
// StoreError.
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

// From `since` on the source record speaks of that item. It speaks of one at most: assign() needs
// that no assignment of it is open, reassign() ends the one that is.
void assign(store::Transaction& transaction, std::int64_t source_record, std::int64_t item_id,
            std::string_view reason, Instant since, std::int64_t revision);
void reassign(store::Transaction& transaction, std::int64_t source_record, std::int64_t item_id,
              std::string_view reason, Instant since, std::int64_t revision);

// The item that the source record speaks of now; nullopt: none any more.
std::optional<std::int64_t> assigned_item(store::Transaction& transaction,
                                          std::int64_t source_record);

}  // namespace muster::server::cmdb
