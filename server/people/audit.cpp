// SPDX-License-Identifier: Apache-2.0
#include "server/people/audit.h"

#include <array>

#include "server/people/list_query.h"
#include "server/store/fault.h"

namespace muster::server {
namespace {

constexpr std::string_view kInsertEntry = R"sql(
  INSERT INTO audit (at, actor, action, object, detail, address, request_id)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))sql";

constexpr std::string_view kSelectEntries =
    "SELECT audit_id, at, actor, action, object, detail, address, request_id FROM audit";

}  // namespace

void add_audit(Session& session, const AuditEntry& entry) {
  session.execute(kInsertEntry, {entry.at.ms, entry.actor.name, entry.action, entry.object,
                                 entry.detail, entry.actor.address, entry.actor.request_id});
  store_fault("audit.added");
}

AuditPage list_audit(Session& session, const AuditFilter& filter) {
  const std::size_t limit = checked_limit(filter.limit);
  ListQuery query{std::string(kSelectEntries)};
  if (filter.actor) query.where("actor = ?", {*filter.actor});
  if (filter.action) {
    const std::string family = *filter.action + ".";
    query.where("action = ? OR SUBSTR(action, 1, CAST(? AS INTEGER)) = ?",
                {*filter.action, static_cast<std::int64_t>(family.size()), family});
  }
  if (!filter.objects.empty()) {
    std::string condition;
    Session::Values values;
    for (const std::string& object : filter.objects) {
      condition += condition.empty() ? "object = ?" : " OR object = ?";
      values.emplace_back(object);
    }
    query.where(condition, values);
  }
  if (filter.from) query.where("at >= ?", {filter.from->ms});
  if (filter.to) query.where("at < ?", {filter.to->ms});
  if (filter.cursor) query.where("audit_id < ?", {parse_cursor(*filter.cursor, 1).front()});
  query.order("audit_id DESC", limit);

  AuditPage page;
  session.query(query.text(), query.values(), [&](const ResultRow& row) {
    AuditEntry entry{{row.integer(1)},
                     {std::string(row.text(2)), std::string(row.text(6)), std::string(row.text(7))},
                     std::string(row.text(3)),
                     std::string(row.text(4)),
                     std::string(row.text(5))};
    page.records.push_back({row.integer(0), std::move(entry)});
  });
  if (page.records.size() > limit) {
    page.records.pop_back();
    page.next = make_cursor(std::array{page.records.back().id});
  }
  return page;
}

}  // namespace muster::server
