// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "common/support/suggest.h"
#include "common/support/text.h"
#include "server/api/cmdb/item_ref.h"
#include "server/api/core/handlers.h"
#include "server/api/inventory/change_json.h"
#include "server/api/inventory/personal_data.h"
#include "server/cmdb/item_fields.h"
#include "server/cmdb/items.h"
#include "server/facts/changes.h"
#include "server/facts/compare.h"
#include "server/facts/section_rows.h"
#include "server/facts/sections.h"
#include "server/query/query_error.h"

namespace muster::server::api {
namespace {

const inventory::SectionSchema& section_of(const std::string& name) {
  const inventory::SectionSchema* schema = inventory::find_section(name);
  if (schema == nullptr) {
    std::vector<std::string> names;
    for (const inventory::SectionSchema& each : inventory::section_schemas())
      names.emplace_back(each.name);
    const std::vector<std::string> near = nearest(name, names, 1);
    std::string all;
    for (const std::string& each : names)
      all += (all.empty() ? "" : ", ") + each;
    throw Error(
        Status::kNotFound, "section_not_found",
        "There is no section " + query::shown_text(name) +
            (near.empty() ? "; there are " + all + '.' : "; did you mean " + near.front() + '?'));
  }
  return *schema;
}

void write_row(JsonWriter& json, const inventory::SectionSchema& schema,
               const facts::StoredRow& row) {
  json.begin_object()
      .key("values")
      .raw(facts::row_json(schema, row.row))
      .member("since", Instant{row.since_ms});
  if (row.not_before_ms) json.member("not_before", Instant{*row.not_before_ms});
  if (row.until_ms) json.member("until", Instant{*row.until_ms});
  json.member("source_record", row.source_record).member("revision", row.opened_by).end_object();
}

void write_providers(JsonWriter& json, const facts::SectionSummary& summary) {
  json.key("sources").begin_array();
  for (const facts::SectionProviderStatus& provider : summary.providers) {
    json.begin_object()
        .member("source", provider.provider)
        .member("status", inventory::to_string(provider.status));
    if (!provider.reason.empty()) json.member("reason", provider.reason);
    json.member("since", provider.since).end_object();
  }
  json.end_array();
}

std::string object_of(std::int64_t item_id) {
  return "item/" + std::to_string(item_id);
}

// The sections of the changes that are about persons, by name.
std::vector<std::string> personal_among(const std::vector<facts::Change>& changes) {
  std::set<std::string> found;
  for (const facts::Change& change : changes) {
    if (section_of(change.section).privacy != inventory::Privacy::kNone)
      found.insert(change.section);
  }
  return {found.begin(), found.end()};
}

void write_compared(JsonWriter& json, std::string_view name,
                    const std::vector<facts::ComparedRow>& rows, bool is_a) {
  json.key(name).begin_array();
  for (const facts::ComparedRow& row : rows) {
    json.begin_object()
        .member("label", row.label)
        .member("summary", text_or_nothing(row.summary))
        .key("values")
        .raw(is_a ? row.a : row.b)
        .end_object();
  }
  json.end_array();
}

void write_compared(JsonWriter& json, const facts::ComparedSection& section) {
  json.begin_object()
      .member("section", section.schema->name)
      .member("title", section.schema->title);
  if (!section.not_compared.empty()) json.member("not_compared", section.not_compared);
  if (!section.incomplete.empty()) json.member("incomplete", section.incomplete);
  write_compared(json, "only_a", section.only_a, true);
  write_compared(json, "only_b", section.only_b, false);
  json.key("different").begin_array();
  for (const facts::ComparedRow& row : section.different) {
    json.begin_object()
        .member("label", row.label)
        .key("a")
        .raw(row.a)
        .key("b")
        .raw(row.b)
        .key("fields")
        .begin_array();
    for (const facts::FieldChange& field : row.fields) {
      json.begin_object().member("field", field.field);
      if (field.before) json.key("a").raw(*field.before);
      if (field.after) json.key("b").raw(*field.after);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().member("same", section.same).end_object();
}

}  // namespace

http::Response show_item_section(Call& call) {
  const inventory::SectionSchema& schema = section_of(call.request.path_parameter("section"));
  const bool personal = is_personal(call, schema);
  const std::size_t limit = call.limit();
  std::optional<facts::SectionSummary> summary;
  facts::SectionPage page;
  std::int64_t item_id = 0;
  call.services.store.read([&](store::Transaction& transaction) {
    const store::ReadPoint point = call.point(transaction);
    item_id = find_item_named(transaction, call.request.path_parameter("item"), point, call.now());
    summary = facts::section_summary(transaction, item_id, schema, point);
    if (summary)
      page = facts::section_rows(transaction, summary->source_record, schema, point, limit,
                                 call.text("cursor"));
  });
  if (personal) audit_personal(call, object_of(item_id), schema.name);
  if (!summary) {
    throw Error(Status::kNotFound, "section_not_reported",
                "Item " + std::to_string(item_id) + " has never reported the section " +
                    std::string(schema.name) + '.');
  }
  return list_answer(
      call, page.next,
      [&](JsonWriter& json) {
        for (const facts::StoredRow& row : page.rows)
          write_row(json, schema, row);
      },
      [&](JsonWriter& json) {
        json.member("section", schema.name)
            .member("title", schema.title)
            .member("item_id", item_id);
        json.member("status", inventory::to_string(summary->status));
        write_providers(json, *summary);
        json.member("collected_at", summary->collected_at).member("ok_at", summary->ok_at);
        json.member("stale", summary->stale).member("total", summary->rows);
        call.write_point(json);
      });
}

http::Response show_item_changes(Call& call) {
  facts::ChangeQuery query;
  query.from = call.time("from");
  query.to = call.time("to");
  if (query.from && query.to && *query.to < *query.from) {
    throw Error(Status::kBadRequest, "invalid_parameter",
                "The end, to, is before the beginning, from.")
        .at("to");
  }
  query.section = call.text("section");
  query.limit = call.limit();
  query.cursor = call.text("cursor");
  const bool named = query.section && is_personal(call, section_of(*query.section));
  query.personal = call.principal.may(people::Permission::kReadPersonal);
  facts::ChangePage page;
  std::int64_t item_id = 0;
  std::vector<std::string> left_out;
  call.services.store.read([&](store::Transaction& transaction) {
    const store::ReadPoint point = call.point(transaction);
    item_id = find_item_named(transaction, call.request.path_parameter("item"), point, call.now());
    page = facts::item_changes(transaction, item_id, point, query);
    if (!query.personal && !query.section)
      left_out = personal_sections(transaction, {{item_id, point}});
  });
  if (named) {
    audit_personal(call, object_of(item_id), *query.section);
  } else if (const auto shown = personal_among(page.changes); !shown.empty()) {
    audit_personal(call, object_of(item_id), "", shown);
  }
  return list_answer(
      call, page.next,
      [&](JsonWriter& json) {
        for (const facts::Change& change : page.changes)
          write_change(json, change);
      },
      [&](JsonWriter& json) {
        json.member("item_id", item_id);
        write_gaps(json, page.gaps);
        write_left_out(json, left_out);
        call.write_point(json);
      });
}

http::Response compare_items(Call& call) {
  const auto a = call.text("a");
  const auto b = call.text("b");
  if (!a || !b)
    throw Error(Status::kBadRequest, "invalid_parameter", "Name the two items as a= and b=.")
        .at(a ? "b" : "a");
  const auto section = call.text("section");
  const bool named = section && is_personal(call, section_of(*section));
  const bool personal = call.principal.may(people::Permission::kReadPersonal);
  bool identity = call.flag("identity");
  std::string names[2];
  facts::ComparedSide sides[2];
  std::vector<facts::ComparedSection> sections;
  std::vector<std::string> about_persons;  // what there is of them, shown or left out
  call.services.store.read([&](store::Transaction& transaction) {
    sides[0].point =
        store::read_point(transaction, call.past_time("a_at"), std::nullopt, call.now());
    sides[1].point =
        store::read_point(transaction, call.past_time("b_at"), std::nullopt, call.now());
    sides[0].item_id = find_item_named(transaction, *a, sides[0].point, call.now());
    sides[1].item_id = find_item_named(transaction, *b, sides[1].point, call.now());
    // Of one machine at two times, another serial number is a difference like any other.
    if (!call.text("identity")) identity = sides[0].item_id == sides[1].item_id;
    sections = facts::compare_items(transaction, sides[0], sides[1], {section, personal, identity});
    for (int i = 0; i < 2; ++i)
      names[i] = cmdb::item_summaries(transaction, {sides[i].item_id}, sides[i].point).front().name;
    if (!section)
      about_persons = personal_sections(
          transaction, {{sides[0].item_id, sides[0].point}, {sides[1].item_id, sides[1].point}});
  });
  if (named || (personal && !about_persons.empty())) {
    std::vector<std::int64_t> items;
    if (sides[1].item_id != sides[0].item_id) items = {sides[0].item_id, sides[1].item_id};
    audit_personal(call, object_of(sides[0].item_id), named ? *section : "", about_persons, items);
  }
  JsonWriter json;
  json.begin_object();
  for (const auto& [key, i, at] :
       {std::tuple("a", 0, call.time("a_at")), std::tuple("b", 1, call.time("b_at"))}) {
    json.key(key).begin_object().member("item_id", sides[i].item_id).member("name", names[i]);
    json.member("at", at).end_object();
  }
  json.member("identity", identity).key("sections").begin_array();
  for (const facts::ComparedSection& each : sections)
    write_compared(json, each);
  json.end_array();
  if (!personal) write_left_out(json, about_persons);
  json.end_object();
  return http::Response::json(std::move(json).text());
}

}  // namespace muster::server::api
