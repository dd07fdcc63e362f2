// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "server/api/handlers.h"
#include "server/api/item_ref.h"
#include "server/api/personal_data.h"
#include "server/api/ticket_ref.h"
#include "server/desk/context.h"
#include "server/desk/tickets.h"

namespace muster::server {
namespace {

// Changes of personal sections among the context are on record as read.
void audit_context(Call& call, std::int64_t ticket_id, const TicketContext& context) {
  std::set<std::string> sections;
  std::set<std::int64_t> items;
  for (const ContextChange& entry : context.changes) {
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

Response show_ticket_context(Call& call) {
  const std::int64_t id = ticket_of_path(call);
  const auto hours = call.integer("hours", 1, kMaxContextHours).value_or(kDefaultContextHours);
  const bool personal = call.principal.may(Permission::kReadPersonal);
  TicketContext context;
  std::vector<ItemSummary> summaries;
  std::vector<std::string> left_out;
  call.services.store.read([&](Session& session) {
    context = ticket_context(session, call.now(), ticket_view(call.principal), id,
                             static_cast<int>(hours), personal);
    const ReadPoint point = call.point(session);
    std::vector<std::int64_t> ids;
    std::vector<ItemAtPoint> items;
    for (const ContextItem& item : context.items) {
      ids.push_back(item.item_id);
      items.push_back({item.item_id, point});
    }
    summaries = item_summaries(session, ids, point);
    if (!personal) left_out = personal_sections(session, items);
  });
  audit_context(call, id, context);
  return list_answer(
      call, std::nullopt,
      [&](JsonWriter& json) {
        for (const ContextChange& change : context.changes) {
          json.begin_object()
              .member("item_name", change.item_name)
              .member("seen_afterwards", change.seen_afterwards);
          json.key("change");
          write_json(json, change.change);
          json.end_object();
        }
      },
      [&](JsonWriter& json) {
        json.member("from", context.from)
            .member("began_at", context.began_at)
            .member("is_cut", context.is_cut);
        write_left_out(json, left_out);
        json.key("linked_items").begin_array();
        for (std::size_t i = 0; i < context.items.size(); ++i) {
          json.begin_object();
          write_summary(json, summaries[i]);
          json.member("role", to_string(context.items[i].role));
          write_gaps(json, context.items[i].gaps);
          json.end_object();
        }
        json.end_array();
      });
}

}  // namespace muster::server
