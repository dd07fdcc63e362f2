// SPDX-License-Identifier: Apache-2.0
// The place of an event in a report. See report_handler.h.
#include "server/ingest/report_handler.h"

#include <algorithm>

namespace muster::server::ingest {
namespace {

constexpr std::size_t kMaxSections = 200;

}  // namespace

DecodedReport ReportHandler::take() {
  for (const char* name :
       {"format", "sequence", "boot_id", "sent_at", "sent_boottime_ms", "agent_version", "root"}) {
    if (!seen_.contains(name)) invalid(name, "is missing");
  }
  if (report_.sent_boot_id.empty()) report_.sent_boot_id = report_.boot_id;
  return std::move(report_);
}

bool ReportHandler::key(std::string& name) {
  key_ = name;
  switch (place()) {
    case Place::kReport:
      seen_.insert(key_);
      break;
    case Place::kSection:
      section_seen_.insert(key_);
      break;
    case Place::kRow:
      field_ = section_->schema->find(key_);
      break;
    case Place::kVitals:
      vitals_.key(key_);
      break;
    default:
      break;
  }
  return true;
}

bool ReportHandler::begin_object() {
  switch (place()) {
    case Place::kStart:
      return enter(Place::kReport);
    case Place::kReport:
      if (key_ == "collected") return enter(Place::kCollected);
      if (key_ == "sections") return enter(Place::kSectionMap);
      if (key_ == "hashes") return enter(Place::kHashes);
      if (key_ == "vitals") {
        vitals_.begin_object();
        vitals_depth_ = 1;
        return enter(Place::kVitals);
      }
      return enter(Place::kSkip);  // a member that a newer agent knows
    case Place::kSectionMap: {
      if (report_.sections.size() + report_.ignored.size() >= kMaxSections)
        invalid("sections", "has too many sections");
      const inventory::SectionSchema* schema = inventory::find_section(key_);
      if (schema == nullptr) {
        report_.ignored.push_back(key_);
        return enter(Place::kSkip);
      }
      section_name_ = key_;
      section_ = &report_.sections[section_name_];
      section_->schema = schema;
      refused_ = false;
      section_seen_.clear();
      row_keys_.clear();
      return enter(Place::kSection);
    }
    case Place::kSection:
      return enter(key_ == "sources" ? Place::kProviders : Place::kSkip);
    case Place::kProviders:
      provider_name_ = key_;
      if (std::find(section_->schema->providers.begin(), section_->schema->providers.end(), key_) ==
          section_->schema->providers.end()) {
        refuse("unknown_source", ".sources." + key_,
               "this server knows no such source of the section");
      }
      section_->providers.try_emplace(provider_name_,
                                      inventory::ProviderStatus{inventory::Status::kFailed, ""});
      return enter(Place::kProvider);
    case Place::kRows:
      if (refused()) return enter(Place::kSkip);
      row_ = {};
      row_.cells.resize(section_->schema->fields.size());
      return enter(Place::kRow);
    case Place::kRow:
      refuse("wrong_type", row_path() + '.' + key_, "an object is not a value of a row");
      return enter(Place::kSkip);
    case Place::kHashes:
      hash_name_ = key_;
      report_.hashes.try_emplace(hash_name_);
      return enter(Place::kHash);
    case Place::kVitals:
      vitals_.begin_object();
      ++vitals_depth_;
      return enter(Place::kVitals);
    case Place::kSkip:
      return enter(Place::kSkip);
    default:
      break;
  }
  wrong_type("an object is not expected here");
  return enter(Place::kSkip);
}

bool ReportHandler::end_object() {
  const Place left = place();
  places_.pop_back();
  if (left == Place::kVitals) {
    vitals_.end_object();
    if (--vitals_depth_ == 0) report_.vitals = vitals_.text();
  } else if (left == Place::kRow && !refused()) {
    finish_row();
  } else if (left == Place::kSection) {
    finish_section();
    section_ = nullptr;
  }
  return true;
}

bool ReportHandler::begin_array() {
  switch (place()) {
    case Place::kStart:
      invalid("body", "is not a JSON object");
    case Place::kSection:
      if (key_ == "rows" || key_ == "upsert") {
        rows_are_whole_ = key_ == "rows";
        return enter(Place::kRows);
      }
      return enter(key_ == "remove" ? Place::kRemove : Place::kSkip);
    case Place::kRow:
      list_.clear();
      return enter(Place::kList);
    case Place::kRemove:
      key_parts_ = "[";
      key_part_count_ = 0;
      return enter(Place::kKey);
    case Place::kVitals:
      vitals_.begin_array();
      return enter(Place::kVitals);
    case Place::kSkip:
      return enter(Place::kSkip);
    default:
      break;
  }
  wrong_type("an array is not expected here");
  return enter(Place::kSkip);
}

bool ReportHandler::end_array() {
  const Place left = place();
  places_.pop_back();
  if (left == Place::kVitals) {
    vitals_.end_array();
  } else if (left == Place::kList && !refused()) {
    JsonWriter json;
    json.value(list_);
    if (list_.empty())
      return refuse("not_canonical", row_path() + '.' + key_, "an empty list is left out");
    set_cell(inventory::FieldType::kTextList, inventory::Cell(list_), json.text());
  } else if (left == Place::kKey && !refused()) {
    if (key_part_count_ != section_->schema->key_fields.size()) {
      return refuse("wrong_type", ".remove",
                    "a key has as many values as the section has key fields");
    }
    section_->remove.push_back(key_parts_ + ']');
  }
  return true;
}

}  // namespace muster::server::ingest
