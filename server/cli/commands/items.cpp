// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

const std::vector<Column>& item_columns() {
  // On a narrow terminal the columns with a rank go first, the highest rank before the others.
  static const std::vector<Column> kColumns = {
      {"item_id", Kind::kNumber, true, "-", "id"},
      {"name", Kind::kName, true, "unknown", "", Giving{Fit::kWhole, 0, 16}},
      {"class", Kind::kClass},
      {"state", Kind::kState, true, "-"},
      {"seen_at", Kind::kAge, true, "never", "seen"},
      {"os", Kind::kSystem, true, "unknown", "", Giving{Fit::kMiddle, 1, 12}},
      {"model", Kind::kText, true, "unknown", "", Giving{Fit::kEnd, 3, 10}},
      {"serial_number", Kind::kName, true, "unknown", "serial", Giving{Fit::kWhole, 0, 12}},
      {"owner", Kind::kName, true, "-", "", Giving{Fit::kWhole, 2, 10}},
      {"location", Kind::kText, false, "-"},
      {"lifecycle", Kind::kText, false, "-"},
      {"manufacturer", Kind::kText, false},
      {"memory_bytes", Kind::kBytes, false, "unknown", "memory"},
      {"archived", Kind::kText, false, "-"},
  };
  return kColumns;
}

int items(Context& context) {
  Parameters parameters;
  std::string query;
  for (const std::string& word : context.invocation.all("QUERY"))
    query += (query.empty() ? "" : " ") + word;
  if (!query.empty()) parameters.emplace_back("q", query);
  context.add_time(parameters, "at", "--at");
  context.add_time(parameters, "known_at", "--known-at");
  context.add_text(parameters, "sort", "--sort");
  if (context.invocation.has("--archived")) parameters.emplace_back("archived", "true");
  if (context.invocation.has("--undetermined")) parameters.emplace_back("undetermined", "true");

  if (context.out.list_columns(item_columns())) return kDone;
  context.out.chosen(item_columns());
  const List list = context.api().list({"items"}, parameters, context.limit());
  context.out.list(item_columns(), list.first, list.rows);
  context.say_cut(list);
  // A question about security must not be answered by silence (model.md section 7).
  const std::int64_t undetermined = list.first.integer_at("undetermined").value_or(0);
  if (undetermined > 0 && !context.invocation.has("--undetermined")) {
    context.remark(with_thousands(undetermined) +
                   " more could not be determined (the facts were never collected); --undetermined "
                   "lists them");
  }
  if (list.rows.empty()) context.remark("no item matches");
  return kDone;
}

}  // namespace

std::vector<Command> items_commands() {
  return {{{"items",
            "items that match a query",
            {{"QUERY", Count::kOptionalMany}},
            {{"--at", "T", "as it was at that time"},
             {"--known-at", "T", "as it was known at that time"},
             {"--sort", "FIELD", "name, -seen_at, ... (- for descending)"},
             {"--archived", "", "archived items too"},
             {"--undetermined", "", "items for which the query is undetermined"}},
            {"muster items 'class:laptop memory_bytes<8GiB'",
             "muster items 'packages.name:openssl packages.version<3.0.9' --csv --all",
             "muster items lap --at '2026-11-20 14:00' --columns name,os,owner"}},
           items}};
}

}  // namespace muster::cli
