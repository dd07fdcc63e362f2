// SPDX-License-Identifier: Apache-2.0
// The state machine over the JSON events of a report (model.md section 5). Internal to decode.h:
// one handler decodes one report, on the thread that reads it.
//
//   report_handler.cpp   the place of an event in the document: objects, arrays, names
//   report_values.cpp    single values: members of the report, of a section, of a row
//   report_rows.cpp      the checks of a row or a section that is complete
//
// A bad section is refused with a code and the path of the value, and the rest of its events are
// ignored; Error 422 invalid_report where the report itself is wrong.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/json/read.h"
#include "common/json/write.h"
#include "server/error.h"
#include "server/ingest/decode.h"

namespace muster::server::ingest {

class ReportHandler final : public JsonHandler {
 public:
  // Called once, at the end of the document. Error 422 invalid_report when a member is missing.
  DecodedReport take();

  bool null() override;
  bool boolean(bool value) override;
  bool integer(std::int64_t value) override;
  bool number(double value) override;
  bool text(std::string& value) override;
  bool begin_object() override;
  bool end_object() override;
  bool begin_array() override;
  bool end_array() override;
  bool key(std::string& name) override;

 private:
  // The place of the next event in the document.
  enum class Place {
    kStart,
    kReport,
    kCollected,
    kSectionMap,
    kSection,
    kProviders,
    kProvider,
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

  Place place() const { return places_.back(); }
  bool enter(Place where) {
    places_.push_back(where);
    return true;
  }
  static constexpr std::size_t kVitalsBytes = 64 * 1024;

  // Runs `act` where a single value is allowed, unless the place is in a skipped member.
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

  [[noreturn]] static void invalid(const std::string& path, const std::string& what) {
    throw Error(Status::kUnprocessable, "invalid_report", "The report's " + path + ' ' + what + '.')
        .at(path);
  }
  bool in_section() const { return section_ != nullptr; }
  bool refused() const { return in_section() && refused_; }
  // Refuses the section; the rest of its events are ignored.
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
  bool is_newer_member() const;
  std::string member_path() const;
  bool wrong_type(const std::string& detail);

  bool set_integer(std::int64_t value);
  bool set_member(std::string& value);
  bool set_section_member(std::string& value);
  bool set_cell(inventory::FieldType type, inventory::Cell cell, const std::string& json);
  bool set_text(std::string& value);
  bool add_to_list(std::string& value);
  bool add_key_part(const std::string& json);
  bool check_text(const std::string& value);
  void finish_row();
  void finish_section();
  std::optional<inventory::Hash128> hash_of(const std::string& text);

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
  std::string provider_name_;
  std::string hash_name_;
  inventory::Row row_;
  std::optional<std::size_t> field_;  // of the row: the declared field that key_ names
  std::vector<std::string> list_;
  std::string key_parts_;
  std::size_t key_part_count_ = 0;
};

}  // namespace muster::server::ingest
