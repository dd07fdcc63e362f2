// SPDX-License-Identifier: Apache-2.0
// muster-agent explain SECTION[.FIELD]: looks again and shows where the values come from. There is
// nothing in the collectors for it: whatever passes through the host is noted and searched.
#include <arpa/inet.h>

#include <algorithm>
#include <ostream>
#include <set>

#include "agent/commands/commands.h"
#include "agent/commands/host_choice.h"
#include "agent/commands/marked_text.h"
#include "agent/commands/section_names.h"
#include "agent/host/recording_host.h"
#include "agent/report/collect_sections.h"
#include "common/support/text.h"

namespace muster::agent::commands {
namespace {

using inventory::Cell;
using inventory::FieldSchema;
using inventory::FieldType;
using inventory::SectionSchema;

constexpr std::size_t kShownValues = 20;
// Shorter values of whole sections ("1", "no") would mark half of everything.
constexpr std::size_t kLeastBytesOfSection = 4;

struct Target {
  const SectionSchema* section = nullptr;
  const FieldSchema* field = nullptr;  // nullptr: the whole section
};

Result<Target> parse_target(std::string_view text) {
  const std::size_t dot = text.find('.');
  Target target;
  target.section = inventory::find_section(text.substr(0, dot));
  if (target.section == nullptr) return unknown_section(text.substr(0, dot));
  if (dot == std::string_view::npos) return target;
  const auto index = target.section->find(text.substr(dot + 1));
  if (index) {
    target.field = &target.section->fields[*index];
    return target;
  }
  std::string known;
  for (const FieldSchema& field : target.section->fields)
    known += (known.empty() ? "" : ", ") + std::string(field.name);
  return Failure{FailureKind::kNotFound, std::string(target.section->name) + " has no field \"" +
                                             printable(text.substr(dot + 1)) +
                                             "\"; its fields are " + known};
}

std::vector<std::string> texts_of(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return {*text};
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return {std::to_string(*number)};
  if (const auto* at = std::get_if<Instant>(&cell)) return {to_rfc3339(*at)};
  if (const auto* list = std::get_if<std::vector<std::string>>(&cell)) return *list;
  if (const auto* truth = std::get_if<bool>(&cell)) return {*truth ? "true" : "false"};
  return {};
}

// An address or a UUID as bytes, which is how netlink and SMBIOS have it.
void add_bytes(const std::string& text, std::set<std::string>& out) {
  std::string bytes(16, '\0');
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) out.insert(bytes);
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) out.insert(bytes.substr(0, 4));
  const bool mac = text.size() == 17 && std::count(text.begin(), text.end(), ':') == 5;
  if (!mac && !is_uuid(text)) return;
  std::string digits = text;
  std::erase_if(digits, [](char c) { return c == ':' || c == '-'; });
  auto raw = from_hex(digits);
  if (!raw) return;
  out.insert(*raw);
  if (mac) return;
  // The first three fields of a UUID are little-endian in SMBIOS (SMBIOS 3.7, 7.2.1).
  std::reverse(raw->begin(), raw->begin() + 4);
  std::reverse(raw->begin() + 4, raw->begin() + 6);
  std::reverse(raw->begin() + 6, raw->begin() + 8);
  out.insert(*raw);
}

// The same value as the kernel may write it: sizes in KiB and in sectors, times in seconds.
void add_other_forms(const Cell& cell, const FieldSchema& field, std::set<std::string>& out) {
  if (const auto* at = std::get_if<Instant>(&cell)) out.insert(std::to_string(at->ms / 1000));
  if (const auto* text = std::get_if<std::string>(&cell)) add_bytes(*text, out);
  const auto* number = std::get_if<std::int64_t>(&cell);
  if (number == nullptr || field.unit != "bytes" || *number == 0) return;
  for (const std::int64_t unit : {512, 1024}) {
    if (*number % unit == 0) out.insert(std::to_string(*number / unit));
  }
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

void explain_declaration(std::ostream& out, const Target& target) {
  const SectionSchema& section = *target.section;
  out << section.name << ": " << section.meaning << "\n  looked at: " << to_string(section.interval)
      << ", privacy: " << to_string(section.privacy) << "\n";
  for (const FieldSchema& field : section.fields) {
    if (target.field != nullptr && target.field != &field) continue;
    out << section.name << "." << field.name << ": " << field.meaning << "\n";
    out << "  type: " << to_string(field.type) << (field.is_key() ? ", part of the key" : "");
    if (!field.unit.empty()) out << ", in " << field.unit;
    out << "\n";
    if (!field.read_from.empty()) out << "  source: " << field.read_from << "\n";
  }
}

void explain_result(std::ostream& out, const report::CollectionResult& result) {
  out << "\n"
      << counted(result.section.rows.size(), "row", "rows") << " in " << result.duration_ms
      << " ms\n";
  for (const auto& [name, provider] : result.section.providers) {
    out << "  " << name << ": " << to_string(provider.status);
    if (!provider.reason.empty()) out << ", " << printable(provider.reason);
    out << "\n";
  }
}

void print_values(std::ostream& out, const FieldSchema& field, const std::set<std::string>& shown) {
  out << "\n" << field.name << (shown.empty() ? " has no value here\n" : ":\n");
  std::size_t count = 0;
  for (const std::string& text : shown) {
    if (++count > kShownValues) break;
    out << "  " << printable(text) << "\n";
  }
  if (shown.size() > kShownValues) {
    out << "  ... and " << shown.size() - kShownValues << " more\n";
  }
}

// The values to look for.
std::vector<std::string> explain_values(std::ostream& out, const Target& target,
                                        const report::CollectionResult& result) {
  std::set<std::string> shown;
  std::set<std::string> searched;
  const auto& fields = target.section->fields;
  for (const inventory::Row& row : result.section.rows) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (target.field != nullptr && target.field != &fields[i]) continue;
      if (target.field == nullptr && fields[i].type == FieldType::kBoolean) continue;
      for (const std::string& text : texts_of(row.cells[i])) {
        shown.insert(text);
        searched.insert(text);
      }
      add_other_forms(row.cells[i], fields[i], searched);
    }
  }
  if (target.field == nullptr) {
    std::erase_if(searched,
                  [](const std::string& text) { return text.size() < kLeastBytesOfSection; });
  } else {
    print_values(out, *target.field, shown);
  }
  return {searched.begin(), searched.end()};
}

void explain_reads(std::ostream& out, const std::vector<host::CaptureEntry>& entries,
                   const std::vector<std::string>& values, bool whole_files) {
  std::size_t occurrences = 0;
  for (const host::CaptureEntry& entry : entries) {
    out << "\n" << host::to_string(entry.question) << " " << printable(entry.subject) << ": ";
    if (entry.failure) {
      out << muster::to_string(*entry.failure) << ", " << printable(entry.answer) << "\n";
      continue;
    }
    const MarkedText marked = show_marked(entry.answer, values, whole_files);
    occurrences += marked.occurrences;
    out << counted(entry.answer.size(), "byte", "bytes");
    if (marked.occurrences > 0) out << ", found " << counted(marked.occurrences, "time", "times");
    out << "\n" << marked.text;
  }
  out << "\n" << counted(entries.size(), "question", "questions") << " asked; ";
  if (occurrences > 0) {
    out << "values found " << counted(occurrences, "time", "times")
        << ", in lines with > and between [[ ]]\n";
  } else {
    out << "no value occurs in the answers as it is written here, so it was computed from "
           "them\n";
  }
}

int explain(CommandContext& context) {
  const auto target = parse_target(context.invocation.required("SECTION[.FIELD]"));
  if (!target) return fail(context, target.failure(), kWrongUsage);
  const auto host = open_host(context.invocation);
  if (!host) return fail(context, host.failure());
  auto recording = std::make_shared<host::RecordingHost>(*host);
  report::SectionCollector collector(recording, std::make_shared<SystemClock>(),
                                     collect::collectors(), &collect::collect_vitals);
  const auto results = collector.collect({std::string(target->section->name)});
  if (results.empty()) {
    return fail(context, {FailureKind::kNotFound, "nothing collects the section " +
                                                      std::string(target->section->name) +
                                                      " on this system"});
  }
  explain_declaration(context.out, *target);
  explain_result(context.out, results.front());
  const auto values = explain_values(context.out, *target, results.front());
  explain_reads(context.out, recording->entries(), values, context.invocation.has("--all"));
  return kSucceeded;
}
}  // namespace

Command explain_command() {
  return {{"explain",
           "show where a value comes from",
           {{"SECTION[.FIELD]"}},
           with_host_options({{"--all", "", "show long files whole, not only around the value"}}),
           {"muster-agent explain disks.serial_number"}},
          explain};
}

}  // namespace muster::agent::commands
