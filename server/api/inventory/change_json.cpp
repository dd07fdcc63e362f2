// SPDX-License-Identifier: Apache-2.0
#include "server/api/inventory/change_json.h"

namespace muster::server::api {

void write_change(JsonWriter& json, const facts::Change& change) {
  constexpr std::string_view kKinds[] = {"added", "removed", "changed"};
  json.begin_object().member("item_id", change.item_id).member("section", change.section);
  json.member("kind", kKinds[static_cast<std::size_t>(change.kind)]).member("label", change.label);
  json.member("sentence", change.sentence)
      .member("at", change.at)
      .member("not_before", change.not_before);
  json.member("recorded_at", change.recorded_at)
      .member("revision", change.revision)
      .member("actor", change.actor);
  json.member("source_record", change.source_record)
      .member("time_uncertain", change.time_uncertain);
  json.member("possibly_collector", change.possibly_collector).key("fields").begin_array();
  for (const facts::FieldChange& field : change.fields) {
    json.begin_object().member("field", field.field);
    if (field.before) json.key("before").raw(*field.before);
    if (field.after) json.key("after").raw(*field.after);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace muster::server::api
