// SPDX-License-Identifier: Apache-2.0
#include "server/api/item_ref.h"

#include "common/support/text.h"
#include "server/cmdb/item_list.h"
#include "server/cmdb/items.h"
#include "server/error.h"

namespace muster::server {
namespace {

[[noreturn]] void ambiguous(const std::string& text, const std::vector<ItemSummary>& candidates,
                            bool by_end_of_serial) {
  std::vector<std::string> names;
  for (const ItemSummary& candidate : candidates) {
    names.push_back(std::to_string(candidate.item_id) + ' ' + candidate.name +
                    (candidate.serial_number ? ' ' + *candidate.serial_number : ""));
  }
  const std::string at_least = candidates.size() < kCandidates ? "" : "at least ";
  throw Error(Status::kConflict, "ambiguous_item",
              '"' + text + "\" is ambiguous: " + at_least + std::to_string(candidates.size()) +
                  (by_end_of_serial ? " serial numbers end so." : " items are called so."))
      .with("candidates", std::move(names));
}

// For a name that nothing had at the point: what it means now was not known then, or was called
// otherwise. Returns where it means nothing now either.
void refuse_name_of_later(Session& session, const std::string& text, const ReadPoint& point,
                          Instant now) {
  const ResolvedItem today = resolve_item(session, text, {.at_ms = now.ms});
  if (!today.item_id) return;
  const Item then = get_item(session, *today.item_id, point);
  const std::string called = item_summaries(session, {then.item_id}, point).front().name;
  throw Error(Status::kNotFound, "item_not_found",
              "No item was called \"" + text + "\" at " + to_rfc3339({point.at_ms}) +
                  ". What is called so now is item " + std::to_string(then.item_id) +
                  ", which was called \"" + called + "\" then.");
}

}  // namespace

std::int64_t find_item_named(Session& session, const std::string& text, const ReadPoint& point,
                             Instant now, Naming naming) {
  const ResolvedItem found = resolve_item(session, text, point, naming);
  if (found.item_id) return *found.item_id;
  if (found.exact) ambiguous(text, found.candidates, found.by_end_of_serial);
  // A number that was purged, or was not there yet, has an answer of its own.
  if (const auto id = item_number(trim(text))) get_item(session, *id, point);
  if (!point.is_now) refuse_name_of_later(session, text, point, now);
  Error error(Status::kNotFound, "item_not_found", "No item is called \"" + text + "\".");
  if (found.candidates.size() == 1)
    error.message += " Did you mean " + found.candidates.front().name + "?";
  throw error;
}

std::int64_t find_visible_item(Session& session, const Principal& principal,
                               const std::string& text, Instant now) {
  const ReadPoint point{.at_ms = now.ms};
  if (principal.may(Permission::kReadInventory)) return find_item_named(session, text, point, now);
  ResolvedItem found = resolve_item(session, text, point);
  if (found.item_id) found.candidates = item_summaries(session, {*found.item_id}, point);
  std::vector<ItemSummary> own;
  for (ItemSummary& candidate : found.candidates) {
    if (found.exact && candidate.owner == principal.name) own.push_back(std::move(candidate));
  }
  if (own.size() == 1) return own.front().item_id;
  if (own.size() > 1) ambiguous(text, own, found.by_end_of_serial);
  throw Error(Status::kNotFound, "item_not_found",
              "No device of yours is called \"" + text + "\".");
}

void write_gaps(JsonWriter& json, const std::vector<ChangeGap>& gaps) {
  json.key("gaps").begin_array();
  for (const ChangeGap& gap : gaps) {
    json.begin_object()
        .member("since", gap.since)
        .member("until", gap.until)
        .member("reason", gap.reason)
        .end_object();
  }
  json.end_array();
}

void write_summary(JsonWriter& json, const ItemSummary& summary) {
  json.member("item_id", summary.item_id)
      .member("name", summary.name)
      .member("class", summary.class_name);
  json.member("os", summary.os)
      .member("hostname", summary.hostname)
      .member("serial_number", summary.serial_number);
  json.member("manufacturer", summary.manufacturer).member("model", summary.model);
  json.member("memory_bytes", summary.memory_bytes)
      .member("owner", summary.owner)
      .member("location", summary.location);
  json.member("lifecycle", summary.lifecycle).member("seen_at", summary.seen_at);
  json.member("state", to_string(summary.state)).member("archived", summary.archived);
}

}  // namespace muster::server
