// SPDX-License-Identifier: Apache-2.0
// Both sides compute hashes over the canonical form of rows. Rows of every section with values of
// the fuzzer's choosing go from the agent's structures through a delta and the JSON of a report to
// the server: the same rows, the same keys, the same hash after the difference between two
// snapshots as of the whole.
#include "common/inventory/canonical.h"

#include "common/inventory/snapshot.h"
#include "common/json/read.h"
#include "common/support/text.h"
#include "common/wire/report.h"
#include "server/ingest/decode.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using namespace muster::inventory;
using muster::fuzz::require;

namespace {

constexpr Instant kNow = {1'790'000'000'000};

std::int64_t take_number(std::string_view& rest) {
  std::uint64_t number = 0;
  const unsigned bytes = fuzz::take_choice(rest, 9);
  for (unsigned i = 0; i < bytes; ++i)
    number = number << 8 | fuzz::take_choice(rest, 256);
  return static_cast<std::int64_t>(number);
}

std::string take_text(std::string_view& rest) {
  return std::string(fuzz::take_part(rest, "|"));
}

Cell take_cell(const FieldSchema& field, std::string_view& rest) {
  if (field.optional && fuzz::take_choice(rest, 3) == 0) return {};
  switch (field.type) {
    case FieldType::kInteger:
      return take_number(rest);
    case FieldType::kBoolean:
      return fuzz::take_choice(rest, 2) == 1;
    case FieldType::kTime:
      return Instant{take_number(rest) & 0xff'ffff'ffff};
    case FieldType::kEnum:
      return std::string(
          field.values[fuzz::take_choice(rest, static_cast<unsigned>(field.values.size()))]);
    case FieldType::kTextList:
      return to_cell(std::vector<std::string>{take_text(rest), take_text(rest)});
    case FieldType::kText:
      break;
  }
  // A key that must be there: never empty.
  return to_cell(field.optional ? take_text(rest) : "k" + take_text(rest));
}

CollectedSection take_section(const SectionSchema& schema, std::string_view& rest) {
  CollectedSection out{&schema, {}, {}};
  for (const std::string_view source : schema.providers)
    out.providers[std::string(source)] = {static_cast<Status>(fuzz::take_choice(rest, 7)),
                                          to_valid_text(take_text(rest))};
  for (unsigned count = fuzz::take_choice(rest, 4); count > 0; --count) {
    Row row;
    for (std::size_t i = 0; i < schema.fields.size(); ++i) {
      row.cells.push_back(take_cell(schema.fields[i], rest));
      if (schema.provider_field == i) row.cells.back() = std::string(schema.providers.front());
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

server::ingest::DecodedSection decoded(const SectionSchema& schema, const SectionSnapshot& section,
                                       SectionDelta delta) {
  wire::Report report;
  report.sequence = 1;
  report.boot_id = "boot";
  report.sent_at = kNow;
  report.root = root_hash(Snapshot{{std::string(schema.name), section}});
  const std::string name(schema.name);
  report.sections[name] = {.schema_version = schema.schema_version,
                           .collected_at = kNow,
                           .providers = section.providers,
                           .delta = std::move(delta)};
  auto out = server::ingest::decode_report(wire::to_json(report));
  require(out.refused.empty() && out.sections.contains(name));
  return std::move(out.sections.at(name));
}

void check_whole(const SectionSchema& schema, const SectionSnapshot& section) {
  const auto whole = decoded(schema, section, full_delta(section));
  require(whole.hash == section.hash && whole.rows.size() == section.rows.size());
  Hash128 sum;
  for (const auto& row : whole.rows) {
    require(section.rows.at(row.key).hash == row.hash);
    require(section.rows.at(row.key).canonical == canonical_json(schema, row.row));
    sum += row.hash;
  }
  require(sum == section.hash && Hash128::from_hex(sum.to_hex()) == sum);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::as_text(data, size);
  const auto& schemas = section_schemas();
  const SectionSchema& schema =
      schemas[fuzz::take_choice(rest, static_cast<unsigned>(schemas.size()))];
  const auto first = next_snapshot(nullptr, take_section(schema, rest), {});
  if (!first) return 0;
  check_whole(schema, *first);
  const auto second = next_snapshot(&*first, take_section(schema, rest), {});
  if (!second) return 0;
  check_whole(schema, *second);
  // What the server has after the difference is what the agent has.
  const auto change = decoded(schema, *second, difference(*first, *second));
  Hash128 sum = first->hash;
  for (const std::string& key : change.remove)
    sum -= first->rows.at(key).hash;
  for (const auto& row : change.rows) {
    if (const auto old = first->rows.find(row.key); old != first->rows.end())
      sum -= old->second.hash;
    sum += row.hash;
  }
  require(sum == second->hash && change.base == first->hash);
  static_cast<void>(worst(second->providers));
  return 0;
}
