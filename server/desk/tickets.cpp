// SPDX-License-Identifier: Apache-2.0
#include "server/desk/tickets.h"

#include <algorithm>
#include <array>

#include "common/json/write.h"
#include "common/support/text.h"
#include "server/desk/desk_text.h"
#include "server/desk/notes.h"
#include "server/error.h"
#include "server/people/users.h"
#include "server/store/fault.h"
#include "server/store/list.h"

namespace muster::server::desk {
namespace {

constexpr std::string_view kNumberPrefix = "INC-";
constexpr std::size_t kMaxRequesterBytes = 200;
constexpr std::size_t kMaxSearchBytes = 500;
constexpr std::size_t kMaxSearchWords = 10;

// The description is the second column, so that lists can leave it out.
constexpr std::string_view kColumns =
    " tickets.ticket_id, state, title, requester, requester_user, users.name, began_at, "
    "tickets.created_at, created_by, updated_at, resolved_at, resolution, tickets.version "
    "FROM tickets LEFT JOIN users ON users.user_id = tickets.assignee";
constexpr std::string_view kInsertTicket = R"sql(
  INSERT INTO tickets (type, state, title, description, requester, requester_user, assignee,
    began_at, created_at,
                       created_by, updated_at)
  VALUES ('incident', 'new', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7) RETURNING ticket_id)sql";
constexpr std::string_view kUpdate = R"sql(
  UPDATE tickets SET state = ?2, title = ?3, description = ?4, requester = ?5, requester_user = ?6,
    assignee = (SELECT user_id FROM users WHERE name = ?7), began_at = ?8, updated_at = ?9,
    resolved_at = ?10,
    resolution = ?11, version = version + 1
  WHERE ticket_id = ?1)sql";

std::string select(bool with_description) {
  return (with_description ? "SELECT description," : "SELECT '',") + std::string(kColumns);
}

Ticket read_ticket(const store::ResultRow& row) {
  Ticket ticket;
  ticket.description = row.text(0);
  ticket.id = row.integer(1);
  ticket.state = parse_ticket_state(row.text(2)).value_or(TicketState::kNew);
  ticket.title = row.text(3);
  ticket.requester = row.optional_text(4);
  ticket.requester_user = row.optional_integer(5);
  ticket.assignee = row.optional_text(6);
  ticket.began_at = {row.integer(7)};
  ticket.created_at = {row.integer(8)};
  ticket.created_by = row.text(9);
  ticket.updated_at = {row.integer(10)};
  if (const auto at = row.optional_integer(11)) ticket.resolved_at = Instant{*at};
  ticket.resolution = row.optional_text(12);
  ticket.version = row.integer(13);
  return ticket;
}

Error invalid(std::string field, std::string message) {
  return Error(Status::kUnprocessable, "invalid_value", std::move(message)).at(std::move(field));
}

std::string checked_title(std::string_view text) {
  std::string title = checked_line(text, "title", kMaxTitleBytes);
  if (title.empty()) throw invalid("title", "Give the ticket a title: what is wrong, in one line.");
  return title;
}

Instant checked_began(Instant began_at, Instant now) {
  if (began_at - now <= kMaxAheadMs) return began_at;
  throw invalid("began_at",
                "The trouble cannot have begun in the future (" + to_rfc3339(began_at) + ").");
}

struct Requester {
  std::optional<std::string> name = {};
  std::optional<std::int64_t> user_id = {};
};

Requester find_requester(store::Transaction& transaction, std::string_view text) {
  const std::string name = checked_line(text, "requester", kMaxRequesterBytes);
  if (name.empty()) return {};
  if (const auto user = people::find_user_named(transaction, name)) return {user->name, user->id};
  return {name, std::nullopt};
}

// The user who is to work on it; nullopt for nobody.
std::optional<people::User> find_assignee(store::Transaction& transaction, std::string_view name) {
  if (name.empty()) return std::nullopt;
  auto user = people::find_user_named(transaction, name);
  if (!user || user->disabled_at || !people::may(user->role, people::Permission::kWorkTickets)) {
    throw invalid("assignee", "The assignee must be an active user who works on tickets.");
  }
  return user;
}

// One change of one field, told to people and to the audit log.
class Changes {
 public:
  explicit Changes(JsonWriter& detail) : detail_(detail) {}
  void add(std::string_view field, const std::optional<std::string>& before,
           const std::optional<std::string>& after, bool shown_to_requester = false) {
    if (before == after) return;
    detail_.key(field).begin_object().member("before", before).member("after", after).end_object();
    events.push_back(
        {std::string(field) + ": " + before.value_or("none") + " -> " + after.value_or("none"),
         shown_to_requester});
  }
  // For long text: that it changed, not what it was.
  void add_long(std::string_view field) {
    detail_.member(field, "changed");
    events.push_back({std::string(field) + " changed", false});
  }
  struct Event {
    std::string text;
    bool shown_to_requester;
  };
  std::vector<Event> events;

 private:
  JsonWriter& detail_;
};

void change_state(Ticket& ticket, TicketState to, Instant now, Changes& changes) {
  if (to == ticket.state) return;
  if (!may_follow(ticket.state, to)) {
    throw Error(Status::kConflict, "invalid_transition",
                ticket_number(ticket.id) + " is " + std::string(to_string(ticket.state)) +
                    " and cannot become " + std::string(to_string(to)) + ".")
        .at("state");
  }
  changes.add("state", std::string(to_string(ticket.state)), std::string(to_string(to)), true);
  if (is_open(to)) {
    ticket.resolved_at.reset();
  } else if (!ticket.resolved_at) {
    ticket.resolved_at = now;
  }
  ticket.state = to;
}

void change_fields(store::Transaction& transaction, Ticket& ticket, const TicketChange& change,
                   Instant now, Changes& changes) {
  if (change.title) {
    const std::string title = checked_title(*change.title);
    changes.add("title", ticket.title, title);
    ticket.title = title;
  }
  if (change.description && *change.description != ticket.description) {
    require_lines(*change.description, "description", kMaxDescriptionBytes);
    changes.add_long("description");
    ticket.description = *change.description;
  }
  if (change.requester) {
    const Requester requester = find_requester(transaction, *change.requester);
    changes.add("requester", ticket.requester, requester.name);
    ticket.requester = requester.name;
    ticket.requester_user = requester.user_id;
  }
  if (change.assignee && *change.assignee != ticket.assignee.value_or("")) {
    const auto assignee = find_assignee(transaction, *change.assignee);
    const auto name = assignee ? std::optional(assignee->name) : std::nullopt;
    changes.add("assignee", ticket.assignee, name);
    ticket.assignee = name;
  }
  if (change.began_at && *change.began_at != ticket.began_at) {
    checked_began(*change.began_at, now);
    changes.add("began_at", to_rfc3339(ticket.began_at), to_rfc3339(*change.began_at));
    ticket.began_at = *change.began_at;
  }
  if (change.resolution && *change.resolution != ticket.resolution.value_or("")) {
    require_lines(*change.resolution, "resolution", kMaxResolutionBytes);
    changes.add_long("resolution");
    ticket.resolution =
        change.resolution->empty() ? std::nullopt : std::optional(*change.resolution);
  }
}

// Each word of the text as a pattern for LIKE with ! as its escape.
std::vector<std::string> search_words(std::string_view text) {
  require_lines(text, "text", kMaxSearchBytes);
  std::vector<std::string> words;
  for (std::string_view rest = text; !(rest = trim(rest)).empty();) {
    const std::size_t end = std::min(rest.find_first_of(" \t\r\n"), rest.size());
    words.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  if (words.size() > kMaxSearchWords) throw invalid("text", "Search for at most ten words.");
  return words;
}

std::string like_pattern(std::string_view word) {
  std::string pattern = "%";
  for (const char c : word) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c;
  }
  return pattern + "%";
}

}  // namespace

TicketView ticket_view(const people::Principal& principal) {
  return {principal.user_id, principal.name, principal.may(people::Permission::kReadTickets),
          principal.may(people::Permission::kWorkTickets)};
}

std::string ticket_number(std::int64_t ticket_id) {
  return std::string(kNumberPrefix) + std::to_string(kFirstTicketNumber + ticket_id);
}

std::optional<std::int64_t> parse_ticket_number(std::string_view text) {
  const std::string lowered = lower_ascii(text);
  if (!lowered.starts_with("inc-")) return std::nullopt;
  const auto number = parse_integer(std::string_view(lowered).substr(kNumberPrefix.size()));
  if (!number || *number <= kFirstTicketNumber) return std::nullopt;
  return *number - kFirstTicketNumber;
}

Ticket get_ticket(store::Transaction& transaction, const TicketView& view, std::int64_t ticket_id) {
  std::optional<Ticket> found;
  transaction.query(select(true) + " WHERE tickets.ticket_id = ?1", {ticket_id},
                    [&](const store::ResultRow& row) { found = read_ticket(row); });
  if (!found || (!view.sees_all && found->requester_user != view.user_id)) {
    throw Error(Status::kNotFound, "ticket_not_found", "There is no such ticket.");
  }
  return std::move(*found);
}

Ticket create_ticket(store::Transaction& transaction, Instant now, const people::Actor& actor,
                     const TicketView& view, const NewTicket& ticket) {
  const std::string title = checked_title(ticket.title);
  require_lines(ticket.description, "description", kMaxDescriptionBytes);
  const Instant began_at = checked_began(ticket.began_at.value_or(now), now);
  const bool for_another = ticket.requester && lower_ascii(*ticket.requester) != view.user_name;
  if (!view.works && (for_another || ticket.assignee)) {
    throw Error(Status::kForbidden, "forbidden",
                "You can report problems of your own only, and not assign them.");
  }
  const Requester requester = ticket.requester ? find_requester(transaction, *ticket.requester)
                                               : Requester{view.user_name, view.user_id};
  const auto assignee = find_assignee(transaction, ticket.assignee.value_or(""));
  const auto id = transaction.find_integer(
      kInsertTicket,
      {title, ticket.description, requester.name, requester.user_id,
       assignee ? std::optional(assignee->id) : std::nullopt, began_at.ms, now.ms, actor.name});
  store::store_fault("ticket.created");
  JsonWriter detail;
  detail.begin_object().member("number", ticket_number(*id)).member("title", title).end_object();
  people::add_audit(transaction,
                    {now, actor, "ticket.create", "ticket/" + std::to_string(*id), detail.text()});
  add_event(transaction, now, actor, *id, true, "created");
  return get_ticket(transaction, {view.user_id, view.user_name, true, view.works}, *id);
}

Ticket update_ticket(store::Transaction& transaction, Instant now, const people::Actor& actor,
                     const TicketView& view, std::int64_t ticket_id, std::int64_t expected_version,
                     const TicketChange& change) {
  Ticket ticket = get_ticket(transaction, view, ticket_id);
  if (!view.works) {
    throw Error(Status::kForbidden, "forbidden", "Only those who work on tickets can change them.");
  }
  if (ticket.version != expected_version) {
    throw Error(Status::kPreconditionFailed, "precondition_failed",
                ticket_number(ticket.id) +
                    " was changed by somebody else meanwhile. Load it again and repeat your "
                    "change.");
  }
  JsonWriter detail;
  detail.begin_object();
  Changes changes(detail);
  change_fields(transaction, ticket, change, now, changes);
  if (change.state) change_state(ticket, *change.state, now, changes);
  detail.end_object();
  if (changes.events.empty()) return ticket;

  transaction.execute(
      kUpdate, {ticket.id, to_string(ticket.state), ticket.title, ticket.description,
                ticket.requester, ticket.requester_user, ticket.assignee, ticket.began_at.ms,
                now.ms, ticket.resolved_at ? std::optional(ticket.resolved_at->ms) : std::nullopt,
                ticket.resolution});
  for (const Changes::Event& event : changes.events)
    add_event(transaction, now, actor, ticket.id, event.shown_to_requester, event.text);
  people::add_audit(transaction, {now, actor, "ticket.update",
                                  "ticket/" + std::to_string(ticket.id), detail.text()});
  return get_ticket(transaction, view, ticket.id);
}

TicketPage list_tickets(store::Transaction& transaction, const TicketView& view,
                        const TicketFilter& filter) {
  const std::size_t limit = store::checked_limit(filter.limit);
  store::ListQuery query{select(false)};
  if (!view.sees_all) query.where("requester_user = ?", {view.user_id});
  if (!filter.states.empty()) {
    std::string condition;
    store::Transaction::Values values;
    for (const TicketState state : filter.states) {
      condition += condition.empty() ? "state = ?" : " OR state = ?";
      values.emplace_back(to_string(state));
    }
    query.where(condition, values);
  }
  if (filter.assignee && filter.assignee->empty()) query.where("tickets.assignee IS NULL");
  if (filter.assignee && !filter.assignee->empty())
    query.where("users.name = ?", {people::checked_user_name(*filter.assignee)});
  if (filter.requester) {
    query.where("LOWER(requester) = LOWER(?)",
                {checked_line(*filter.requester, "requester", kMaxRequesterBytes)});
  }
  if (filter.item_id) {
    query.where(
        "EXISTS (SELECT 1 FROM ticket_links WHERE ticket_links.ticket_id = tickets.ticket_id "
        "AND item_id = ? AND unlinked_at IS NULL)",
        {*filter.item_id});
  }
  for (const std::string& word : search_words(filter.text)) {
    const std::string pattern = like_pattern(word);
    std::string condition =
        "LOWER(title) LIKE LOWER(?) ESCAPE '!' OR LOWER(description) LIKE LOWER(?) ESCAPE '!'";
    store::Transaction::Values values = {pattern, pattern};
    if (const auto number = parse_ticket_number(word)) {
      condition += " OR tickets.ticket_id = ?";
      values.emplace_back(*number);
    }
    query.where(condition, values);
  }
  if (filter.cursor) {
    const auto key = store::parse_cursor(*filter.cursor, 2);
    query.where("updated_at < ? OR (updated_at = ? AND tickets.ticket_id < ?)",
                {key[0], key[0], key[1]});
  }
  query.order("updated_at DESC, tickets.ticket_id DESC", limit);
  TicketPage page;
  transaction.query(query.text(), query.values(),
                    [&](const store::ResultRow& row) { page.tickets.push_back(read_ticket(row)); });
  if (page.tickets.size() > limit) {
    page.tickets.pop_back();
    page.next =
        store::make_cursor(std::array{page.tickets.back().updated_at.ms, page.tickets.back().id});
  }
  return page;
}

}  // namespace muster::server::desk
