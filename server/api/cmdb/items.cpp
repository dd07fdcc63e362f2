// SPDX-License-Identifier: Apache-2.0
#include "server/cmdb/items.h"

#include "server/api/cmdb/item_ref.h"
#include "server/api/core/handlers.h"
#include "server/cmdb/item_list.h"
#include "server/cmdb/item_view.h"
#include "server/desk/links.h"

namespace muster::server::api {
namespace {

void write_attributes(JsonWriter& json, const cmdb::Item& item) {
  json.key("attributes").begin_object();
  for (const auto& [name, value] : item.attributes) {
    json.key(name).begin_object().member("value", value.value).member("since", value.since);
    json.member("source", "manual")
        .member("actor", value.actor)
        .member("revision", value.revision)
        .end_object();
  }
  json.end_object();
}

void write_sections(JsonWriter& json, const std::vector<facts::SectionSummary>& sections) {
  json.key("sections").begin_array();
  for (const facts::SectionSummary& section : sections) {
    json.begin_object()
        .member("section", section.schema->name)
        .member("title", section.schema->title);
    json.member("status", inventory::to_string(section.status));
    for (const facts::SectionProviderStatus& provider : section.providers) {
      if (provider.status == section.status && !provider.reason.empty()) {
        json.member("reason", provider.reason);
        break;
      }
    }
    json.member("rows", section.rows)
        .member("collected_at", section.collected_at)
        .member("ok_at", section.ok_at);
    json.member("stale", section.stale).end_object();
  }
  json.end_array();
}

void write_view(JsonWriter& json, const Call& call, const cmdb::ItemView& view,
                std::int64_t open_tickets) {
  const cmdb::Item& item = view.item;
  json.begin_object();
  write_summary(json, view.summary);
  json.member("version", item.version).member("created_at", item.created_at);
  write_attributes(json, item);
  json.member("kernel_release", view.kernel_release)
      .member("uuid", view.uuid)
      .member("cpu", view.cpu);
  json.member("addresses", view.addresses);
  if (view.agent) {
    json.key("agent")
        .begin_object()
        .member("agent_id", view.agent->agent_id)
        .member("version", view.agent->version);
    json.member("address", view.agent->address).member("reported_at", view.agent->reported_at);
    json.member("interval_s", view.agent->interval_s).end_object();
  }
  json.key("sources").begin_array();
  for (const cmdb::ItemSource& source : item.sources) {
    json.begin_object().member("source_record", source.source_record).member("kind", source.kind);
    json.member("since", source.since).member("reason", source.reason).end_object();
  }
  json.end_array();
  write_sections(json, view.sections);
  if (view.vitals) json.key("vitals").raw(*view.vitals);
  json.member("open_tickets", open_tickets);
  if (call.is_past()) {
    call.write_point(json);
    json.member("not_kept", std::vector<std::string>{"agent", "vitals"});
  }
  json.end_object();
}

std::int64_t count_open_tickets(store::Transaction& transaction, std::int64_t item_id) {
  return transaction
      .find_integer(
          "SELECT COUNT(*) FROM ticket_links l JOIN tickets t ON t.ticket_id = l.ticket_id WHERE "
          "l.item_id = ?1 "
          "AND l.unlinked_at IS NULL AND t.state NOT IN ('resolved', 'closed')",
          {item_id})
      .value_or(0);
}

http::Response item_answer(Call& call, std::int64_t item_id, int status = 200) {
  std::optional<cmdb::ItemView> view;
  std::int64_t open_tickets = 0;
  call.services.store.read([&](store::Transaction& transaction) {
    view = cmdb::item_view(transaction, item_id, call.point(transaction));
    open_tickets = count_open_tickets(transaction, item_id);
  });
  JsonWriter json;
  write_view(json, call, *view, open_tickets);
  return http::Response::json(std::move(json).text(), status).set("ETag", etag(view->item.version));
}

std::int64_t item_of_path(Call& call) {
  return call.services.store.read_value<std::int64_t>([&](store::Transaction& transaction) {
    // A change names its item in full: four digits are soon mistyped.
    const cmdb::Naming naming =
        call.request.method == "GET" ? cmdb::Naming::kAlsoEndOfSerial : cmdb::Naming::kWhole;
    return find_item_named(transaction, call.request.path_parameter("item"),
                           call.point(transaction), call.now(), naming);
  });
}

cmdb::AttributeEdits edits_of(const JsonValue& body) {
  cmdb::AttributeEdits edits;
  for (const auto& [name, value] : *body.object())
    edits[name] = text_member(body, name);
  return edits;
}

http::Response set_archive(Call& call, bool archived) {
  const std::int64_t id = item_of_path(call);
  call.services.store.write([&](store::Transaction& transaction) {
    cmdb::set_archived(transaction, id, archived, call.actor(), call.now());
  });
  return item_answer(call, id);
}

// Asking a query about persons is reading about them: it needs the permission, and no answer leaves
// before it is on record.
cmdb::ItemPage matching_items(Call& call, cmdb::ItemListOptions options) {
  options.rights.personal = call.principal.may(people::Permission::kReadPersonal);
  const std::string query = call.text("q").value_or("");
  auto page = call.services.store.read_value<cmdb::ItemPage>([&](store::Transaction& transaction) {
    return cmdb::list_items(transaction, query, call.point(transaction), options);
  });
  if (!page.about_persons) return page;
  JsonWriter detail;
  detail.begin_object().member("query", query).end_object();
  call.services.store.write([&](store::Transaction& transaction) {
    people::add_audit(transaction, {.at = call.now(),
                                    .actor = call.actor(),
                                    .action = "item.query_personal",
                                    .object = "items",
                                    .detail = detail.text()});
  });
  return page;
}

}  // namespace

http::Response search_items(Call& call) {
  cmdb::ItemListOptions options;
  if (auto sort = call.text("sort")) {
    options.descending = sort->starts_with('-');
    options.sort = sort->substr(options.descending ? 1 : 0);
  }
  options.limit = call.limit();
  options.cursor = call.text("cursor");
  options.include_archived = call.flag("archived");
  options.undetermined = call.flag("undetermined");
  const cmdb::ItemPage page = matching_items(call, options);
  return list_answer(
      call, page.next,
      [&](JsonWriter& json) {
        for (const cmdb::ItemRow& row : page.rows) {
          json.begin_object();
          write_summary(json, row.summary);
          json.end_object();
        }
      },
      [&](JsonWriter& json) {
        json.member("total", page.total).member("undetermined", page.undetermined);
        call.write_point(json);
      });
}

http::Response add_item(Call& call) {
  const JsonValue body = call.body({"name", "class", "owner", "location", "lifecycle", "note"});
  const cmdb::AttributeEdits edits = edits_of(body);
  const auto id =
      call.services.store.write_value<std::int64_t>([&](store::Transaction& transaction) {
        return cmdb::create_item(transaction, edits, call.actor(), call.now());
      });
  return item_answer(call, id, 201).set("Location", "/api/v1/items/" + std::to_string(id));
}

http::Response show_item(Call& call) {
  return item_answer(call, item_of_path(call));
}

http::Response change_item(Call& call) {
  const std::int64_t version = call.if_match();
  const cmdb::AttributeEdits edits =
      edits_of(call.body({"name", "class", "owner", "location", "lifecycle", "note"}));
  const std::int64_t id = item_of_path(call);
  call.services.store.write([&](store::Transaction& transaction) {
    cmdb::edit_item(transaction, id, version, edits, call.actor(), call.now());
  });
  return item_answer(call, id);
}

http::Response archive_item(Call& call) {
  return set_archive(call, true);
}
http::Response unarchive_item(Call& call) {
  return set_archive(call, false);
}

http::Response remove_item(Call& call) {
  const std::int64_t id = item_of_path(call);
  const auto confirm = call.text("confirm");
  const cmdb::Purged purged =
      call.services.store.write_value<cmdb::Purged>([&](store::Transaction& transaction) {
        const std::string name =
            cmdb::item_view(transaction, id, store::ReadPoint::now(call.now())).summary.name;
        if (confirm != name) {
          throw Error(
              Status::kUnprocessable, "confirmation_required",
              "A purge deletes the item and its history for ever; confirm it with confirm=" + name +
                  '.')
              .at("confirm");
        }
        desk::tell_tickets_of_purge(transaction, call.now(), call.actor(), id);
        return cmdb::purge_item(transaction, id, call.actor(), call.now());
      });
  // The agents are revoked in the store already; the side log keeps that true after a restore of an
  // older backup.
  call.services.enrolment.remember_revoked(purged.agent_ids, purged.certificate_serials);
  return http::Response::empty();
}

}  // namespace muster::server::api
