// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "server/api/cmdb/item_ref.h"
#include "server/api/core/handlers.h"
#include "server/api/desk/ticket_ref.h"
#include "server/api/inventory/change_json.h"
#include "server/api/inventory/personal_data.h"
#include "server/desk/context.h"
#include "server/desk/tickets.h"

namespace muster::server::api {
namespace {

// Changes of personal sections among the context are on record as read.
void audit_context(Call& call, std::int64_t ticket_id, const desk::TicketContext& context) {
  std::set<std::string> sections;
  std::set<std::int64_t> items;
  for (const desk::ContextChange& entry : context.changes) {
    const auto* const schema = inventory::find_section(entry.change.section);
    if (schema == nullptr || schema->privacy == inventory::Privacy::kNone) continue;
    sections.insert(entry.change.section);
    items.insert(entry.change.item_id);
  }
  if (sections.empty()) return;
  audit_personal(call, "ticket/" + std::to_string(ticket_id), "",
                 {sections.begin(), sections.end()}, {items.begin(), items.end()});
}

}  // namespace

http::Response show_ticket_context(Call& call) {
  const std::int64_t id = ticket_of_path(call);
  const auto hours =
      call.integer("hours", 1, desk::kMaxContextHours).value_or(desk::kDefaultContextHours);
  const bool personal = call.principal.may(people::Permission::kReadPersonal);
  desk::TicketContext context;
  std::vector<cmdb::ItemSummary> summaries;
  std::vector<std::string> left_out;
  call.services.store.read([&](store::Transaction& transaction) {
    context = desk::ticket_context(transaction, call.now(), desk::ticket_view(call.principal), id,
                                   static_cast<int>(hours), personal);
    const store::ReadPoint point = call.point(transaction);
    std::vector<std::int64_t> ids;
    std::vector<ItemAtPoint> items;
    for (const desk::ContextItem& item : context.items) {
      ids.push_back(item.item_id);
      items.push_back({item.item_id, point});
    }
    summaries = cmdb::item_summaries(transaction, ids, point);
    if (!personal) left_out = personal_sections(transaction, items);
  });
  audit_context(call, id, context);
  return list_answer(
      call, std::nullopt,
      [&](JsonWriter& json) {
        for (const desk::ContextChange& change : context.changes) {
          json.begin_object()
              .member("item_name", change.item_name)
              .member("seen_afterwards", change.seen_afterwards);
          json.key("change");
          write_change(json, change.change);
          json.end_object();
        }
      },
      [&](JsonWriter& json) {
        json.member("from", context.from)
            .member("began_at", context.began_at)
            .member("is_cut", context.is_cut);
        write_left_out(json, left_out);
        json.key("items").begin_array();
        for (std::size_t i = 0; i < context.items.size(); ++i) {
          json.begin_object();
          write_summary(json, summaries[i]);
          json.member("role", desk::to_string(context.items[i].role));
          write_gaps(json, context.items[i].gaps);
          json.end_object();
        }
        json.end_array();
      });
}

}  // namespace muster::server::api
