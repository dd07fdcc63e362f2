// SPDX-License-Identifier: Apache-2.0
// Entries of the audit log about items, which the functions of items.h add in the transaction of
// the edit; nobody else has to.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "server/cmdb/items.h"

namespace muster::server::cmdb {

// The detail of an entry: {"owner":"ana","note":null}, and with what was there before
// {"owner":{"before":"bor","after":"ana"}}.
std::string audited_edits(const AttributeEdits& edits);
std::string audited_edits(const ItemAttributes& before, const AttributeEdits& edits);

// `action` without its family: "edit".
void audit_item(store::Transaction& transaction, Instant now, const people::Actor& actor,
                std::string_view action, std::int64_t item_id, std::string detail = "{}");

}  // namespace muster::server::cmdb
