// SPDX-License-Identifier: Apache-2.0
#include "server/people/audit.h"

#include <array>

#include "server/store/fault.h"
#include "server/store/list.h"

namespace muster::server::people {
namespace {

constexpr std::string_view kInsertEntry = R"sql(
  INSERT INTO audit (at, actor, action, object, detail, address, request_id)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))sql";

constexpr std::string_view kSelectEntries =
    "SELECT audit_id, at, actor, action, object, detail, address, request_id FROM audit";

}  // namespace

void add_audit(store::Transaction& transaction, const AuditEntry& entry) {
  transaction.execute(kInsertEntry, {entry.at.ms, entry.actor.name, entry.action, entry.object,
                                     entry.detail, entry.actor.address, entry.actor.request_id});
  store::store_fault("audit.added");
}

AuditPage list_audit(store::Transaction& transaction, const AuditFilter& filter) {
  const std::size_t limit = store::checked_limit(filter.limit);
  store::ListQuery query{std::string(kSelectEntries)};
  if (filter.actor) query.where("actor = ?", {*filter.actor});
  if (filter.action) {
    const std::string family = *filter.action + ".";
    query.where("action = ? OR SUBSTR(action, 1, CAST(? AS INTEGER)) = ?",
                {*filter.action, static_cast<std::int64_t>(family.size()), family});
  }
  if (!filter.objects.empty()) {
    std::string condition;
    store::Transaction::Values values;
    for (const std::string& object : filter.objects) {
      condition += condition.empty() ? "object = ?" : " OR object = ?";
      values.emplace_back(object);
    }
    query.where(condition, values);
  }
  if (filter.from) query.where("at >= ?", {filter.from->ms});
  if (filter.to) query.where("at < ?", {filter.to->ms});
  if (filter.cursor) query.where("audit_id < ?", {store::parse_cursor(*filter.cursor, 1).front()});
  query.order("audit_id DESC", limit);

  AuditPage page;
  transaction.query(query.text(), query.values(), [&](const store::ResultRow& row) {
    AuditEntry entry{{row.integer(1)},
                     {std::string(row.text(2)), std::string(row.text(6)), std::string(row.text(7))},
                     std::string(row.text(3)),
                     std::string(row.text(4)),
                     std::string(row.text(5))};
    page.records.push_back({row.integer(0), std::move(entry)});
  });
  if (page.records.size() > limit) {
    page.records.pop_back();
    page.next = store::make_cursor(std::array{page.records.back().id});
  }
  return page;
}

}  // namespace muster::server::people
