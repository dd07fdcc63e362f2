// SPDX-License-Identifier: Apache-2.0
#include "server/desk/context.h"

#include <algorithm>
#include <tuple>

#include "server/error.h"

namespace muster::server::desk {
namespace {

constexpr std::int64_t kHourInMs = 60LL * 60 * 1000;
// The longest time between two looks: sections that are collected daily.
constexpr std::int64_t kLookAfterMs = 24 * kHourInMs;
constexpr std::size_t kPage = 200;
constexpr std::size_t kMaxPages = 10;  // of one item

// Fills `context` with the changes of one item.
void add_changes(store::Transaction& transaction, const store::ReadPoint& point, const Link& link,
                 bool personal, TicketContext& context) {
  ContextItem item{link.item_id, link.item_name, link.role};
  facts::ChangeQuery query;
  query.from = context.from;
  query.to = context.began_at + kLookAfterMs;
  query.personal = personal;
  query.limit = kPage;
  std::size_t pages = 0;
  do {
    facts::ChangePage page = facts::item_changes(transaction, link.item_id, point, query);
    for (facts::Change& change : page.changes) {
      const bool afterwards = change.at >= context.began_at;
      if (afterwards && !(change.not_before && *change.not_before < context.began_at)) continue;
      context.changes.push_back({link.item_name, std::move(change), afterwards});
    }
    if (pages == 0) {
      for (const facts::ChangeGap& gap : page.gaps) {
        if (gap.since < context.began_at && gap.until > context.from) item.gaps.push_back(gap);
      }
    }
    query.cursor = page.next;
  } while (query.cursor && ++pages < kMaxPages);
  if (query.cursor) context.is_cut = true;
  context.items.push_back(std::move(item));
}

}  // namespace

TicketContext ticket_context(store::Transaction& transaction, Instant now, const TicketView& view,
                             std::int64_t ticket_id, int hours, bool personal) {
  const Ticket ticket = get_ticket(transaction, view, ticket_id);
  if (!view.sees_all) {
    throw Error(Status::kForbidden, "forbidden", "Your role does not include the inventory.");
  }
  if (hours < 1 || hours > kMaxContextHours) {
    throw Error(Status::kUnprocessable, "invalid_value",
                "The span must be 1 to " + std::to_string(kMaxContextHours) + " hours.")
        .at("hours");
  }
  TicketContext context;
  context.began_at = ticket.began_at;
  context.from = ticket.began_at - hours * kHourInMs;
  const auto point = store::ReadPoint::now(now);
  for (const Link& link : list_links(transaction, now, view, ticket.id))
    add_changes(transaction, point, link, personal, context);

  // Within one item the order is that of item_changes; equal keys keep it.
  std::stable_sort(context.changes.begin(), context.changes.end(),
                   [](const ContextChange& a, const ContextChange& b) {
                     return std::tuple(a.change.possibly_collector, b.change.at) <
                            std::tuple(b.change.possibly_collector, a.change.at);
                   });
  if (context.changes.size() > kMaxContextChanges) {
    context.changes.resize(kMaxContextChanges);
    context.is_cut = true;
  }
  return context;
}

}  // namespace muster::server::desk
