// SPDX-License-Identifier: Apache-2.0
// The single values of a report. See report_handler.h.
#include "server/ingest/report_handler.h"

#include <algorithm>
#include <iterator>

#include "common/inventory/format_version.h"
#include "common/support/text.h"

namespace muster::server::ingest {
namespace {

using inventory::Cell;
using inventory::FieldSchema;
using inventory::FieldType;

constexpr std::size_t kListEntries = 4096;
constexpr std::size_t kExtraMembers = 64;
constexpr std::size_t kReasonBytes = 2048;

// At most that many bytes, cut between characters: only valid UTF-8 may be stored.
std::string cut_text(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
    --most;
  text.resize(most);
  return text;
}

}  // namespace

// Members of the report that a newer agent knows and this server does not are passed over.
bool ReportHandler::is_newer_member() const {
  constexpr std::string_view kKnown[] = {
      "format",           "sequence",      "boot_id", "sent_boot_id", "sent_at",
      "sent_boottime_ms", "agent_version", "root",    "coalesced",    "collected",
      "vitals",           "sections",      "hashes"};
  return place() == Place::kReport &&
         std::find(std::begin(kKnown), std::end(kKnown), key_) == std::end(kKnown);
}

std::string ReportHandler::member_path() const {
  if (place() == Place::kCollected) return "collected." + key_;
  if (place() == Place::kHash) return "hashes." + hash_name_ + '.' + key_;
  return key_.empty() ? "body" : key_;
}

bool ReportHandler::wrong_type(const std::string& detail) {
  if (in_section()) return refuse("wrong_type", '.' + key_, detail);
  if (is_newer_member()) return true;
  invalid(member_path(), "has the wrong type: " + detail);
}

std::optional<inventory::Hash128> ReportHandler::hash_of(const std::string& text) {
  const auto hash = inventory::Hash128::from_hex(text);
  if (!hash) refuse("wrong_type", '.' + key_, "a hash is 32 lower-case hexadecimal digits");
  return hash;
}

bool ReportHandler::null() {
  if (place() == Place::kSection && key_ == "base") return true;  // the whole section follows
  if (place() == Place::kKey) return add_key_part("null");
  return scalar([&] { return wrong_type("null stands for nothing here; leave the member out"); });
}

bool ReportHandler::boolean(bool value) {
  if (place() == Place::kVitals) return vital([&] { vitals_.value(value); });
  if (place() == Place::kRow)
    return set_cell(FieldType::kBoolean, Cell(value), value ? "true" : "false");
  if (place() == Place::kKey) return add_key_part(value ? "true" : "false");
  return scalar([&] { return wrong_type("a boolean is not expected here"); });
}

bool ReportHandler::integer(std::int64_t value) {
  if (place() == Place::kVitals) return vital([&] { vitals_.value(value); });
  std::string text;
  append_json_integer(text, value);
  if (place() == Place::kRow) return set_cell(FieldType::kInteger, Cell(value), text);
  if (place() == Place::kKey) return add_key_part(text);
  return scalar([&] { return set_integer(value); });
}

bool ReportHandler::number(double value) {
  if (place() == Place::kVitals) return vital([&] { vitals_.value(value); });
  return scalar([&] { return wrong_type("numbers with a fraction or an exponent are not taken"); });
}

bool ReportHandler::text(std::string& value) {
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
      section_->schema_version = static_cast<int>(value);
    } else if (key_ == "collected_boottime_ms") {
      if (value < 0) return refuse("wrong_type", ".collected_boottime_ms", "it is negative");
      section_->collected_boottime_ms = value;
    }
    return true;
  }
  if (place() == Place::kHash) {
    if (key_ == "schema")
      report_.hashes[hash_name_].schema_version =
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
    case Place::kProvider:
      if (key_ == "status") {
        const auto status = inventory::parse_status(value);
        if (!status)
          return refuse("unknown_value", ".sources." + provider_name_ + ".status",
                        "there is no such status");
        section_->providers[provider_name_].status = *status;
      } else if (key_ == "reason") {
        section_->providers[provider_name_].reason = cut_text(std::move(value), kReasonBytes);
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

}  // namespace muster::server::ingest
