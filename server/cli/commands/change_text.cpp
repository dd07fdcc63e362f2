// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/change_text.h"

#include <algorithm>

#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

// From here on a line has room for "between 2026-11-27 16:00 and 2026-11-29 08:00".
constexpr std::size_t kRoomForSpans = 120;

std::string note_of(const JsonValue& change) {
  std::string note;
  const auto add = [&](const char* text) {
    note += (note.empty() ? "" : "; ") + std::string(text);
  };
  if (change.boolean_at("time_uncertain").value_or(false))
    add("time uncertain: reported after a restart, by the machine's own clock");
  if (change.boolean_at("possibly_collector").value_or(false))
    add("possibly the collector's doing: the agent was upgraded");
  if (change.boolean_at("seen_afterwards").value_or(false))
    add("seen only afterwards, may have happened before");
  return note;
}

// A span of which nothing is known, as an entry among the changes, so that silence never reads as
// "unchanged".
JsonValue gap_entry(const JsonValue& gap, const std::optional<std::string>& item_name) {
  JsonValue::Object entry;
  entry.emplace_back("kind", JsonValue(std::string("gap")));
  entry.emplace_back("at", JsonValue(gap.text_at("until").value_or("")));
  entry.emplace_back("not_before", JsonValue(gap.text_at("since").value_or("")));
  if (item_name) entry.emplace_back("item_name", JsonValue(*item_name));
  std::string reason = gap.text_at("reason").value_or("");
  if (reason == "restore" || reason == "restored" || reason == "history_gap")
    reason = "the server's database was restored";
  entry.emplace_back("reason", JsonValue(reason));
  return JsonValue(std::move(entry));
}

std::string sentence_of(Context& context, const JsonValue& entry) {
  if (entry.text_at("kind") != "gap")
    return entry.text_at("sentence").value_or(entry.text_at("label").value_or(""));
  const auto since = instant_at(entry, "not_before");
  const auto until = instant_at(entry, "at");
  std::string text = "nothing is known between ";
  text += (since ? context.out.time(*since) : "?") + " and ";
  text += until ? context.out.time(*until) : "?";
  const std::string reason = entry.text_at("reason").value_or("");
  return reason.empty() ? text : text + ": " + reason;
}

}  // namespace

const std::vector<Column>& change_columns() {
  static const std::vector<Column> kColumns = {
      {"at", Kind::kTime},
      {"not_before", Kind::kTime, true, "-"},
      {"item_name", Kind::kText, false, "-"},
      {"section", Kind::kText, true, "-"},
      {"kind"},
      {"label", Kind::kText, false, "-"},
      {"sentence", Kind::kText, true, "-"},
      {"note", Kind::kText, true, ""},
      {"recorded_at", Kind::kTime, false, "-"},
      {"actor", Kind::kText, false, "-"},
      {"revision", Kind::kNumber, false, "-"},
  };
  return kColumns;
}

JsonValue::Array with_notes(const JsonValue& answer, const JsonValue::Array& changes) {
  JsonValue::Array noted;
  for (const JsonValue& change : changes) {
    JsonValue::Object members;
    for (const auto& [name, value] :
         change.object() == nullptr ? JsonValue::Object() : *change.object()) {
      if (name == "change" && value.object() != nullptr) {
        members.insert(members.end(), value.object()->begin(), value.object()->end());
      } else {
        members.emplace_back(name, value);
      }
    }
    const std::string note = note_of(JsonValue(members));
    if (!note.empty()) members.emplace_back("note", JsonValue(note));
    noted.emplace_back(std::move(members));
  }
  for (const JsonValue& gap : array_at(answer, "gaps"))
    noted.push_back(gap_entry(gap, gap.text_at("item_name")));
  for (const JsonValue& item : array_at(answer, "items")) {
    for (const JsonValue& gap : array_at(item, "gaps"))
      noted.push_back(gap_entry(gap, item.text_at("name")));
  }
  // By time, but what may be the collector's doing stays where the server put it: last of its
  // report.
  std::stable_sort(noted.begin(), noted.end(), [](const JsonValue& a, const JsonValue& b) {
    return instant_at(a, "at").value_or(Instant{}) > instant_at(b, "at").value_or(Instant{});
  });
  return noted;
}

void write_changes(Context& context, const JsonValue::Array& noted, bool with_item) {
  if (!context.out.is_text() || context.out.options().columns) {
    JsonValue::Array sentences = noted;
    for (JsonValue& entry : sentences) {
      if (entry.text_at("kind") != "gap") continue;
      JsonValue::Object members = *entry.object();
      members.emplace_back("sentence", JsonValue(sentence_of(context, entry)));
      entry = JsonValue(std::move(members));
    }
    context.out.list(change_columns(), JsonValue(), sentences);
    return;
  }
  const bool is_narrow = context.out.is_terminal() && context.out.options().width < kRoomForSpans;
  // Sentences name what they are about; where there is little room the section would only repeat
  // it.
  const bool with_section = !is_narrow;
  Table table;
  table.headings = {"when"};
  table.giving = {{Fit::kWhole}};
  if (with_item) {
    table.headings.emplace_back("item");
    table.giving.push_back({Fit::kWhole, 0, 12});
  }
  if (with_section) {
    table.headings.emplace_back("section");
    table.giving.push_back({Fit::kWhole, 0, 12});
  }
  table.headings.emplace_back("change");
  table.giving.push_back({Fit::kWords});
  bool has_span = false;
  for (const JsonValue& entry : noted) {
    const auto at = instant_at(entry, "at");
    const auto not_before = instant_at(entry, "not_before");
    const bool is_gap = entry.text_at("kind") == "gap";
    const std::string note = entry.text_at("note").value_or("");
    std::vector<Cell> row;
    if (is_gap) {
      row.push_back({"gap", Tone::kWarning});
    } else if (!at) {
      row.push_back({"?"});
    } else {
      row.push_back({is_narrow ? context.out.short_when(not_before, *at)
                               : context.out.when(not_before, *at)});
      has_span = has_span || not_before;
    }
    if (with_item) row.push_back({entry.text_at("item_name").value_or("")});
    if (with_section) {
      row.push_back(is_gap ? Cell{"-", Tone::kUnknown}
                           : Cell{entry.text_at("section").value_or("")});
    }
    row.push_back({sentence_of(context, entry) + (note.empty() ? "" : " (" + note + ")"),
                   is_gap || !note.empty() ? Tone::kWarning : Tone::kPlain});
    table.rows.push_back(std::move(row));
  }
  context.out.table(table, true);
  if (is_narrow && has_span)
    context.remark("(-2 h): it was seen then, and changed within the 2 hours before");
}

}  // namespace muster::cli
