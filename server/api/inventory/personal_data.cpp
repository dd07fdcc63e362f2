// SPDX-License-Identifier: Apache-2.0
#include "server/api/inventory/personal_data.h"

#include <map>
#include <set>

namespace muster::server::api {

bool is_personal(const Call& call, const inventory::SectionSchema& schema) {
  if (schema.privacy == inventory::Privacy::kNone) return false;
  people::require(call.principal, people::Permission::kReadPersonal);
  return true;
}

std::vector<std::string> personal_sections(store::Transaction& transaction,
                                           const std::vector<ItemAtPoint>& items) {
  // By the text of the question, which is one for the present and one for any moment before it.
  std::map<std::string, std::vector<store::Transaction::Values>> questions;
  for (const inventory::SectionSchema& schema : inventory::section_schemas()) {
    if (schema.privacy == inventory::Privacy::kNone) continue;
    for (const ItemAtPoint& item : items) {
      store::Transaction::Values values = item.point.values();
      values.emplace_back(item.item_id);
      values.emplace_back(schema.name);
      // Whether an agent of the item ever told of the section, whatever became of it.
      questions
          ["SELECT s.section FROM assignments a JOIN section_status s ON "
           "s.source_record = a.source_record WHERE a.item_id = ?3 AND "
           "s.section = ?4 AND s.since <= ?1 AND s.opened_by <= ?2 AND " +
           item.point.holds("a") + " LIMIT 1"]
              .push_back(std::move(values));
    }
  }
  std::set<std::string> found;
  for (const auto& [sql, rows] : questions)
    transaction.query_many(
        sql, rows, [&](std::size_t, const store::ResultRow& row) { found.emplace(row.text(0)); });
  return {found.begin(), found.end()};
}

void write_left_out(JsonWriter& json, const std::vector<std::string>& sections) {
  if (!sections.empty()) json.member("left_out", sections);
}

void audit_personal(Call& call, const std::string& object, std::string_view named,
                    const std::vector<std::string>& sections,
                    const std::vector<std::int64_t>& items) {
  JsonWriter detail;
  detail.begin_object();
  if (!named.empty()) detail.member("section", named);
  if (!sections.empty()) detail.member("sections", sections);
  if (!items.empty()) {
    detail.key("items").begin_array();
    for (const std::int64_t item : items)
      detail.value(item);
    detail.end_array();
  }
  detail.end_object();
  call.services.store.write([&](store::Transaction& transaction) {
    people::add_audit(transaction, {.at = call.now(),
                                    .actor = call.actor(),
                                    .action = "item.read_personal",
                                    .object = object,
                                    .detail = detail.text()});
  });
}

}  // namespace muster::server::api
