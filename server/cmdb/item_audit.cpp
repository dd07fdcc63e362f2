// SPDX-License-Identifier: Apache-2.0
#include "server/cmdb/item_audit.h"

#include <utility>

#include "common/json/write.h"

namespace muster::server::cmdb {

std::string audited_edits(const AttributeEdits& edits) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : edits) {
    json.key(name);
    value ? json.value(*value) : json.null();
  }
  json.end_object();
  return std::move(json).text();
}

// What is changed, with what was there before.
std::string audited_edits(const ItemAttributes& before, const AttributeEdits& edits) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : edits) {
    const auto old = before.find(name);
    json.key(name).begin_object();
    if (old != before.end()) json.member("before", old->second.value);
    json.member("after", value).end_object();
  }
  json.end_object();
  return std::move(json).text();
}

void audit_item(store::Transaction& transaction, Instant now, const people::Actor& actor,
                std::string_view action, std::int64_t item_id, std::string detail) {
  people::add_audit(transaction, {now, actor, "item." + std::string(action),
                                  "item/" + std::to_string(item_id), std::move(detail)});
}

}  // namespace muster::server::cmdb
