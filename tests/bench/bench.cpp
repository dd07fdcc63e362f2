// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bench.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <set>

#include "common/inventory/sections/os.h"
#include "common/inventory/sections/packages.h"
#include "common/inventory/sections/system.h"
#include "common/support/digest.h"
#include "common/support/text.h"

namespace muster::bench {
namespace {

std::string digits(int number, int width) {
  std::string text = std::to_string(number);
  return std::string(static_cast<std::size_t>(std::max(0, width - static_cast<int>(text.size()))),
                     '0') +
         text;
}

void put(inventory::Snapshot& snapshot, const std::string& name, std::vector<inventory::Row> rows) {
  const inventory::SectionSchema* schema = inventory::find_section(name);
  inventory::CollectedSection collected{.schema = schema, .providers = {}, .rows = std::move(rows)};
  // As an agent: of several sources those that the machine has.
  collected.providers.emplace(std::string(schema->providers.front()), inventory::ProviderStatus{});
  snapshot[name] = inventory::next_snapshot(nullptr, std::move(collected), {}).value();
}

}  // namespace

double percentile(std::vector<double> samples, double p) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const auto at =
      static_cast<std::size_t>(std::ceil(p / 100 * static_cast<double>(samples.size())));
  return samples[std::min(samples.size() - 1, at == 0 ? 0 : at - 1)];
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "muster-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path = name;
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a folder that stays behind does no harm
  std::filesystem::remove_all(path, ignored);
}

namespace {

// Operating system and hardware of a made-up machine, without packages.
inventory::Snapshot bare_snapshot(int number) {
  inventory::Snapshot snapshot;
  const std::string id = digits(number, 12);
  inventory::OperatingSystem os;
  os.name = "Debian GNU/Linux";
  os.version = number % 3 == 0 ? "11.9" : "12.5";
  os.hostname = "machine-" + id;
  os.machine_id = to_hex(sha256(id)).substr(0, 32);
  put(snapshot, "os", {inventory::to_row(os)});
  inventory::System system;
  system.manufacturer = "Muster Works";
  system.serial_number = "MW" + id;
  system.chassis_type = number % 2 == 0 ? "Notebook" : "Desktop";
  put(snapshot, "system", {inventory::to_row(system)});
  return snapshot;
}

inventory::Package package_of(int index, int version) {
  inventory::Package package;
  package.manager = "dpkg";
  package.name = "package-" + digits(index, 5);
  package.architecture = "amd64";
  package.version = "1." + std::to_string(version) + "-1";
  package.publisher = "Some Maintainers <maintainers@example.org>";
  package.summary = "package number " + std::to_string(index);
  package.installed_size_bytes = 1024 * (index + 1);
  return package;
}

}  // namespace

inventory::Snapshot varied_snapshot(int number, int packages, int changed) {
  constexpr int kDistinct = 20'000;
  inventory::Snapshot snapshot = bare_snapshot(number);
  std::vector<inventory::Row> rows;
  for (int i = 0; i < packages; ++i) {
    // Every second package is one that all machines have; the others begin anywhere.
    const int index = i % 2 == 0 ? i : (i * 19 + number * 13) % kDistinct | 1;
    rows.push_back(
        inventory::to_row(package_of(index, (index + number) % 4 + (i < changed ? 10 : 0))));
  }
  put(snapshot, "packages", std::move(rows));
  return snapshot;
}

inventory::Snapshot machine_snapshot(int number, int packages, int generation, int changed) {
  inventory::Snapshot snapshot = bare_snapshot(number);
  std::vector<inventory::Row> rows;
  for (int i = 0; i < packages; ++i) {
    // A fleet has a few versions of each package, not one for each machine.
    rows.push_back(
        inventory::to_row(package_of(i, (i + number) % 4 + (i < changed ? generation * 10 : 0))));
  }
  put(snapshot, "packages", std::move(rows));
  return snapshot;
}

wire::Report report_of(const inventory::Snapshot* before, const inventory::Snapshot& now,
                       std::int64_t sequence) {
  const SystemClock clock;
  wire::Report report;
  report.sequence = sequence;
  report.boot_id = "11111111-2222-4333-8444-555555555555";
  report.agent_version = "0.1.0";
  report.root = inventory::root_hash(now);
  report.sent_at = clock.now();
  report.sent_boottime_ms = clock.boottime_ms();
  report.collected = {
      {"each", report.sent_at}, {"hourly", report.sent_at}, {"daily", report.sent_at}};
  for (const auto& [name, section] : now) {
    if (before != nullptr && before->at(name).hash == section.hash) continue;
    report.sections[name] = {.schema_version = section.schema_version,
                             .collected_at = report.sent_at,
                             .collected_boottime_ms = report.sent_boottime_ms,
                             .providers = section.providers,
                             .delta = before == nullptr
                                          ? inventory::full_delta(section)
                                          : inventory::difference(before->at(name), section)};
  }
  return report;
}

}  // namespace muster::bench

int main(int count, char** values) {
  const std::set<std::string> wanted(values + 1, values + count);
  const auto want = [&](const char* name) { return wanted.empty() || wanted.contains(name); };
  try {
    if (want("agent")) muster::bench::bench_agent();
    if (want("ingest")) muster::bench::bench_ingest();
    if (want("server")) muster::bench::bench_server();
    if (want("query")) muster::bench::bench_query();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "muster-bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
