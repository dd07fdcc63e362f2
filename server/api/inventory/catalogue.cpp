// SPDX-License-Identifier: Apache-2.0
#include "server/api/core/handlers.h"
#include "server/api/openapi/openapi.h"
#include "server/model/classes.h"
#include "server/query/fields.h"

namespace muster::server::api {

http::Response list_classes(Call& call) {
  return list_answer(call, std::nullopt, [](JsonWriter& json) {
    for (const model::ItemClass& each : model::item_classes()) {
      json.begin_object().member("name", each.name).member("meaning", each.meaning).end_object();
    }
  });
}

http::Response list_query_fields(Call& call) {
  return list_answer(call, std::nullopt, [](JsonWriter& json) {
    for (const query::QueryField& field : query::query_fields()) {
      json.begin_object().member("name", field.name).member("type", query::to_string(field.type));
      if (!field.unit.empty()) json.member("unit", field.unit);
      json.member("meaning", field.meaning);
      if (!field.derived_from.empty()) json.member("source", field.derived_from);
      if (!field.values.empty()) {
        json.key("values").begin_array();
        for (const std::string_view value : field.values)
          json.value(value);
        json.end_array();
      }
      json.end_object();
    }
  });
}

http::Response list_sections(Call& call) {
  return list_answer(call, std::nullopt, [](JsonWriter& json) {
    for (const inventory::SectionSchema& schema : inventory::section_schemas()) {
      json.begin_object()
          .member("name", schema.name)
          .member("title", schema.title)
          .member("meaning", schema.meaning);
      json.member("interval", inventory::to_string(schema.interval))
          .member("privacy", inventory::to_string(schema.privacy));
      json.member("schema", schema.schema_version).key("fields").begin_array();
      for (const inventory::FieldSchema& field : schema.fields) {
        json.begin_object()
            .member("name", field.name)
            .member("type", inventory::to_string(field.type));
        json.member("meaning", field.meaning).member("key", field.is_key());
        if (!field.unit.empty()) json.member("unit", field.unit);
        if (!field.read_from.empty()) json.member("source", field.read_from);
        json.end_object();
      }
      json.end_array().end_object();
    }
  });
}

http::Response show_openapi(Call&) {
  http::Response response = http::Response::text(std::string(openapi_text()));
  response.set("Content-Type", "application/yaml");
  return response;
}

}  // namespace muster::server::api
