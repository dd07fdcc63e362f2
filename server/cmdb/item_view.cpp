// SPDX-License-Identifier: Apache-2.0
#include "server/cmdb/item_view.h"

#include "server/facts/section_rows.h"

namespace muster::server::cmdb {
namespace {

constexpr std::string_view kFindAgent = R"sql(
  SELECT s.agent_id, s.agent_version, s.address, s.reported_at, s.interval_s, s.vitals
  FROM agent_state s WHERE s.source_record = ?1)sql";

std::optional<std::string> text_of(const inventory::SectionSchema& schema,
                                   const facts::StoredRow& row, std::string_view field) {
  const auto index = schema.find(field);
  if (!index) return std::nullopt;
  const auto* text = std::get_if<std::string>(&row.row.cells[*index]);
  return text != nullptr ? std::optional(*text) : std::nullopt;
}

void read_facts(store::Transaction& transaction, const store::ReadPoint& point, ItemView& view) {
  std::int64_t sockets = 0;
  for (const facts::SectionSummary& section : view.sections) {
    const inventory::SectionSchema& schema = *section.schema;
    const bool wanted = schema.name == "os" || schema.name == "system" || schema.name == "cpus" ||
                        schema.name == "addresses";
    if (!wanted) continue;
    for (const facts::StoredRow& row :
         facts::section_rows(transaction, section.source_record, schema, point).rows) {
      if (schema.name == "os") view.kernel_release = text_of(schema, row, "kernel_release");
      if (schema.name == "system") view.uuid = text_of(schema, row, "uuid");
      if (schema.name == "cpus") {
        if (!view.cpu) view.cpu = text_of(schema, row, "model_name");
        ++sockets;
      }
      if (schema.name == "addresses" &&
          text_of(schema, row, "scope").value_or("global") == "global") {
        view.addresses.push_back(text_of(schema, row, "address").value_or(""));
      }
    }
  }
  if (view.cpu && sockets > 1) view.cpu = std::to_string(sockets) + " x " + *view.cpu;
}

void read_agent(store::Transaction& transaction, ItemView& view) {
  for (const ItemSource& source : view.item.sources) {
    transaction.query(kFindAgent, {source.source_record}, [&](const store::ResultRow& row) {
      if (view.agent && view.agent->reported_at.ms >= row.integer(3)) return;
      view.agent = {std::string(row.text(0)),
                    std::string(row.text(1)),
                    std::string(row.text(2)),
                    {row.integer(3)},
                    row.integer(4)};
      view.vitals = row.optional_text(5);
    });
  }
}

}  // namespace

ItemView item_view(store::Transaction& transaction, std::int64_t item_id,
                   const store::ReadPoint& point) {
  ItemView view;
  view.item = get_item(transaction, item_id, point);
  view.summary = item_summaries(transaction, {item_id}, point).front();
  view.sections = facts::section_summaries(transaction, item_id, point);
  read_facts(transaction, point, view);
  if (point.is_now) read_agent(transaction, view);
  return view;
}

}  // namespace muster::server::cmdb
