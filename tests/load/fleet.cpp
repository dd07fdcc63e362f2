// SPDX-License-Identifier: Apache-2.0
#include "tests/load/fleet.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "common/inventory/sections/packages.h"
#include "common/support/clock.h"
#include "common/support/digest.h"
#include "common/support/text.h"
#include "tests/load/machine_variety.h"

namespace muster::load {
namespace {

constexpr int kReleases = 3;
constexpr int kRoles = 6;
constexpr int kImages = 8;
constexpr int kPatched = 20;
// Percent of a machine's packages: in every machine, in every machine of its role, its own choice.
constexpr int kCommonPercent = 70;
constexpr int kRolePercent = 25;

std::uint64_t pack(std::uint32_t package, std::uint32_t level, unsigned release, unsigned image) {
  return std::uint64_t{package} << 40 | std::uint64_t{level} << 16 | release << 8 | image;
}

}  // namespace

std::uint64_t mix(std::uint64_t number, std::uint64_t salt) {
  std::uint64_t x = number + 0x9E3779B97F4A7C15ULL * (salt + 1);  // splitmix64
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

Fleet::Fleet(const FleetOptions& options) : packages_(options.packages) {
  if (packages_ < 40) throw std::runtime_error("a machine has at least 40 packages");
  read_models(options);
  read_catalogue(options.packages);
}

void Fleet::read_models(const FleetOptions& options) {
  description_.clear();
  for (CapturedModel& model : captured_models(options.captures)) {
    description_ += (description_.empty() ? "models: " : ", ") + model.name;
    models_.push_back({std::move(model.name), std::move(model.sections)});
  }
}

// Enough for every role and the long tail: the packages of this machine, then made-up neighbours of
// the same ("-doc", "-dev", ...).
void Fleet::read_catalogue(int packages) {
  inventory::CollectedSection found = packages_of_this_machine(models_.front().sections);
  package_sources_ = found.providers;
  catalogue_ = std::move(found.rows);
  const std::size_t real = catalogue_.size();
  if (real == 0) throw std::runtime_error("no package is known to make reports from");
  const auto wanted = static_cast<std::size_t>(packages) * 4;
  const auto name = inventory::find_section("packages")->find("name").value();
  constexpr const char* kSuffixes[] = {"-doc", "-dev", "-common", "-data", "-utils", "-dbg"};
  std::set<std::string> names;
  for (const inventory::Row& row : catalogue_)
    names.insert(std::get<std::string>(row.cells[name]));
  for (std::size_t i = 0; catalogue_.size() < wanted; ++i) {
    inventory::Row row = catalogue_[i % real];
    std::string text = std::get<std::string>(row.cells[name]) + kSuffixes[i / real % 6];
    if (i / real >= 6) text += std::to_string(i / real / 6 + 1);
    if (!names.insert(text).second) continue;
    row.cells[name] = std::move(text);
    catalogue_.push_back(std::move(row));
  }
  description_ += "; " + std::to_string(packages) + " packages a machine out of " +
                  std::to_string(catalogue_.size()) + ", of which " + std::to_string(real) +
                  " are real";
}

Fleet::PackageChoice Fleet::choice(const Machine& machine, int slot, int level) const {
  const auto number = static_cast<std::uint64_t>(machine.number);
  const int common = packages_ * kCommonPercent / 100;
  const int of_role = packages_ * kRolePercent / 100;
  const int tail_from = common + of_role * kRoles;
  int package = slot;
  if (slot >= common + of_role) {
    // A stride without a common divisor, so that no package is chosen twice.
    const int tail = std::max(static_cast<int>(catalogue_.size()) - tail_from, packages_);
    const auto step = static_cast<std::uint64_t>(slot - common - of_role) * 7919;
    package =
        tail_from + static_cast<int>((mix(number, 1) + step) % static_cast<std::uint64_t>(tail));
  } else if (slot >= common) {
    package = slot + static_cast<int>(mix(number, 2) % kRoles) * of_role;
  }
  package %= static_cast<int>(catalogue_.size());
  return {static_cast<std::uint32_t>(package), static_cast<std::uint32_t>(level),
          static_cast<std::uint8_t>(release_of(machine.number, kReleases)),
          static_cast<std::uint8_t>(mix(number, 4) % kImages)};
}

inventory::Row Fleet::package_row(const PackageChoice& choice) const {
  static const inventory::SectionSchema& schema = *inventory::find_section("packages");
  static const auto version = schema.find("version").value();
  static const auto purl = schema.find("purl").value();
  static const auto installed_at = schema.find("installed_at").value();
  inventory::Row row = catalogue_[choice.package];
  std::string text = std::get<std::string>(row.cells[version]);
  text += "+r" + std::to_string(choice.release) + '.' + std::to_string(choice.level);
  if (const auto* url = std::get_if<std::string>(&row.cells[purl]))
    row.cells[purl] = url->substr(0, url->find('@')) + '@' + text;
  row.cells[version] = std::move(text);
  row.cells[installed_at] = Instant{1'700'000'000'000 + choice.image * 86'400'000LL * 17 +
                                    choice.level * 86'400'000LL * 3};
  return row;
}

const Fleet::Variant& Fleet::variant(const PackageChoice& choice) const {
  static const inventory::SectionSchema& schema = *inventory::find_section("packages");
  const std::uint64_t key = pack(choice.package, choice.level, choice.release, choice.image);
  const std::lock_guard lock(variants_mutex_);
  std::unique_ptr<const Variant>& slot = variants_[key];
  if (!slot) {
    const inventory::Row row = package_row(choice);
    std::string canonical = inventory::canonical_json(schema, row);
    const inventory::Hash128 hash = inventory::row_hash(canonical);
    slot = std::make_unique<const Variant>(
        Variant{inventory::row_key(schema, row),
                {std::move(canonical), std::string(inventory::row_provider(schema, row)), hash}});
  }
  return *slot;
}

inventory::CollectedSection Fleet::section_of(const Machine& machine, std::string_view name) const {
  const Model& model = models_[mix(static_cast<std::uint64_t>(machine.number), 5) % models_.size()];
  inventory::CollectedSection section = model.sections.find(name)->second;
  vary(section, machine.number, release_of(machine.number, kReleases));
  return section;
}

inventory::Snapshot Fleet::snapshot(const Machine& machine) const {
  inventory::Snapshot out;
  for (const auto& [name, unused] : models_.front().sections) {
    if (name == "packages") continue;
    auto made = inventory::next_snapshot(nullptr, section_of(machine, name), {});
    if (!made) throw std::runtime_error(std::string(name) + ": " + made.failure().message);
    out[name] = std::move(*made);
  }
  inventory::SectionSnapshot& packages = out["packages"];
  packages.schema_version = inventory::find_section("packages")->schema_version;
  packages.providers = package_sources_;
  auto update = machine.updates.begin();
  for (int slot = 0; slot < packages_; ++slot) {
    const bool updated = update != machine.updates.end() && update->first == slot;
    const Variant& found = variant(choice(machine, slot, updated ? update->second : 0));
    if (updated) ++update;
    if (packages.rows.emplace(found.key, found.row).second) packages.hash += found.row.hash;
  }
  return out;
}

Machine Fleet::machine(int number) const {
  Machine out;
  out.number = number;
  return out;
}

wire::Report Fleet::new_report(Machine& machine) const {
  static const SystemClock clock;
  wire::Report report;
  report.sequence = ++machine.sequence;
  report.boot_id = boot_id_of(machine.number);
  report.agent_version = "0.1.0";
  report.sent_at = clock.now();
  report.sent_boottime_ms = clock.boottime_ms();
  report.collected = {
      {"each", report.sent_at}, {"hourly", report.sent_at}, {"daily", report.sent_at}};
  report.vitals = vitals_of(machine.number, report.sent_boottime_ms);
  report.root = machine.root;
  return report;
}

namespace {

std::string root_of(const Machine& machine) {
  std::vector<inventory::RootLine> lines;
  for (const auto& [name, section] : machine.sections) {
    lines.push_back({std::string(name), section.schema_version, section.hash.to_hex(),
                     inventory::status_line(name, *section.providers)});
  }
  return inventory::root_hash(lines);
}

wire::SectionReport section_report(const wire::Report& report, int schema_version,
                                   const inventory::ProviderStatuses& providers,
                                   inventory::SectionDelta delta) {
  return {.schema_version = schema_version,
          .collected_at = report.sent_at,
          .collected_boottime_ms = report.sent_boottime_ms,
          .providers = providers,
          .delta = std::move(delta)};
}

}  // namespace

wire::Report Fleet::first_report(Machine& machine) const {
  const inventory::Snapshot now = snapshot(machine);
  const Model& model = models_[mix(static_cast<std::uint64_t>(machine.number), 5) % models_.size()];
  machine.sections.clear();
  for (const auto& [name, section] : now) {
    const auto& of_model =
        name == "packages" ? package_sources_ : model.sections.at(name).providers;
    const inventory::SectionSchema* schema = inventory::find_section(name);
    machine.sections[schema->name] = {section.schema_version, section.hash, &of_model};
  }
  machine.root = root_of(machine);
  wire::Report report = new_report(machine);
  for (const auto& [name, section] : now) {
    report.sections[name] = section_report(report, section.schema_version, section.providers,
                                           inventory::full_delta(section));
  }
  return report;
}

wire::Report Fleet::unchanged_report(Machine& machine) const {
  return new_report(machine);
}

wire::Report Fleet::update_report(Machine& machine, const std::vector<int>& slots) const {
  HeldSection& packages = machine.sections.at("packages");
  inventory::SectionDelta delta;
  delta.base = packages.hash;
  delta.hash = packages.hash;
  for (const int slot : slots) {
    auto at =
        std::lower_bound(machine.updates.begin(), machine.updates.end(), slot,
                         [](const auto& update, int wanted) { return update.first < wanted; });
    if (at == machine.updates.end() || at->first != slot)
      at = machine.updates.insert(at, {slot, 0});
    const Variant& before = variant(choice(machine, slot, at->second));
    const Variant& after = variant(choice(machine, slot, ++at->second));
    delta.remove.push_back(before.key);
    delta.upsert.push_back(after.row.canonical);
    delta.hash -= before.row.hash;
    delta.hash += after.row.hash;
  }
  std::sort(delta.remove.begin(), delta.remove.end());
  packages.hash = delta.hash;
  machine.root = root_of(machine);
  wire::Report report = new_report(machine);
  report.sections["packages"] =
      section_report(report, packages.schema_version, *packages.providers, std::move(delta));
  return report;
}

wire::Report Fleet::whole_report(Machine& machine, const std::vector<std::string>& sections) const {
  const inventory::Snapshot now = snapshot(machine);
  wire::Report report = new_report(machine);
  for (const std::string& name : sections) {
    const auto found = now.find(name);
    if (found == now.end()) continue;
    const inventory::SectionSnapshot& section = found->second;
    report.sections[name] = section_report(report, section.schema_version, section.providers,
                                           inventory::full_delta(section));
  }
  return report;
}

wire::Report Fleet::hashes_report(Machine& machine) const {
  wire::Report report = new_report(machine);
  for (const auto& [name, section] : machine.sections) {
    report.hashes[std::string(name)] = {section.schema_version, section.hash.to_hex(),
                                        inventory::status_line(name, *section.providers)};
  }
  return report;
}

std::vector<int> Fleet::patch_day() const {
  std::vector<int> slots;
  for (int i = 0; i < kPatched; ++i)
    slots.push_back(i);
  return slots;
}

std::map<std::string, std::vector<inventory::Row>> Fleet::rows(const Machine& machine) const {
  std::map<std::string, std::vector<inventory::Row>> out;
  for (const auto& [name, unused] : models_.front().sections) {
    if (name != "packages") out[name] = section_of(machine, name).rows;
  }
  std::vector<inventory::Row>& packages = out["packages"];
  for (int slot = 0; slot < packages_; ++slot)
    packages.push_back(package_row(choice(machine, slot, 0)));
  return out;
}

}  // namespace muster::load
