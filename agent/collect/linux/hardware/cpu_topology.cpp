// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/cpu_topology.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "agent/collect/linux/read/read_text.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

constexpr std::string_view kCpusFolder = "/sys/devices/system/cpu";
constexpr std::string_view kCpuFolder = "/sys/devices/system/cpu/cpu";
constexpr std::int64_t kCpus = 65'536;
constexpr std::int64_t kCacheBytes = std::int64_t{64} << 30;
constexpr std::int64_t kClockKhz = 100'000'000;

struct Cache {
  int level = 0;
  std::string type;                // "Data", "Instruction" or "Unified"
  std::vector<std::int64_t> cpus;  // who shares it: equal for the same cache, never empty
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

std::optional<std::string> known_text(host::Host& host, const std::string& path) {
  return text_or_nothing(read_text(host, path));
}

// Which processors a file names, under its name of today or that of before. A list is there since
// Linux 2.6.26; until then only the mask beside it is. nullopt: none of them says.
struct CpuSetFiles {
  std::string_view list, mask;
};

std::optional<std::vector<std::int64_t>> read_cpu_set(host::Host& host, const std::string& folder,
                                                      std::initializer_list<CpuSetFiles> names) {
  for (const CpuSetFiles& name : names) {
    std::optional<std::vector<std::int64_t>> cpus;
    if (const auto list = known_text(host, folder + std::string(name.list)))
      cpus = parse_cpu_list(*list);
    if (cpus && !cpus->empty()) return cpus;
    if (const auto mask = known_text(host, folder + std::string(name.mask)))
      cpus = parse_cpu_mask(*mask);
    if (cpus && !cpus->empty()) return cpus;
  }
  return std::nullopt;
}

// The processors that run. A kernel from before 3.0 or so shows the topology of an offline one too.
// A processor that can be taken offline has a file of its own, which counts; without any such file
// the list of all decides, and without that list whoever has a folder runs.
class Online {
 public:
  Online(host::Host& host, const std::vector<std::int64_t>& numbers) {
    for (const std::int64_t number : numbers) {
      const auto own =
          known_text(host, std::string(kCpuFolder) + std::to_string(number) + "/online");
      if (own) own_[number] = *own != "0";
    }
    const auto list = known_text(host, std::string(kCpusFolder) + "/online");
    if (own_.empty() && list) list_ = parse_cpu_list(*list);
  }
  bool contains(std::int64_t number) const {
    if (const auto own = own_.find(number); own != own_.end()) return own->second;
    return !list_ || std::binary_search(list_->begin(), list_->end(), number);
  }

 private:
  std::map<std::int64_t, bool> own_;
  std::optional<std::vector<std::int64_t>> list_;
};

std::vector<Cache> read_caches(host::Host& host, const std::string& folder, std::int64_t cpu) {
  std::vector<Cache> out;
  const auto names = host.list(folder + "cache");
  if (!names) {
    // SPARC has one file a level instead.
    const auto size = known_text(host, folder + "l2_cache_size");
    if (size) out.push_back({2, "Unified", {cpu}, parse_cache_size(*size)});
    return out;
  }
  for (const std::string& name : *names) {
    if (!name.starts_with("index")) continue;
    const std::string cache = folder + "cache/" + name + "/";
    const auto level = known_text(host, cache + "level");
    if (level != "2" && level != "3") continue;
    Cache out_cache;
    out_cache.level = level == "2" ? 2 : 3;
    out_cache.type = known_text(host, cache + "type").value_or("");
    const auto cpus = read_cpu_set(host, cache, {{"shared_cpu_list", "shared_cpu_map"}});
    // Whoever lists a cache shares it: a kernel that names nobody, or only others, has not filled
    // the map (ia64, 2.6).
    const bool believable = cpus && std::binary_search(cpus->begin(), cpus->end(), cpu);
    out_cache.cpus = believable ? *cpus : std::vector<std::int64_t>{cpu};
    if (const auto size = known_text(host, cache + "size"))
      out_cache.size_bytes = parse_cache_size(*size);
    out.push_back(std::move(out_cache));
  }
  return out;
}

std::optional<CpuPlace> read_place(host::Host& host, std::int64_t number, const Online& online) {
  const std::string folder = std::string(kCpuFolder) + std::to_string(number) + "/";
  const auto package = known_text(host, folder + "topology/physical_package_id");
  const auto package_number = package ? parse_integer(*package) : std::nullopt;
  if (!package_number) return std::nullopt;
  CpuPlace out;
  out.number = number;
  out.numbered = *package_number >= 0;
  out.package = *package;
  if (!out.numbered) {
    const auto siblings = read_cpu_set(
        host, folder + "topology/",
        {{"package_cpus_list", "package_cpus"}, {"core_siblings_list", "core_siblings"}});
    // Without siblings too, nothing speaks for more than one.
    out.package = siblings ? "-" + std::to_string(siblings->front()) : "-";
  }
  const auto threads =
      read_cpu_set(host, folder + "topology/",
                   {{"core_cpus_list", "core_cpus"}, {"thread_siblings_list", "thread_siblings"}});
  out.first_of_core = number;
  for (const std::int64_t thread : threads.value_or(std::vector<std::int64_t>())) {
    if (!online.contains(thread)) continue;
    out.first_of_core = thread;
    break;
  }
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
  std::set<std::tuple<int, std::string, std::vector<std::int64_t>>> seen_caches;
  bool unknown_l2 = false, unknown_l3 = false;
};

void add_cache(Sums& sums, const Cache& cache) {
  if (!sums.seen_caches.emplace(cache.level, cache.type, cache.cpus).second) return;
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

// Words of 32 bits, the highest first; old kernels leave the leading zeros of each out.
std::optional<std::vector<std::int64_t>> parse_cpu_mask(std::string_view text) {
  constexpr std::int64_t kBits = 32;
  std::vector<std::int64_t> out;
  if (trim(text).empty()) return out;
  std::vector<std::string_view> words = split(trim(text), ',');
  std::reverse(words.begin(), words.end());
  if (words.size() > static_cast<std::size_t>(kCpus / kBits)) return std::nullopt;
  std::int64_t first = 0;
  for (const std::string_view word : words) {
    const auto bits = word.size() > 8 ? std::nullopt : parse_integer(word, 16);
    if (!bits || *bits < 0) return std::nullopt;
    for (std::int64_t bit = 0; bit < kBits; ++bit) {
      if ((*bits >> bit & 1) != 0) out.push_back(first + bit);
    }
    first += kBits;
  }
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

Result<CpuTopology> read_cpu_topology(host::Host& host) {
  const auto names = host.list(kCpusFolder);
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
  const Online online(host, numbers);
  std::vector<CpuPlace> places;
  for (const std::int64_t number : numbers) {
    if (!online.contains(number)) continue;
    if (auto place = read_place(host, number, online)) places.push_back(*std::move(place));
  }
  if (places.empty()) {
    return Failure{FailureKind::kNotFound,
                   "/sys/devices/system/cpu has no processor with a topology."};
  }
  return assemble(places);
}

}  // namespace muster::agent::collect
