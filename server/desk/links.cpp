// SPDX-License-Identifier: Apache-2.0
#include "server/desk/links.h"

#include <set>

#include "common/inventory/schema.h"
#include "common/json/write.h"
#include "server/cmdb/item_fields.h"
#include "server/cmdb/items.h"
#include "server/desk/desk_text.h"
#include "server/desk/notes.h"
#include "server/error.h"
#include "server/facts/shown_record.h"

namespace muster::server::desk {
namespace {

constexpr std::string_view kFindOpen =
    "SELECT link_id FROM ticket_links WHERE ticket_id = ?1 AND item_id = ?2 AND unlinked_at IS "
    "NULL";
constexpr std::string_view kCountOpen =
    "SELECT COUNT(*) FROM ticket_links WHERE ticket_id = ?1 AND unlinked_at IS NULL";
constexpr std::string_view kInsertLink = R"sql(
  INSERT INTO ticket_links (ticket_id, item_id, role, reason, linked_at, linked_by)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING link_id)sql";
constexpr std::string_view kUnlink = R"sql(
  UPDATE ticket_links SET unlinked_at = ?3, unlinked_by = ?4
  WHERE link_id = ?1 AND ticket_id = ?2 AND unlinked_at IS NULL)sql";
constexpr std::string_view kFindItem =
    "SELECT item_id FROM ticket_links WHERE link_id = ?1 AND ticket_id = ?2 AND unlinked_at IS "
    "NULL";
constexpr std::string_view kListLinks = R"sql(
  SELECT link_id, ticket_id, item_id, role, reason, linked_at, linked_by FROM ticket_links
  WHERE ticket_id = ?1 AND unlinked_at IS NULL AND (?2 = 1 OR linked_by = ?3) ORDER BY link_id)sql";
constexpr std::string_view kListedLinks = R"sql(
  SELECT ticket_id, item_id FROM ticket_links
  WHERE unlinked_at IS NULL AND (?1 = 1 OR linked_by = ?2) AND ticket_id IN )sql";
constexpr std::string_view kTicketsOfItem = R"sql(
  SELECT ticket_id, role FROM ticket_links WHERE item_id = ?1
    AND unlinked_at IS NULL ORDER BY link_id)sql";
constexpr std::string_view kTouchLinkedTicket =
    "UPDATE tickets SET updated_at = ?2 WHERE ticket_id = ?1";

bool owns(const cmdb::Item& item, const TicketView& view) {
  const auto owner = item.attributes.find("owner");
  return owner != item.attributes.end() && owner->second.value == view.user_name;
}

void tell(store::Transaction& transaction, Instant now, const people::Actor& actor,
          std::string action, std::int64_t ticket_id, std::int64_t item_id, std::string_view role,
          const std::string& event) {
  transaction.execute(kTouchLinkedTicket, {ticket_id, now.ms});
  add_event(transaction, now, actor, ticket_id, false, event);
  JsonWriter detail;
  detail.begin_object().member("item", item_id).member("role", std::string(role)).end_object();
  people::add_audit(transaction, {now, actor, std::move(action),
                                  "ticket/" + std::to_string(ticket_id), detail.text()});
}

}  // namespace

std::optional<LinkRole> parse_link_role(std::string_view name) {
  for (std::size_t i = 0; i < kLinkRoleNames.size(); ++i) {
    if (kLinkRoleNames[i] == name) return static_cast<LinkRole>(i);
  }
  return std::nullopt;
}

std::vector<std::string> item_names(store::Transaction& transaction, Instant now,
                                    const std::vector<std::int64_t>& items) {
  const store::ReadPoint point = store::ReadPoint::now(now);
  const inventory::SectionSchema& os = *inventory::find_section("os");
  const std::string sql = "SELECT COALESCE(" + facts::winning_value("name", "?3", point) +
                          ", (SELECT r.hostname FROM section_os r WHERE r.source_record = " +
                          facts::shown_record(os, "?3", point) + " AND " + point.holds("r") +
                          " LIMIT 1))";
  std::vector<store::Transaction::Values> rows;
  std::vector<std::string> names;
  for (const std::int64_t item : items) {
    rows.push_back(point.values());
    rows.back().emplace_back(item);
    names.push_back("item " + std::to_string(item));
  }
  transaction.query_many(sql, rows, [&](std::size_t i, const store::ResultRow& row) {
    if (!row.is_null(0)) names[i] = row.text(0);
  });
  return names;
}

std::string item_name(store::Transaction& transaction, Instant now, std::int64_t item_id) {
  return item_names(transaction, now, {item_id}).front();
}

Link link_item(store::Transaction& transaction, Instant now, const people::Actor& actor,
               const TicketView& view, std::int64_t ticket_id, std::int64_t item_id, LinkRole role,
               const std::string& reason) {
  const Ticket ticket = get_ticket(transaction, view, ticket_id);
  require_lines(reason, "reason", kMaxLinkReasonBytes);
  const bool reports_own = role == LinkRole::kAffected && ticket.requester_user == view.user_id;
  const Error forbidden(Status::kForbidden, "forbidden",
                        "You can link devices of your own to tickets of your own only.");
  if (!view.works && !reports_own) throw forbidden;
  const cmdb::Item item = cmdb::get_item(transaction, item_id, store::ReadPoint::now(now));
  if (!view.works && !owns(item, view)) throw forbidden;

  const std::string name = item_name(transaction, now, item_id);
  if (const auto open = transaction.find_integer(kFindOpen, {ticket.id, item_id})) {
    throw Error(Status::kConflict, "already_linked",
                name + " is linked to " + ticket_number(ticket.id) + " already.")
        .with("link_id", *open);
  }
  if (transaction.find_integer(kCountOpen, {ticket.id}).value_or(0) >= kMaxLinks) {
    throw Error(Status::kConflict, "too_many_links",
                ticket_number(ticket.id) + " has " + std::to_string(kMaxLinks) +
                    " links already. Link what they have in common.");
  }
  const auto why = reason.empty() ? std::nullopt : std::optional(reason);
  const auto id = transaction.find_integer(
      kInsertLink, {ticket.id, item_id, to_string(role), why, now.ms, actor.name});
  tell(transaction, now, actor, "ticket.link", ticket.id, item_id, to_string(role),
       "linked " + name + " as " + std::string(to_string(role)));
  return {id.value(), ticket.id, item_id, name, role, why, now, actor.name};
}

void unlink_item(store::Transaction& transaction, Instant now, const people::Actor& actor,
                 const TicketView& view, std::int64_t ticket_id, std::int64_t link_id) {
  const Ticket ticket = get_ticket(transaction, view, ticket_id);
  if (!view.works) {
    throw Error(Status::kForbidden, "forbidden", "Only those who work on tickets can unlink.");
  }
  const auto item_id = transaction.find_integer(kFindItem, {link_id, ticket.id});
  if (!item_id) {
    throw Error(Status::kNotFound, "link_not_found",
                ticket_number(ticket.id) + " has no open link " + std::to_string(link_id) + ".");
  }
  transaction.execute(kUnlink, {link_id, ticket.id, now.ms, actor.name});
  tell(transaction, now, actor, "ticket.unlink", ticket.id, *item_id, "",
       "unlinked " + item_name(transaction, now, *item_id));
}

void tell_tickets_of_purge(store::Transaction& transaction, Instant now, const people::Actor& actor,
                           std::int64_t item_id) {
  std::vector<std::pair<std::int64_t, std::string>> linked;
  transaction.query(kTicketsOfItem, {item_id}, [&](const store::ResultRow& row) {
    linked.emplace_back(row.integer(0), std::string(row.text(1)));
  });
  for (const auto& [ticket_id, role] : linked) {
    tell(transaction, now, actor, "ticket.unlink", ticket_id, item_id, role,
         "item " + std::to_string(item_id) + ", linked as " + role +
             ", was purged: it and its link are no more");
  }
}

std::vector<Link> list_links(store::Transaction& transaction, Instant now, const TicketView& view,
                             std::int64_t ticket_id) {
  get_ticket(transaction, view, ticket_id);
  std::vector<Link> links;
  transaction.query(kListLinks, {ticket_id, view.sees_all, view.user_name},
                    [&](const store::ResultRow& row) {
                      Link link;
                      link.id = row.integer(0);
                      link.ticket_id = row.integer(1);
                      link.item_id = row.integer(2);
                      link.role = parse_link_role(row.text(3)).value_or(LinkRole::kRelated);
                      link.reason = row.optional_text(4);
                      link.linked_at = {row.integer(5)};
                      link.linked_by = row.text(6);
                      links.push_back(std::move(link));
                    });
  std::vector<std::int64_t> items;
  for (const Link& link : links)
    items.push_back(link.item_id);
  std::vector<std::string> names = item_names(transaction, now, items);
  for (std::size_t i = 0; i < links.size(); ++i)
    links[i].item_name = std::move(names[i]);
  return links;
}

std::map<std::int64_t, std::vector<std::string>> linked_item_names(
    store::Transaction& transaction, Instant now, const TicketView& view,
    const std::vector<Ticket>& tickets) {
  std::map<std::int64_t, std::vector<std::string>> names;
  if (tickets.empty()) return names;
  // ?1, ?2 = who asks; then the tickets of the page.
  std::string marks;
  store::Transaction::Values values = {view.sees_all, view.user_name};
  for (const Ticket& ticket : tickets) {
    values.emplace_back(ticket.id);
    marks += (marks.empty() ? "?" : ", ?") + std::to_string(values.size());
  }
  std::map<std::int64_t, std::vector<std::int64_t>> items_of_tickets;
  std::set<std::int64_t> items;
  transaction.query(std::string(kListedLinks) + "(" + marks + ") ORDER BY link_id", values,
                    [&](const store::ResultRow& row) {
                      std::vector<std::int64_t>& of_ticket = items_of_tickets[row.integer(0)];
                      if (of_ticket.size() == kNamesInList) return;
                      of_ticket.push_back(row.integer(1));
                      items.insert(row.integer(1));
                    });
  if (items.empty()) return names;
  std::map<std::int64_t, std::string> called;
  for (const cmdb::ItemSummary& item :
       cmdb::item_summaries(transaction, {items.begin(), items.end()}, store::ReadPoint::now(now)))
    called.emplace(item.item_id, item.name);
  for (const auto& [ticket, ids] : items_of_tickets) {
    for (const std::int64_t id : ids)
      names[ticket].push_back(called[id]);
  }
  return names;
}

}  // namespace muster::server::desk
