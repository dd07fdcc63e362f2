// SPDX-License-Identifier: Apache-2.0
// Processors, one row a socket (physical package).
#pragma once
#include "common/inventory/describe.h"

namespace muster::inventory {

struct Cpu {
  std::string socket;
  std::optional<std::string> manufacturer, model_name, architecture, microcode;
  std::optional<std::int64_t> family, model, stepping, cores, threads, max_clock_mhz,
      cache_l2_bytes, cache_l3_bytes;

  static constexpr auto kSection = [] {
    using R = Cpu;
    return section<R>(
        {.name = "cpus",
         .title = "Processors",
         .one = "Processor",
         .meaning = "Processors, one row a socket",
         .interval = Interval::kDaily,
         .never_empty = true},
        key("socket", &R::socket,
            "Socket: the physical package number of the kernel, or its place among the sockets "
            "where "
            "the kernel has none. Packages that share a cache, and clusters of one ARM chip, are "
            "one socket with the number of the first: some kernels and virtual machines number "
            "clusters, nodes or single cores",
            {.read_from = "/sys/devices/system/cpu/cpu*/topology/physical_package_id"}),
        fact("manufacturer", &R::manufacturer, "Who made the processor",
             {.read_from = "/proc/cpuinfo: vendor_id; SMBIOS type 4"}),
        fact("model_name", &R::model_name,
             "Model, in the kernel's words: \"POWER9 (architected), altivec supported\". IBM Z "
             "names "
             "none: what tells its generations apart is the machine type of the system",
             {.read_from =
                  "/proc/cpuinfo: model name, cpu model, cpu, uarch, Processor; MIDR on ARM; "
                  "SMBIOS type 4",
              .summary = true}),
        fact("architecture", &R::architecture, "Instruction set family", {.read_from = "uname(2)"}),
        fact("microcode", &R::microcode, "Microcode revision",
             {.read_from = "/proc/cpuinfo: microcode"}),
        fact("family", &R::family, "CPU family", {.read_from = "/proc/cpuinfo: cpu family"}),
        fact("model", &R::model, "CPU model number", {.read_from = "/proc/cpuinfo: model"}),
        fact("stepping", &R::stepping, "Stepping", {.read_from = "/proc/cpuinfo: stepping"}),
        fact("cores", &R::cores, "Cores with a processor online",
             {.read_from = "/sys/.../topology/core_cpus_list"}),
        fact("threads", &R::threads, "Logical CPUs that are online",
             {.read_from = "/sys/devices/system/cpu/cpu*/topology; online"}),
        fact("max_clock_mhz", &R::max_clock_mhz, "Highest clock",
             {.unit = "MHz",
              .read_from = "/sys/.../cpufreq/cpuinfo_max_freq; /proc/cpuinfo where "
                           "it tells a fixed clock (POWER, SPARC, LoongArch)"}),
        fact("cache_l2_bytes", &R::cache_l2_bytes,
             "Level 2 cache of the socket, for data and instructions together",
             {.unit = "bytes",
              .read_from = "/sys/.../cache/index*/size; /proc/cpuinfo: cache on IBM Z"}),
        fact("cache_l3_bytes", &R::cache_l3_bytes, "Level 3 cache of the socket",
             {.unit = "bytes",
              .read_from = "/sys/.../cache/index*/size; /proc/cpuinfo: cache on IBM Z"}));
  }();
};

}  // namespace muster::inventory
