// SPDX-License-Identifier: Apache-2.0
// The machines that muster-load pretends to be. Their sections come from captured machines and
// hardware (tests/captures, shared test data, the packages of the machine that this runs on)
// through the agent's own collectors, and are varied by the machine's number: a few hardware
// models, distributions and roles, package sets that overlap heavily with a long tail, names,
// serial numbers, addresses of their own. Everything follows from the number, so nothing is kept
// but what an agent holds of itself: its sequence, the hashes of its sections and which packages
// moved on.
//
// A Fleet is made once and then read by any thread; a Machine belongs to one thread at a time.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/inventory/snapshot.h"
#include "common/wire/report.h"

namespace muster::load {

struct HeldSection {
  int schema_version = 1;
  inventory::Hash128 hash;
  const inventory::ProviderStatuses* providers = nullptr;  // of the model; the Fleet owns it
};

struct Machine {
  int number = 0;
  std::int64_t sequence = 0;  // of the report made last
  std::string root;           // after it
  std::map<std::string_view, HeldSection> sections;
  std::vector<std::pair<int, int>> updates;  // package slot, how often it was updated; by slot
};

struct FleetOptions {
  std::filesystem::path captures;  // tests/captures
  int packages = 1000;             // of each machine
};

class Fleet {
 public:
  explicit Fleet(const FleetOptions& options);  // throws std::runtime_error

  int packages() const { return packages_; }
  const std::string& description() const { return description_; }

  // A machine that has not reported yet. Its first report says everything.
  Machine machine(int number) const;
  wire::Report first_report(Machine& machine) const;
  // Nothing changed.
  wire::Report unchanged_report(Machine& machine) const;
  // The packages in these slots (0 ... packages() - 1) were updated.
  wire::Report update_report(Machine& machine, const std::vector<int>& slots) const;
  // What the server asked for.
  wire::Report whole_report(Machine& machine, const std::vector<std::string>& sections) const;
  wire::Report hashes_report(Machine& machine) const;

  // Slots of the patch day: the same 20 packages on every machine.
  std::vector<int> patch_day() const;

  // Everything that the machine has now, as rows: for the ceiling that inserts them by itself.
  std::map<std::string, std::vector<inventory::Row>> rows(const Machine& machine) const;

 private:
  struct Model {
    std::string name;
    std::map<std::string, inventory::CollectedSection, std::less<>> sections;
  };
  struct Variant {  // one package in one version from one image
    std::string key;
    inventory::SnapshotRow row;
  };
  struct PackageChoice {
    std::uint32_t package = 0;  // index into catalogue_
    std::uint32_t level = 0;    // updates
    std::uint8_t release = 0;
    std::uint8_t image = 0;  // which installation image: gives installed_at
  };

  void read_models(const FleetOptions& options);
  void read_catalogue(int packages);
  PackageChoice choice(const Machine& machine, int slot, int level) const;
  inventory::Row package_row(const PackageChoice& choice) const;
  const Variant& variant(const PackageChoice& choice) const;
  inventory::CollectedSection section_of(const Machine& machine, std::string_view name) const;
  inventory::Snapshot snapshot(const Machine& machine) const;
  wire::Report new_report(Machine& machine) const;

  int packages_ = 0;
  std::string description_;
  std::vector<Model> models_;
  std::vector<inventory::Row> catalogue_;
  inventory::ProviderStatuses package_sources_;
  mutable std::mutex variants_mutex_;
  mutable std::unordered_map<std::uint64_t, std::unique_ptr<const Variant>> variants_;
};

// A number that looks random and depends on nothing but its arguments.
std::uint64_t mix(std::uint64_t number, std::uint64_t salt);

}  // namespace muster::load
