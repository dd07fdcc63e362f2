// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/cpus.h"

#include <algorithm>
#include <set>

#include "agent/collect/firmware/smbios_tables.h"
#include "agent/collect/linux/hardware/cpu_topology.h"
#include "agent/collect/linux/hardware/cpuinfo.h"
#include "common/inventory/placeholders.h"

namespace muster::agent::collect {
namespace {

using inventory::Cpu;
using inventory::Status;

using Processors = std::map<std::int64_t, Processor>;

// Packages as cpuinfo numbers them; where it does not, all processors are one package. The number
// of cores is known only where cpuinfo numbers them.
CpuTopology topology_from_cpuinfo(const Processors& processors) {
  std::map<std::int64_t, CpuPackage> packages;
  std::map<std::int64_t, std::set<std::int64_t>> cores;
  for (const auto& [number, processor] : processors) {
    const std::int64_t id = processor.package.value_or(0);
    CpuPackage& package = packages[id];
    package.name = std::to_string(id);
    package.cpus.push_back(number);
    if (processor.core) cores[id].insert(*processor.core);
  }
  CpuTopology out;
  for (auto& [id, package] : packages) {
    package.cores = static_cast<std::int64_t>(cores[id].size());
    out.packages.push_back(std::move(package));
  }
  return out;
}

// A package with cores of several kinds (big.LITTLE) names them all, in the order of processors.
std::optional<std::string> model_names(const CpuPackage& package, const Processors& processors) {
  std::vector<std::string> names;
  for (const std::int64_t cpu : package.cpus) {
    const auto found = processors.find(cpu);
    if (found == processors.end() || !found->second.model_name) continue;
    const std::string& name = *found->second.model_name;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  if (names.empty()) return std::nullopt;
  std::string out = names.front();
  for (std::size_t i = 1; i < names.size(); ++i)
    out.append(" + ").append(names[i]);
  return out;
}

std::optional<std::int64_t> sum_if_both(std::optional<std::int64_t> a,
                                        std::optional<std::int64_t> b) {
  return a && b ? std::optional(*a + *b) : std::nullopt;
}

// Kernels before 6.0 number the clusters of an ARM chip as packages. Clusters of different kinds of
// core (big.LITTLE) give that away: nobody puts different processors into the sockets of a machine.
bool has_different_cores(const std::vector<CpuPackage>& packages, const Processors& processors) {
  std::set<std::pair<std::int64_t, std::int64_t>> kinds;
  for (const CpuPackage& package : packages) {
    const auto first = processors.find(package.cpus.front());
    if (first == processors.end() || !first->second.arm_part) return false;
    kinds.insert(*first->second.arm_part);
  }
  return kinds.size() > 1;
}

// A device tree has clusters directly in its map of processors where there is one socket
// (Documentation/devicetree/bindings/cpu/cpu-topology.txt).
bool has_one_socket_by_device_tree(host::Host& host) {
  const auto nodes = host.list("/proc/device-tree/cpus/cpu-map");
  if (!nodes) return false;
  const auto is_cluster = [](const std::string& node) { return node.starts_with("cluster"); };
  const auto is_socket = [](const std::string& node) { return node.starts_with("socket"); };
  return std::any_of(nodes->begin(), nodes->end(), is_cluster) &&
         std::none_of(nodes->begin(), nodes->end(), is_socket);
}

void join_clusters(host::Host& host, std::vector<CpuPackage>& packages,
                   const Processors& processors) {
  if (packages.size() < 2) return;
  if (!has_different_cores(packages, processors) && !has_one_socket_by_device_tree(host)) return;
  CpuPackage whole = packages.front();
  for (std::size_t i = 1; i < packages.size(); ++i) {
    const CpuPackage& other = packages[i];
    whole.cpus.insert(whole.cpus.end(), other.cpus.begin(), other.cpus.end());
    whole.cores += other.cores;
    whole.max_clock_mhz = std::max(whole.max_clock_mhz, other.max_clock_mhz);
    whole.cache_l2_bytes = sum_if_both(whole.cache_l2_bytes, other.cache_l2_bytes);
    whole.cache_l3_bytes = sum_if_both(whole.cache_l3_bytes, other.cache_l3_bytes);
  }
  std::sort(whole.cpus.begin(), whole.cpus.end());
  packages = {std::move(whole)};
}

// Adds what sysfs leaves out: z systems show caches that cores share in cpuinfo only.
void add_cpuinfo_caches(CpuPackage& package, const std::vector<CpuinfoCache>& caches) {
  std::optional<std::int64_t> level_2, level_3;
  for (const CpuinfoCache& cache : caches) {
    if (cache.level != 2 && cache.level != 3) continue;
    auto& total = cache.level == 2 ? level_2 : level_3;
    const std::int64_t count = cache.shared ? 1 : package.cores;
    if (count > 0) total = total.value_or(0) + count * cache.size_bytes;
  }
  if (!package.cache_l2_bytes) package.cache_l2_bytes = level_2;
  if (!package.cache_l3_bytes) package.cache_l3_bytes = level_3;
}

Cpu row_of(const CpuPackage& package, const Processors& processors) {
  Cpu row;
  row.socket = package.name;
  row.threads = static_cast<std::int64_t>(package.cpus.size());
  if (package.cores > 0) row.cores = package.cores;
  row.max_clock_mhz = package.max_clock_mhz;
  row.cache_l2_bytes = package.cache_l2_bytes;
  row.cache_l3_bytes = package.cache_l3_bytes;
  row.model_name = model_names(package, processors);
  auto first = processors.find(package.cpus.front());
  if (first == processors.end()) first = processors.begin();
  if (first == processors.end()) return row;
  const Processor& processor = first->second;
  row.manufacturer = processor.manufacturer;
  row.microcode = processor.microcode;
  row.family = processor.family;
  row.model = processor.model;
  row.stepping = processor.stepping;
  if (!row.max_clock_mhz) row.max_clock_mhz = processor.fixed_clock_mhz;
  return row;
}

std::optional<std::string> name_in_firmware(const std::optional<std::string>& text) {
  return text ? inventory::known_text(*text, inventory::FirmwareText::kName) : std::nullopt;
}

// Where the kernel does not name the processor (ARM parts without a known name), the firmware may.
void name_from_smbios(host::Host& host, std::vector<Cpu>& rows) {
  const bool named = std::all_of(rows.begin(), rows.end(),
                                 [](const Cpu& row) { return row.model_name.has_value(); });
  if (named) return;
  const auto smbios = read_smbios(host);
  if (!smbios) return;
  std::vector<const SmbiosProcessor*> populated;
  for (const SmbiosProcessor& processor : smbios->processors) {
    if (processor.populated) populated.push_back(&processor);
  }
  if (populated.size() != rows.size()) return;  // which is which would be a guess
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].model_name) rows[i].model_name = name_in_firmware(populated[i]->version);
    if (!rows[i].manufacturer) rows[i].manufacturer = name_in_firmware(populated[i]->manufacturer);
  }
}

}  // namespace

CollectedSection collect_cpus(host::Host& host) {
  Processors processors;
  inventory::ProviderStatus status;
  const auto cpuinfo = host.read("/proc/cpuinfo", kCpuinfoBytes);
  if (cpuinfo) processors = parse_cpuinfo(*cpuinfo);

  CpuTopology topology;
  if (auto read = read_cpu_topology(host)) {
    topology = *std::move(read);
    if (!topology.problem.empty()) status = {Status::kPartial, topology.problem};
    if (!cpuinfo) status = {Status::kPartial, cpuinfo.failure().message};
    if (cpuinfo && processors.empty()) {
      status = {Status::kPartial,
                "/proc/cpuinfo names no processor, so what kind they are is not known."};
    }
  } else if (!processors.empty()) {
    topology = topology_from_cpuinfo(processors);
    status = {Status::kPartial, read.failure().message};
  } else {
    const Failure failure =
        cpuinfo ? Failure{read.failure().kind,
                          read.failure().message + " /proc/cpuinfo names no processor either."}
                : cpuinfo.failure();
    status = status_of(failure);
    // Every machine has a processor: not to find one is a failure.
    if (status.status == Status::kNotApplicable) status.status = Status::kFailed;
    return not_collected<Cpu>(std::move(status));
  }

  join_clusters(host, topology.packages, processors);
  const auto caches = cpuinfo ? parse_cpuinfo_caches(*cpuinfo) : std::vector<CpuinfoCache>();
  std::vector<Cpu> rows;
  for (CpuPackage& package : topology.packages) {
    add_cpuinfo_caches(package, caches);
    rows.push_back(row_of(package, processors));
  }
  name_from_smbios(host, rows);
  if (const auto name = host.uname()) {
    for (Cpu& row : rows) {
      if (!name->architecture.empty()) row.architecture = name->architecture;
    }
  }
  return collected(rows, std::move(status));
}

}  // namespace muster::agent::collect
