// SPDX-License-Identifier: Apache-2.0
#include "server/api/cmdb/item_ref.h"

#include "common/support/text.h"
#include "server/cmdb/item_list.h"
#include "server/cmdb/items.h"
#include "server/error.h"

namespace muster::server::api {
namespace {

[[noreturn]] void ambiguous(const std::string& text,
                            const std::vector<cmdb::ItemSummary>& candidates,
                            bool by_end_of_serial) {
  std::vector<std::string> names;
  for (const cmdb::ItemSummary& candidate : candidates) {
    names.push_back(std::to_string(candidate.item_id) + ' ' + candidate.name +
                    (candidate.serial_number ? ' ' + *candidate.serial_number : ""));
  }
  const std::string at_least = candidates.size() < cmdb::kCandidates ? "" : "at least ";
  throw Error(
      Status::kConflict, "ambiguous_item",
      '"' + text + "\" is ambiguous: " +
          (by_end_of_serial ? "it is the end of the serial numbers of " : "the name matches ") +
          at_least + std::to_string(candidates.size()) + " items.")
      .with("candidates", std::move(names));
}

// For a name that nothing had at the point: what it means now was not known then, or was called
// otherwise. Returns where it means nothing now either.
void refuse_name_of_later(store::Transaction& transaction, const std::string& text,
                          const store::ReadPoint& point, Instant now) {
  const cmdb::ResolvedItem today =
      cmdb::resolve_item(transaction, text, store::ReadPoint::now(now));
  if (!today.item_id) return;
  const cmdb::Item then = cmdb::get_item(transaction, *today.item_id, point);
  const std::string called = cmdb::item_summaries(transaction, {then.item_id}, point).front().name;
  throw Error(Status::kNotFound, "item_not_found",
              "No item was called \"" + text + "\" at " + to_rfc3339({point.at_ms}) +
                  ". The item with that name now is item " + std::to_string(then.item_id) +
                  ", which was called \"" + called + "\" then.");
}

}  // namespace

std::int64_t find_item_named(store::Transaction& transaction, const std::string& text,
                             const store::ReadPoint& point, Instant now, cmdb::Naming naming) {
  const cmdb::ResolvedItem found = cmdb::resolve_item(transaction, text, point, naming);
  if (found.item_id) return *found.item_id;
  if (found.exact) ambiguous(text, found.candidates, found.by_end_of_serial);
  // A number that was purged, or was not there yet, has an answer of its own.
  if (const auto id = cmdb::item_number(trim(text))) cmdb::get_item(transaction, *id, point);
  if (!point.is_now) refuse_name_of_later(transaction, text, point, now);
  Error error(Status::kNotFound, "item_not_found", "No item is called \"" + text + "\".");
  if (found.candidates.size() == 1)
    error.message += " Did you mean " + found.candidates.front().name + "?";
  throw error;
}

std::int64_t find_visible_item(store::Transaction& transaction, const people::Principal& principal,
                               const std::string& text, Instant now) {
  const auto point = store::ReadPoint::now(now);
  if (principal.may(people::Permission::kReadInventory))
    return find_item_named(transaction, text, point, now);
  cmdb::ResolvedItem found = cmdb::resolve_item(transaction, text, point);
  if (found.item_id) found.candidates = cmdb::item_summaries(transaction, {*found.item_id}, point);
  std::vector<cmdb::ItemSummary> own;
  for (cmdb::ItemSummary& candidate : found.candidates) {
    if (found.exact && candidate.owner == principal.name) own.push_back(std::move(candidate));
  }
  if (own.size() == 1) return own.front().item_id;
  if (own.size() > 1) ambiguous(text, own, found.by_end_of_serial);
  throw Error(Status::kNotFound, "item_not_found",
              "None of your devices is called \"" + text + "\".");
}

void write_gaps(JsonWriter& json, const std::vector<facts::ChangeGap>& gaps) {
  json.key("gaps").begin_array();
  for (const facts::ChangeGap& gap : gaps) {
    json.begin_object()
        .member("since", gap.since)
        .member("until", gap.until)
        .member("reason", gap.reason)
        .end_object();
  }
  json.end_array();
}

void write_summary(JsonWriter& json, const cmdb::ItemSummary& summary) {
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
  json.member("state", cmdb::to_string(summary.state)).member("archived", summary.archived);
}

}  // namespace muster::server::api
