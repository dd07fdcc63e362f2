// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/cpu_topology.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "agent/collect/linux/read_text.h"
#include "common/support/text.h"

namespace muster::agent {
namespace {

constexpr std::string_view kCpuFolder = "/sys/devices/system/cpu/cpu";
constexpr std::int64_t kCpus = 65'536;
constexpr std::int64_t kCacheBytes = std::int64_t{64} << 30;
constexpr std::int64_t kClockKhz = 100'000'000;

struct Cache {
  int level = 0;
  std::string sharers;  // the text that says who shares it, equal for the same cache
  std::vector<std::int64_t> cpus;
  std::optional<std::int64_t> size_bytes;
};

struct CpuPlace {
  std::int64_t number = 0;
  std::string package;  // the kernel's number, or the sibling list where it has none
  bool numbered = false;
  std::int64_t first_of_core = 0;
  std::optional<std::int64_t> max_clock_khz;
  std::vector<Cache> caches;
};

std::optional<std::string> known_text(Host& host, const std::string& path) {
  return text_or_nothing(read_text(host, path));
}

std::optional<std::string> first_text(Host& host, const std::string& folder,
                                      std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (auto text = known_text(host, folder + std::string(name))) return text;
  }
  return std::nullopt;
}

std::optional<std::int64_t> lowest_of(const std::optional<std::string>& list) {
  const auto cpus = list ? parse_cpu_list(*list) : std::nullopt;
  if (!cpus || cpus->empty()) return std::nullopt;
  return cpus->front();
}

std::vector<Cache> read_caches(Host& host, const std::string& folder, std::int64_t cpu) {
  std::vector<Cache> out;
  const auto names = host.list(folder + "cache");
  if (!names) {
    // SPARC has one file a level instead.
    const auto size = known_text(host, folder + "l2_cache_size");
    if (size) out.push_back({2, std::to_string(cpu), {cpu}, parse_cache_size(*size)});
    return out;
  }
  for (const std::string& name : *names) {
    if (!name.starts_with("index")) continue;
    const std::string cache = folder + "cache/" + name + "/";
    const auto level = known_text(host, cache + "level");
    const auto type = known_text(host, cache + "type");
    if ((level != "2" && level != "3") || type == "Instruction") continue;
    Cache out_cache;
    out_cache.level = level == "2" ? 2 : 3;
    const auto list = known_text(host, cache + "shared_cpu_list");
    if (const auto cpus = list ? parse_cpu_list(*list) : std::nullopt) out_cache.cpus = *cpus;
    out_cache.sharers =
        list ? *list : known_text(host, cache + "shared_cpu_map").value_or(std::to_string(cpu));
    if (const auto size = known_text(host, cache + "size"))
      out_cache.size_bytes = parse_cache_size(*size);
    out.push_back(std::move(out_cache));
  }
  return out;
}

std::optional<CpuPlace> read_place(Host& host, std::int64_t number) {
  const std::string folder = std::string(kCpuFolder) + std::to_string(number) + "/";
  const auto package = known_text(host, folder + "topology/physical_package_id");
  const auto package_number = package ? parse_integer(*package) : std::nullopt;
  if (!package_number) return std::nullopt;
  CpuPlace out;
  out.number = number;
  out.numbered = *package_number >= 0;
  out.package = *package;
  if (!out.numbered) {
    out.package =
        first_text(host, folder + "topology/", {"package_cpus_list", "core_siblings_list"})
            .value_or(std::to_string(number));
  }
  out.first_of_core =
      lowest_of(first_text(host, folder + "topology/", {"core_cpus_list", "thread_siblings_list"}))
          .value_or(number);
  // The threads of a core share its caches and its clock.
  if (out.first_of_core != number) return out;
  out.caches = read_caches(host, folder, number);
  if (const auto khz = known_text(host, folder + "cpufreq/cpuinfo_max_freq"))
    out.max_clock_khz = parse_integer(*khz);
  return out;
}

// Joins packages that share a cache: gives each package name the one it belongs to.
std::map<std::string, std::string> joined_packages(const std::vector<CpuPlace>& places) {
  std::map<std::int64_t, std::string> package_of;
  std::map<std::string, std::string> joined;
  for (const CpuPlace& place : places) {
    package_of.emplace(place.number, place.package);
    joined.emplace(place.package, place.package);
  }
  for (const CpuPlace& place : places) {
    for (const Cache& cache : place.caches) {
      for (const std::int64_t cpu : cache.cpus) {
        const auto other = package_of.find(cpu);
        if (other == package_of.end()) continue;
        const std::string from = joined.at(other->second);
        const std::string to = joined.at(place.package);
        if (from == to) continue;
        for (auto& [name, target] : joined) {
          if (target == from) target = to;
        }
      }
    }
  }
  return joined;
}

struct Sums {
  CpuPackage package;
  bool numbered = false;
  std::set<std::int64_t> cores;
  std::set<std::pair<int, std::string>> seen_caches;
  bool unknown_l2 = false, unknown_l3 = false;
};

void add_cache(Sums& sums, const Cache& cache) {
  if (!sums.seen_caches.emplace(cache.level, cache.sharers).second) return;
  bool& unknown = cache.level == 2 ? sums.unknown_l2 : sums.unknown_l3;
  auto& total = cache.level == 2 ? sums.package.cache_l2_bytes : sums.package.cache_l3_bytes;
  if (!cache.size_bytes) {
    unknown = true;
  } else {
    total = total.value_or(0) + *cache.size_bytes;
  }
}

CpuTopology assemble(const std::vector<CpuPlace>& places) {
  const auto joined = joined_packages(places);
  std::vector<Sums> all;
  std::map<std::string, std::size_t> index_of;
  CpuTopology out;
  for (const CpuPlace& place : places) {
    const auto [found, added] = index_of.try_emplace(joined.at(place.package), all.size());
    if (added) {
      all.emplace_back();
      all.back().package.name = place.package;
      all.back().numbered = place.numbered;
    }
    Sums& sums = all[found->second];
    sums.package.cpus.push_back(place.number);
    sums.cores.insert(place.first_of_core);
    for (const Cache& cache : place.caches)
      add_cache(sums, cache);
    if (place.max_clock_khz && (*place.max_clock_khz <= 0 || *place.max_clock_khz > kClockKhz)) {
      out.problem = "cpuinfo_max_freq of processor " + std::to_string(place.number) + " says " +
                    std::to_string(*place.max_clock_khz) + " kHz. It was left out.";
    } else if (place.max_clock_khz) {
      const std::int64_t mhz = (*place.max_clock_khz + 500) / 1000;
      sums.package.max_clock_mhz = std::max(sums.package.max_clock_mhz.value_or(0), mhz);
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    Sums& sums = all[i];
    // Without the kernel's number, the position among the packages names it.
    if (!sums.numbered) sums.package.name = std::to_string(i);
    sums.package.cores = static_cast<std::int64_t>(sums.cores.size());
    // A sum that leaves a cache out would be wrong.
    if (sums.unknown_l2) sums.package.cache_l2_bytes.reset();
    if (sums.unknown_l3) sums.package.cache_l3_bytes.reset();
    out.packages.push_back(std::move(sums.package));
  }
  return out;
}

}  // namespace

std::optional<std::vector<std::int64_t>> parse_cpu_list(std::string_view text) {
  std::vector<std::int64_t> out;
  if (trim(text).empty()) return out;
  for (const std::string_view part : split(trim(text), ',')) {
    const std::size_t dash = part.find('-');
    const auto first = parse_integer(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_integer(part.substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last >= kCpus) return std::nullopt;
    for (std::int64_t cpu = *first; cpu <= *last; ++cpu)
      out.push_back(cpu);
    if (out.size() > static_cast<std::size_t>(kCpus)) return std::nullopt;
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::optional<std::int64_t> parse_cache_size(std::string_view text) {
  std::int64_t unit = 1;
  if (text.ends_with('K')) unit = 1024;
  if (text.ends_with('M')) unit = 1024 * 1024;
  if (unit != 1) text.remove_suffix(1);
  const auto number = parse_integer(text);
  if (!number || *number <= 0 || *number > kCacheBytes / unit) return std::nullopt;
  return *number * unit;
}

Result<CpuTopology> read_cpu_topology(Host& host) {
  const auto names = host.list("/sys/devices/system/cpu");
  if (!names) return names.failure();
  std::vector<std::int64_t> numbers;
  for (const std::string& name : *names) {
    if (!name.starts_with("cpu")) continue;
    const std::string digits = name.substr(3);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto number = parse_integer(digits);
    if (number && *number < kCpus) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<CpuPlace> places;
  for (const std::int64_t number : numbers) {
    if (auto place = read_place(host, number)) places.push_back(*std::move(place));
  }
  if (places.empty()) {
    return Failure{FailureKind::kNotFound,
                   "/sys/devices/system/cpu has no processor with a topology."};
  }
  return assemble(places);
}

}  // namespace muster::agent
