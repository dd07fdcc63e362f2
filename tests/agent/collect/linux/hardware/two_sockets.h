// SPDX-License-Identifier: Apache-2.0
// A server for tests of cpus: two sockets of two cores of two threads, whose packages are numbered
// 0 and 3.
#pragma once
#include <string>

#include "tests/support/agent/map_host.h"

namespace muster::agent {

inline MapHost two_sockets() {
  MapHost host;
  for (int cpu = 0; cpu < 8; ++cpu) {
    const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/";
    const int package = cpu / 4;
    const int core = cpu / 2 * 2;
    host.files[folder + "topology/physical_package_id"] = std::to_string(package * 3) + "\n";
    host.files[folder + "topology/core_cpus_list"] =
        std::to_string(core) + "-" + std::to_string(core + 1) + "\n";
    host.files[folder + "cpufreq/cpuinfo_max_freq"] = "3500000\n";
    host.files[folder + "cache/index2/level"] = "2\n";
    host.files[folder + "cache/index2/type"] = "Unified\n";
    host.files[folder + "cache/index2/size"] = "1024K\n";
    host.files[folder + "cache/index2/shared_cpu_list"] =
        host.files[folder + "topology/core_cpus_list"];
  }
  host.files["/proc/cpuinfo"] =
      "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: One\n\n"
      "processor\t: 4\nvendor_id\t: GenuineIntel\nmodel name\t: Two\n";
  return host;
}

}  // namespace muster::agent
