// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/decode.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "common/inventory/format_version.h"
#include "common/json/read.h"
#include "common/json/write.h"
#include "common/support/text.h"
#include "server/error.h"
#include "server/ingest/section_sql.h"
#include "server/store/section_tables.h"

namespace muster::server {
namespace {

using inventory::Cell;
using inventory::FieldSchema;
using inventory::FieldType;
using inventory::Hash128;

constexpr JsonLimits kLimits = {
    .depth = 8, .members = 256, .values = 4'000'000, .text_bytes = 64 * 1024};
constexpr std::size_t kVitalsBytes = 64 * 1024;
constexpr std::size_t kMaxSections = 200;
constexpr std::size_t kRowsPerReport = 300'000;
constexpr std::size_t kListEntries = 4096;
constexpr std::size_t kExtraMembers = 64;
constexpr std::size_t kReasonBytes = 2048;

// At most that many bytes, and never a part of a character: no store takes that.
std::string cut_text(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
    --most;
  text.resize(most);
  return text;
}

// Where in the document the next event stands.
enum class Place {
  kStart,
  kReport,
  kCollected,
  kSectionMap,
  kSection,
  kSources,
  kSource,
  kRows,
  kRow,
  kList,
  kRemove,
  kKey,
  kHashes,
  kHash,
  kVitals,
  kSkip,
};

class ReportHandler final : public JsonHandler {
 public:
  DecodedReport take() {
    for (const char* name : {"format", "sequence", "boot_id", "sent_at", "sent_boottime_ms",
                             "agent_version", "root"}) {
      if (!seen_.contains(name)) invalid(name, "is missing");
    }
    if (report_.sent_boot_id.empty()) report_.sent_boot_id = report_.boot_id;
    return std::move(report_);
  }

  bool null() override {
    if (place() == Place::kSection && key_ == "base") return true;  // the whole section follows
    if (place() == Place::kKey) return add_key_part("null");
    return scalar([&] { return wrong_type("null stands for nothing here; leave the member out"); });
  }
  bool boolean(bool value) override {
    if (place() == Place::kVitals) return vital([&] { vitals_.value(value); });
    if (place() == Place::kRow)
      return set_cell(FieldType::kBoolean, Cell(value), value ? "true" : "false");
    if (place() == Place::kKey) return add_key_part(value ? "true" : "false");
    return scalar([&] { return wrong_type("a boolean is not expected here"); });
  }
  bool integer(std::int64_t value) override {
    if (place() == Place::kVitals) return vital([&] { vitals_.value(value); });
    std::string text;
    append_json_integer(text, value);
    if (place() == Place::kRow) return set_cell(FieldType::kInteger, Cell(value), text);
    if (place() == Place::kKey) return add_key_part(text);
    return scalar([&] { return set_integer(value); });
  }
  bool number(double value) override {
    if (place() == Place::kVitals) return vital([&] { vitals_.value(value); });
    return scalar(
        [&] { return wrong_type("numbers with a fraction or an exponent are not taken"); });
  }
  bool text(std::string& value) override {
    if (place() == Place::kVitals) return vital([&] { vitals_.value(std::string_view(value)); });
    if (place() == Place::kRow) return set_text(value);
    if (place() == Place::kList) return add_to_list(value);
    if (place() == Place::kKey) {
      std::string part;
      append_json_text(part, value);
      return add_key_part(part);
    }
    return scalar([&] { return set_member(value); });
  }
  bool begin_object() override;
  bool end_object() override;
  bool begin_array() override;
  bool end_array() override;
  bool key(std::string& name) override;

 private:
  Place place() const { return places_.back(); }
  bool enter(Place where) {
    places_.push_back(where);
    return true;
  }
  // Runs `act` where a single value may stand, unless it is in something that is skipped.
  template <class Act>
  bool scalar(Act act) {
    return place() == Place::kSkip || refused() || act();
  }
  template <class Act>
  bool vital(Act act) {
    act();
    if (vitals_.text().size() > kVitalsBytes) invalid("vitals", "is larger than 64 KiB");
    return true;
  }

  [[noreturn]] static void invalid(std::string path, const std::string& what) {
    throw Error(Status::kUnprocessable, "invalid_report", "The report's " + path + ' ' + what + '.')
        .at(path);
  }
  bool in_section() const { return section_ != nullptr; }
  bool refused() const { return in_section() && refused_; }
  // Refuses the section and goes on: the events that still come for it are ignored.
  bool refuse(std::string code, std::string path, std::string detail) {
    if (!refused()) {
      report_.refused[section_name_] = {
          std::move(code), "sections." + section_name_ + std::move(path), std::move(detail)};
      refused_ = true;
    }
    return true;
  }
  std::string row_path() const {
    return (rows_are_whole_ ? ".rows[" : ".upsert[") + std::to_string(section_->rows.size()) + ']';
  }
  // Members of the report that a newer agent knows and this server does not are passed over.
  bool is_newer_member() const {
    constexpr std::string_view kKnown[] = {
        "format",           "sequence",      "boot_id", "sent_boot_id", "sent_at",
        "sent_boottime_ms", "agent_version", "root",    "coalesced",    "collected",
        "vitals",           "sections",      "hashes"};
    return place() == Place::kReport &&
           std::find(std::begin(kKnown), std::end(kKnown), key_) == std::end(kKnown);
  }
  std::string member_path() const {
    if (place() == Place::kCollected) return "collected." + key_;
    if (place() == Place::kHash) return "hashes." + hash_name_ + '.' + key_;
    return key_.empty() ? "body" : key_;
  }
  bool wrong_type(const std::string& detail) {
    if (in_section()) return refuse("wrong_type", '.' + key_, detail);
    if (is_newer_member()) return true;
    invalid(member_path(), "has the wrong type: " + detail);
  }

  bool set_integer(std::int64_t value);
  bool set_member(std::string& value);
  bool set_section_member(std::string& value);
  bool set_cell(FieldType type, Cell cell, const std::string& json);
  bool set_text(std::string& value);
  bool add_to_list(std::string& value);
  bool add_key_part(const std::string& json);
  bool check_text(const std::string& value);
  void finish_row();
  void finish_section();
  std::optional<Hash128> hash_of(const std::string& text) {
    const auto hash = Hash128::from_hex(text);
    if (!hash) refuse("wrong_type", '.' + key_, "a hash is 32 lower-case hexadecimal digits");
    return hash;
  }

  DecodedReport report_;
  std::set<std::string, std::less<>> seen_;  // members of the report
  std::vector<Place> places_ = {Place::kStart};
  std::string key_;
  JsonWriter vitals_;
  int vitals_depth_ = 0;

  std::string section_name_;
  DecodedSection* section_ = nullptr;  // in report_.sections while inside one
  bool refused_ = false;               // that section
  std::set<std::string, std::less<>> section_seen_;
  std::unordered_set<std::string> row_keys_;
  bool rows_are_whole_ = false;
  std::size_t row_count_ = 0;  // of the report
  std::string source_name_;
  std::string hash_name_;
  inventory::Row row_;
  std::optional<std::size_t> field_;  // of the row: the declared field that key_ names
  std::vector<std::string> list_;
  std::string key_parts_;
  std::size_t key_part_count_ = 0;
};

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
      return enter(key_ == "sources" ? Place::kSources : Place::kSkip);
    case Place::kSources:
      source_name_ = key_;
      if (std::find(section_->schema->sources.begin(), section_->schema->sources.end(), key_) ==
          section_->schema->sources.end()) {
        refuse("unknown_source", ".sources." + key_,
               "this server knows no such source of the section");
      }
      section_->sources.try_emplace(source_name_,
                                    inventory::SourceStatus{inventory::Status::kFailed, ""});
      return enter(Place::kSource);
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
    set_cell(FieldType::kTextList, Cell(list_), json.text());
  } else if (left == Place::kKey && !refused()) {
    if (key_part_count_ != section_->schema->key_fields.size()) {
      return refuse("wrong_type", ".remove",
                    "a key has as many values as the section has key fields");
    }
    section_->remove.push_back(key_parts_ + ']');
  }
  return true;
}

bool ReportHandler::set_integer(std::int64_t value) {
  if (place() == Place::kReport) {
    if (key_ == "format") {
      if (value < inventory::kOldestFormatVersion || value > inventory::kFormatVersion) {
        throw Error(
            Status::kBadRequest, "unsupported_format",
            "Report format " + std::to_string(value) + " is not one that this server takes.");
      }
    } else if (key_ == "sequence") {
      if (value < 1) invalid("sequence", "is below 1");
      report_.sequence = value;
    } else if (key_ == "sent_boottime_ms") {
      if (value < 0) invalid("sent_boottime_ms", "is negative");
      report_.sent_boottime_ms = value;
    } else if (key_ == "coalesced") {
      report_.coalesced = std::max<std::int64_t>(value, 0);
    } else if (key_ == "boot_id" || key_ == "root" || key_ == "sent_at" ||
               key_ == "agent_version") {
      invalid(key_, "is a number");
    }
    return true;
  }
  if (place() == Place::kSection) {
    if (key_ == "schema") {
      if (value < 1 || value > 1'000'000)
        return refuse("wrong_type", ".schema", "a schema number is 1 or more");
      section_->schema_number = static_cast<int>(value);
    } else if (key_ == "collected_boottime_ms") {
      if (value < 0) return refuse("wrong_type", ".collected_boottime_ms", "it is negative");
      section_->collected_boottime_ms = value;
    }
    return true;
  }
  if (place() == Place::kHash) {
    if (key_ == "schema")
      report_.hashes[hash_name_].schema =
          static_cast<int>(std::clamp<std::int64_t>(value, 0, 1'000'000));
    return true;
  }
  return wrong_type("a number is not expected here");
}

bool ReportHandler::set_member(std::string& value) {
  switch (place()) {
    case Place::kReport:
      if (key_ == "boot_id" || key_ == "sent_boot_id") {
        if (value.empty() || value.size() > 64) invalid(key_, "is empty or longer than 64 bytes");
        (key_ == "boot_id" ? report_.boot_id : report_.sent_boot_id) = std::move(value);
      } else if (key_ == "sent_at") {
        const auto at = parse_rfc3339(value);
        if (!at) invalid(key_, "is not an RFC 3339 time");
        report_.sent_at = *at;
      } else if (key_ == "agent_version") {
        if (value.size() > 64) invalid(key_, "is longer than 64 bytes");
        report_.agent_version = std::move(value);
      } else if (key_ == "root") {
        if (value.size() != 64 || !from_hex(value))
          invalid(key_, "is not a SHA-256 in hexadecimal digits");
        report_.root = std::move(value);
      } else if (key_ == "sequence" || key_ == "format" || key_ == "sent_boottime_ms") {
        invalid(key_, "is a text");
      }
      return true;
    case Place::kCollected: {
      const auto at = parse_rfc3339(value);
      if (!at) invalid("collected." + key_, "is not an RFC 3339 time");
      report_.collected[key_] = *at;
      return true;
    }
    case Place::kSection:
      return set_section_member(value);
    case Place::kSource:
      if (key_ == "status") {
        const auto status = inventory::parse_status(value);
        if (!status)
          return refuse("unknown_value", ".sources." + source_name_ + ".status",
                        "there is no such status");
        section_->sources[source_name_].status = *status;
      } else if (key_ == "reason") {
        section_->sources[source_name_].reason = cut_text(std::move(value), kReasonBytes);
      }
      return true;
    case Place::kHash:
      if (key_ == "hash")
        report_.hashes[hash_name_].hash = std::move(value);
      else if (key_ == "status")
        report_.hashes[hash_name_].status = std::move(value);
      return true;
    default:
      return wrong_type("a text is not expected here");
  }
}

bool ReportHandler::set_section_member(std::string& value) {
  if (key_ == "collected_at") {
    const auto at = parse_rfc3339(value);
    if (!at) return refuse("wrong_type", ".collected_at", "it is not an RFC 3339 time");
    section_->collected_at = *at;
  } else if (key_ == "base") {
    section_->base = hash_of(value);
  } else if (key_ == "hash") {
    if (const auto hash = hash_of(value)) section_->hash = *hash;
  } else if (key_ == "schema" || key_ == "collected_boottime_ms") {
    return refuse("wrong_type", '.' + key_, "it is a text");
  }
  return true;
}

bool ReportHandler::check_text(const std::string& value) {
  if (value.empty())
    return !refuse("empty_value", row_path() + '.' + key_,
                   "an unknown value is left out, never empty");
  if (value.size() > inventory::kTextBytes) {
    return !refuse("text_too_long", row_path() + '.' + key_, "a text of a row has at most 16 KiB");
  }
  return true;
}

bool ReportHandler::set_text(std::string& value) {
  if (refused() || !check_text(value)) return true;
  if (!field_) {
    std::string json;
    append_json_text(json, value);
    return set_cell(FieldType::kText, Cell(), json);
  }
  const FieldSchema& field = section_->schema->fields[*field_];
  if (field.type == FieldType::kTime) {
    const auto at = parse_rfc3339(value);
    if (!at || to_rfc3339(*at) != value) {
      return refuse("wrong_type", row_path() + '.' + key_,
                    "a time is RFC 3339 in UTC, with milliseconds only when not 0");
    }
    return set_cell(FieldType::kTime, Cell(*at), {});
  }
  if (field.type == FieldType::kEnum) {
    if (std::find(field.values.begin(), field.values.end(), value) == field.values.end()) {
      return refuse("unknown_value", row_path() + '.' + key_, "it is none of the field's values");
    }
    return set_cell(FieldType::kEnum, Cell(value), {});
  }
  return set_cell(FieldType::kText, Cell(value), {});
}

bool ReportHandler::add_to_list(std::string& value) {
  if (refused() || !check_text(value)) return true;
  if (list_.size() >= kListEntries)
    return refuse("too_many_values", row_path() + '.' + key_, "a list has at most 4096 texts");
  if (!list_.empty() && list_.back() >= value) {
    return refuse("not_canonical", row_path() + '.' + key_,
                  "a list is sorted and without equal texts");
  }
  list_.push_back(value);
  return true;
}

bool ReportHandler::set_cell(FieldType type, Cell cell, const std::string& json) {
  if (refused()) return true;
  if (!field_) {
    // A field that a newer agent knows: kept as it is, so that hashes agree.
    if (row_.extra.size() >= kExtraMembers)
      return refuse("too_many_values", row_path(), "too many unknown fields");
    row_.extra.emplace_back(key_, json);
    return true;
  }
  if (section_->schema->fields[*field_].type != type) {
    return refuse("wrong_type", row_path() + '.' + key_,
                  "the field is " + std::string(to_string(section_->schema->fields[*field_].type)));
  }
  row_.cells[*field_] = std::move(cell);
  return true;
}

bool ReportHandler::add_key_part(const std::string& json) {
  if (++key_part_count_ > 1) key_parts_ += ',';
  key_parts_ += json;
  return true;
}

void ReportHandler::finish_row() {
  const inventory::SectionSchema& schema = *section_->schema;
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    if (std::holds_alternative<std::monostate>(row_.cells[i]) && !schema.fields[i].optional) {
      refuse("missing_field", row_path() + '.' + std::string(schema.fields[i].name),
             "the field is never absent");
      return;
    }
  }
  std::sort(row_.extra.begin(), row_.extra.end());
  const std::string canonical = inventory::canonical_json(schema, row_);
  if (canonical.size() > inventory::kRowBytes) {
    refuse("row_too_large", row_path(), "a row has at most 64 KiB");
    return;
  }
  if (++row_count_ > kRowsPerReport) {
    refuse("too_many_rows", row_path(), "a report has at most 300000 rows");
    return;
  }
  if (section_->rows.size() >= inventory::kRowsPerSection) {
    refuse("too_many_rows", row_path(), "a section has at most 200000 rows");
    return;
  }
  DecodedRow row;
  row.row = std::move(row_);
  row.hash = inventory::row_hash(canonical);
  row.key = inventory::row_key(schema, row.row);
  // Hashed here, by the thread of the request: the one thread that writes has enough to do.
  row.stored_key = stored_key(row.key);
  if (schema.has_content()) row.content_hash = content_hash(schema, row.row);
  row.source = inventory::row_source(schema, row.row);
  if (!row_keys_.insert(row.key).second) {
    refuse("duplicate_key", row_path(), "two rows have the key " + row.key);
    return;
  }
  section_->rows.push_back(std::move(row));
}

void ReportHandler::finish_section() {
  for (const char* name : {"schema", "collected_at", "collected_boottime_ms", "sources", "hash"}) {
    if (!section_seen_.contains(name))
      refuse("missing_field", std::string(".") + name, "it is missing");
  }
  if (section_->base.has_value() == section_seen_.contains("rows") && !refused()) {
    refuse("invalid_section", "",
           "a section has either rows and no base, or a base with upsert and remove");
  }
  if (section_->base && !section_seen_.contains("upsert") && !refused()) {
    refuse("missing_field", ".upsert", "it is missing");
  }
  if (section_->sources.empty() && !refused())
    refuse("missing_field", ".sources", "a section has at least one source");
  for (const std::string& key : section_->remove) {
    // One set for both: a key that is sent twice, or sent and removed, would count twice in the
    // hash.
    if (!row_keys_.insert(key).second)
      refuse("duplicate_key", ".remove", "a key is removed twice, or both sent and removed");
  }
  Hash128 sum;
  std::string_view known_source;  // rows of one source mostly stand together
  for (const DecodedRow& row : section_->rows) {
    sum += row.hash;
    if (row.source == known_source) continue;
    if (!section_->sources.contains(row.source)) {
      refuse("unknown_source", ".rows", "a row is of a source that has no status");
    }
    known_source = row.source;
  }
  if (!section_->base && sum != section_->hash && !refused()) {
    refuse("hash_mismatch", ".hash", "it is not the sum of the hashes of the rows");
  }
  if (refused()) report_.sections.erase(section_name_);
}

}  // namespace

DecodedReport decode_report(std::string_view json) {
  ReportHandler handler;
  const Result<Done> read = read_json(json, kLimits, handler);
  if (!read) {
    throw Error(Status::kBadRequest, "invalid_json",
                "The report cannot be read: " + read.failure().message + '.');
  }
  return handler.take();
}

}  // namespace muster::server
