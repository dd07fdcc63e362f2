// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/cpuinfo.h"

#include <algorithm>

#include "agent/collect/linux/hardware/cpu_topology.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

constexpr std::int64_t kProcessors = 65'536;
constexpr std::int64_t kClockMhz = 100'000;

using Fields = std::map<std::string_view, std::string_view, std::less<>>;

struct Records {
  Fields shared;
  std::map<std::int64_t, Fields> processors;
};

std::string_view value_of(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view() : found->second;
}

std::optional<std::string> text_of(const Fields& fields, std::string_view name) {
  const std::string_view value = value_of(fields, name);
  if (value.empty() || value == "unknown" || value == "-") return std::nullopt;
  return std::string(value);
}

// Decimal, or hexadecimal behind "0x".
std::optional<std::int64_t> integer_of(const Fields& fields, std::string_view name) {
  const std::string_view value = value_of(fields, name);
  if (value.starts_with("0x")) return parse_integer(value.substr(2), 16);
  return parse_integer(value);
}

std::optional<std::int64_t> mhz_of(std::string_view value) {
  const auto mhz = parse_integer(value.substr(0, value.find_first_not_of("0123456789")));
  if (!mhz || *mhz <= 0 || *mhz > kClockMhz) return std::nullopt;
  return mhz;
}

// "processor : 3" opens a record, an empty line closes it; z systems write "processor 3: version =
// ..." on a line of its own, or "cpu number : 3".
Records parse_records(std::string_view text) {
  Records out;
  Fields* current = &out.shared;
  for (const std::string_view line : lines(text)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      if (trim(line).empty()) current = &out.shared;
      continue;
    }
    const std::string_view name = trim(line.substr(0, colon));
    const std::string_view value = trim(line.substr(colon + 1));
    if (name == "processor" || name == "cpu number" || name.starts_with("processor ")) {
      const bool alone = name.starts_with("processor ");
      const auto number = parse_integer(alone ? name.substr(10) : value);
      if (number && *number >= 0 && *number < kProcessors) {
        Fields& record = out.processors[*number];
        if (!alone) current = &record;
        continue;
      }
    }
    current->try_emplace(name, value);
  }
  return out;
}

// Without any number of a processor: how many the fields outside of records are about.
std::int64_t processors_without_number(const Fields& shared) {
  // ARM, Alpha and SPARC, m68k and Nios II.
  constexpr std::string_view kNames[] = {"Processor", "cpu model", "cpu", "CPU"};
  const bool any = std::any_of(std::begin(kNames), std::end(kNames), [&](std::string_view name) {
    const std::string_view value = value_of(shared, name);
    return !value.empty() && value != "online" && value != "offline";
  });
  if (!any) return 0;
  for (const std::string_view name : {"cpus active", "ncpus active", "cpus detected"}) {
    const auto count = integer_of(shared, name);
    if (count && *count > 0 && *count < kProcessors) return *count;
  }
  return 1;
}

// "ARMv7 Processor rev 4 (v7l)" and "AArch64 Processor rev 0 (aarch64)" name the instruction set,
// "ARM926EJ-S rev 5 (v5l)" and "XScale-PXA270 rev 8 (v5l)" the core.
bool names_instruction_set_only(std::string_view name) {
  return (name.starts_with("ARMv") || name.starts_with("AArch64 ")) &&
         name.find("Processor") != std::string_view::npos;
}

std::optional<std::string> riscv_maker(std::string_view vendor_id) {
  // JEDEC JEP106 numbers, as mvendorid has them (RISC-V Privileged 3.1.2).
  constexpr std::pair<std::string_view, std::string_view> kMakers[] = {{"0x489", "SiFive"},
                                                                       {"0x5b7", "T-Head"},
                                                                       {"0x31e", "Andes"},
                                                                       {"0x710", "SpacemiT"},
                                                                       {"0x602", "Microchip"}};
  for (const auto& [number, name] : kMakers) {
    if (vendor_id == number) return std::string(name);
  }
  return vendor_id.empty() ? std::nullopt : std::optional(std::string(vendor_id));
}

void read_arm(const Fields& fields, Processor& out) {
  const auto implementer = integer_of(fields, "CPU implementer");
  const auto part = integer_of(fields, "CPU part");
  if (!implementer) return;
  if (const auto name = arm_implementer_name(*implementer)) out.manufacturer = std::string(*name);
  if (out.model_name && names_instruction_set_only(*out.model_name)) out.model_name.reset();
  if (part) {
    out.arm_part = {*implementer, *part};
    if (const auto name = arm_part_name(*implementer, *part)) out.model_name = std::string(*name);
  }
}

Processor read_processor(const Fields& fields) {
  Processor out;
  // The second is Itanium's.
  for (const std::string_view name : {"vendor_id", "vendor"}) {
    if (!out.manufacturer) out.manufacturer = text_of(fields, name);
  }
  if (!out.manufacturer) out.manufacturer = riscv_maker(value_of(fields, "mvendorid"));
  // x86 and ARM, LoongArch, MIPS and Alpha, POWER and SPARC, RISC-V, ARM before 3.8, m68k.
  for (const std::string_view name :
       {"model name", "Model Name", "cpu model", "cpu", "uarch", "Processor", "CPU"}) {
    if (!out.model_name) out.model_name = text_of(fields, name);
  }
  out.microcode = text_of(fields, "microcode");
  out.family = integer_of(fields, "cpu family");
  if (out.family) {
    out.model = integer_of(fields, "model");
    out.stepping = integer_of(fields, "stepping");
  }
  // POWER's nominal clock, LoongArch's only one, z's rated one.
  for (const std::string_view name : {"clock", "CPU MHz", "cpu MHz static"}) {
    if (!out.fixed_clock_mhz) out.fixed_clock_mhz = mhz_of(value_of(fields, name));
  }
  for (const std::string_view name : {"physical id", "package"}) {
    if (!out.package) out.package = integer_of(fields, name);
  }
  for (const std::string_view name : {"core id", "core"}) {
    if (!out.core) out.core = integer_of(fields, name);
  }
  read_arm(fields, out);
  return out;
}

}  // namespace

std::map<std::int64_t, Processor> parse_cpuinfo(std::string_view text) {
  const Records records = parse_records(text);
  std::map<std::int64_t, Processor> out;
  for (const auto& [number, own] : records.processors) {
    Fields fields = own;
    fields.insert(records.shared.begin(), records.shared.end());
    out.emplace(number, read_processor(fields));
  }
  // SPARC names its processors only one by one: "Cpu6ClkTck", in hexadecimal Hz; "CPU6: online".
  for (const auto& [name, value] : records.shared) {
    const bool state = name.starts_with("CPU") && (value == "online" || value == "offline");
    if (!state) continue;
    const auto number = parse_integer(name.substr(3));
    if (!number || *number < 0 || *number >= kProcessors || out.contains(*number)) continue;
    Processor processor = read_processor(records.shared);
    const std::string tick = "Cpu" + std::string(name.substr(3)) + "ClkTck";
    const auto hertz = parse_integer(value_of(records.shared, tick), 16);
    if (hertz && *hertz >= 1'000'000 && *hertz / 1'000'000 <= kClockMhz)
      processor.fixed_clock_mhz = *hertz / 1'000'000;
    out.emplace(*number, std::move(processor));
  }
  if (!out.empty()) return out;
  const std::int64_t count = processors_without_number(records.shared);
  for (std::int64_t number = 0; number < count; ++number)
    out.emplace(number, read_processor(records.shared));
  return out;
}

std::vector<CpuinfoCache> parse_cpuinfo_caches(std::string_view text) {
  std::vector<CpuinfoCache> out;
  for (const std::string_view line : lines(text)) {
    const std::size_t colon = line.find(':');
    if (!line.starts_with("cache") || colon == std::string_view::npos) continue;
    CpuinfoCache cache;
    for (const std::string_view word : split(line.substr(colon + 1), ' ')) {
      const std::size_t equals = word.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string_view name = word.substr(0, equals);
      const std::string_view value = word.substr(equals + 1);
      if (name == "level") cache.level = parse_integer(value).value_or(0);
      if (name == "scope") cache.shared = value == "Shared";
      if (name == "size") cache.size_bytes = parse_cache_size(value).value_or(0);
    }
    if (cache.level > 0 && cache.size_bytes > 0) out.push_back(cache);
  }
  return out;
}

}  // namespace muster::agent::collect
