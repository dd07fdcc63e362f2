// SPDX-License-Identifier: Apache-2.0
// What kernels, old ones and those of virtual machines, say otherwise than usual: who is online,
// who shares what, what is a package.
#include <array>
#include <catch2/catch.hpp>

#include "agent/collect/linux/hardware/cpu_topology.h"
#include "agent/collect/linux/hardware/cpus.h"
#include "tests/agent/collect/linux/hardware/two_sockets.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

std::optional<std::int64_t> cpu_number(const inventory::Row& row, std::string_view name) {
  const auto* value =
      std::get_if<std::int64_t>(&row.cells[*inventory::find_section("cpus")->find(name)]);
  return value ? std::optional(*value) : std::nullopt;
}

TEST_CASE("a processor that is offline does not count, whatever else is there", "[collect][cpus]") {
  const std::string folder = "/sys/devices/system/cpu/";
  const auto socket_0 = [](MapHost& host) {
    const collect::CollectedSection collected = collect::collect_cpus(host);
    CHECK(collected.providers.at("cpus").status == inventory::Status::kOk);
    REQUIRE(collected.rows.size() == 2);
    return std::array{*cpu_number(collected.rows[0], "threads"),
                      *cpu_number(collected.rows[0], "cores"),
                      *cpu_number(collected.rows[0], "cache_l2_bytes") / (1024 * 1024)};
  };
  SECTION("by its own file, the first thread of a core") {
    MapHost host = two_sockets();
    for (int cpu = 1; cpu < 8; ++cpu)
      host.files[folder + "cpu" + std::to_string(cpu) + "/online"] = cpu == 2 ? "0\n" : "1\n";
    CHECK(socket_0(host) == std::array<std::int64_t, 3>{3, 2, 2});
  }
  SECTION("by the list of all, both threads of a core") {
    MapHost host = two_sockets();
    host.files[folder + "online"] = "0-1,4-7\n";
    CHECK(socket_0(host) == std::array<std::int64_t, 3>{2, 1, 1});
  }
  SECTION("a container's list of all does not hide the processor that cannot be offline") {
    MapHost host = two_sockets();
    for (int cpu = 1; cpu < 8; ++cpu)
      host.files[folder + "cpu" + std::to_string(cpu) + "/online"] = "1\n";
    host.files[folder + "online"] = "2-3\n";
    CHECK(socket_0(host) == std::array<std::int64_t, 3>{4, 2, 2});
  }
  SECTION("a list that makes no sense is none") {
    MapHost host = two_sockets();
    host.files[folder + "online"] = "some\n";
    CHECK(socket_0(host) == std::array<std::int64_t, 3>{4, 2, 2});
  }
}

TEST_CASE("masks tell who shares a core where there are no lists", "[collect][cpus]") {
  MapHost host;  // Linux before 2.6.26
  for (int cpu = 0; cpu < 4; ++cpu) {
    const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/";
    const std::string mask = cpu < 2 ? "00000000,00000003\n" : "00000000,0000000c\n";
    host.files[folder + "topology/physical_package_id"] = "-1\n";
    host.files[folder + "topology/core_siblings"] = "0000000f\n";
    host.files[folder + "topology/thread_siblings"] = mask;
    host.files[folder + "cache/index2/level"] = "2\n";
    host.files[folder + "cache/index2/type"] = "Unified\n";
    host.files[folder + "cache/index2/size"] = "512K\n";
    host.files[folder + "cache/index2/shared_cpu_map"] = mask;
  }
  host.files["/proc/cpuinfo"] = "processor : 0\n";
  const collect::CollectedSection collected = collect::collect_cpus(host);
  REQUIRE(collected.rows.size() == 1);
  CHECK(cpu_number(collected.rows[0], "threads") == 4);
  CHECK(cpu_number(collected.rows[0], "cores") == 2);
  CHECK(cpu_number(collected.rows[0], "cache_l2_bytes") == 2 * 512 * 1024);
}

TEST_CASE("a cache that names nobody who shares it is its processor's own", "[collect][cpus]") {
  const std::string sharers = GENERATE("00000000,00000000\n", "", "00000002\n");
  MapHost host = two_sockets();
  for (int cpu = 0; cpu < 8; ++cpu) {
    const std::string cache =
        "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index3/";
    host.files[cache + "level"] = "3\n";
    host.files[cache + "type"] = "Unified\n";
    host.files[cache + "size"] = "9216K\n";
    host.files[cache + "shared_cpu_map"] = sharers;
  }
  const collect::CollectedSection collected = collect::collect_cpus(host);
  REQUIRE(collected.rows.size() == 2);
  for (const inventory::Row& row : collected.rows)
    CHECK(cpu_number(row, "cache_l3_bytes") == 2 * 9216 * 1024);
}

TEST_CASE("packages that share a cache are one socket, called as the first", "[collect][cpus]") {
  MapHost host;  // a virtual machine that numbers every core, an old kernel that numbers clusters
  for (int cpu = 0; cpu < 4; ++cpu) {
    const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/";
    host.files[folder + "topology/physical_package_id"] = std::to_string(cpu + 5) + "\n";
    host.files[folder + "topology/core_cpus_list"] = std::to_string(cpu) + "\n";
    host.files[folder + "cache/index3/level"] = "3\n";
    host.files[folder + "cache/index3/type"] = "Unified\n";
    host.files[folder + "cache/index3/size"] = "16384K\n";
    host.files[folder + "cache/index3/shared_cpu_list"] = "0-3\n";
  }
  host.files["/proc/cpuinfo"] = "processor : 0\n";
  const collect::CollectedSection collected = collect::collect_cpus(host);
  REQUIRE(collected.rows.size() == 1);
  CHECK(told("cpus", collected, {"socket"}) == std::vector<std::string>{"5"});
  CHECK(cpu_number(collected.rows[0], "cores") == 4);
  CHECK(cpu_number(collected.rows[0], "cache_l3_bytes") == 16384 * 1024);
}

TEST_CASE("clusters of different ARM cores are one chip", "[collect][cpus]") {
  MapHost host;
  std::string cpuinfo;
  for (int cpu = 0; cpu < 6; ++cpu) {
    const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/";
    host.files[folder + "topology/physical_package_id"] = cpu < 4 ? "0\n" : "1\n";
    host.files[folder + "topology/core_cpus_list"] = std::to_string(cpu) + "\n";
    host.files[folder + "cpufreq/cpuinfo_max_freq"] = cpu < 4 ? "1416000\n" : "1800000\n";
    cpuinfo += "processor : " + std::to_string(cpu) +
               "\nCPU implementer : 0x41\nCPU part : " + (cpu < 4 ? "0xd03" : "0xd08") + "\n\n";
  }
  host.files["/proc/cpuinfo"] = cpuinfo;
  CHECK(told("cpus", collect::collect_cpus(host),
             {"socket", "model_name", "cores", "max_clock_mhz"}) ==
        std::vector<std::string>{"0 | Cortex-A53 + Cortex-A72 | 6 | 1800"});
  // Two of one kind may be two chips.
  for (std::size_t at = 0; (at = cpuinfo.find("0xd08")) != std::string::npos;)
    cpuinfo.replace(at, 5, "0xd03");
  host.files["/proc/cpuinfo"] = cpuinfo;
  CHECK(collect::collect_cpus(host).rows.size() == 2);
  // Unless the device tree has clusters where it would have sockets.
  host.files["/proc/device-tree/cpus/cpu-map/cluster0/core0/cpu"] = "1234";
  host.files["/proc/device-tree/cpus/cpu-map/cluster1/core0/cpu"] = "1234";
  CHECK(told("cpus", collect::collect_cpus(host), {"socket", "cores"}) ==
        std::vector<std::string>{"0 | 6"});
  host.files["/proc/device-tree/cpus/cpu-map/socket0/cluster0/core0/cpu"] = "1234";
  CHECK(collect::collect_cpus(host).rows.size() == 2);
}

TEST_CASE("a z system's caches: both of level 2, and level 3 from cpuinfo", "[collect][cpus]") {
  MapHost host;
  for (int cpu = 0; cpu < 4; ++cpu) {
    const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/";
    host.files[folder + "topology/physical_package_id"] = cpu < 1 ? "2\n" : "3\n";
    host.files[folder + "topology/thread_siblings_list"] = std::to_string(cpu) + "\n";
    for (const auto& [index, type] : {std::pair("2", "Data"), std::pair("3", "Instruction")}) {
      const std::string cache = folder + "cache/index" + index + "/";
      host.files[cache + "level"] = "2\n";
      host.files[cache + "type"] = std::string(type) + "\n";
      host.files[cache + "size"] = "2048K\n";
      host.files[cache + "shared_cpu_list"] = std::to_string(cpu) + "\n";
    }
  }
  host.files["/proc/cpuinfo"] =
      "vendor_id       : IBM/S390\n"
      "cache4          : level=3 type=Unified scope=Shared size=65536K line_size=256\n"
      "cache5          : level=4 type=Unified scope=Shared size=491520K line_size=256\n"
      "processor 0: version = 00,  identification = 4729E7,  machine = 2964\n";
  const collect::CollectedSection collected = collect::collect_cpus(host);
  REQUIRE(collected.rows.size() == 2);
  CHECK(cpu_number(collected.rows[0], "cache_l2_bytes") == 4 * 1024 * 1024);
  CHECK(cpu_number(collected.rows[1], "cache_l2_bytes") == 12 * 1024 * 1024);
  for (const inventory::Row& row : collected.rows)
    CHECK(cpu_number(row, "cache_l3_bytes") == 64 * 1024 * 1024);
}

TEST_CASE("old kernels without sysfs and without numbers have a processor", "[collect][cpus]") {
  MapHost host;
  host.files["/proc/cpuinfo"] =
      "Processor\t: ARM926EJ-S rev 5 (v5l)\nCPU implementer\t: 0x41\nCPU part\t: 0x926\n";
  CHECK(told("cpus", collect::collect_cpus(host),
             {"socket", "manufacturer", "model_name", "threads"}) ==
        std::vector<std::string>{"0 | ARM | ARM926 | 1"});
  host.files["/proc/cpuinfo"] = "cpu : Alpha\ncpu model : EV56\ncpus active : 2\n";
  CHECK(told("cpus", collect::collect_cpus(host), {"socket", "model_name", "threads"}) ==
        std::vector<std::string>{"0 | EV56 | 2"});
}

TEST_CASE("cases of public reports and old kernels: sockets, cores, threads",
          "[collect][cpus][shared_data]") {
  struct Case {
    const char* name;
    std::vector<std::string> rows;  // socket | cores | threads | level 2 | level 3
  };
  const Case cases[] = {
      {"70-core-ultra-285k", {"0 | 24 | 24 | 41943040 | 37748736"}},
      {"72-power9-lpar", {"0 | 10 | 80 | - | -"}},
      {"73-biglittle-clusters-as-packages", {"0 | 6 | 6 | 1572864 | -"}},
      {"74-biglittle-one-package", {"0 | 6 | 6 | 1572864 | -"}},
      {"75-arm-no-package-id", {"0 | 12 | 12 | - | -"}},
      {"75b-arm-no-package-id-no-siblings", {"0 | 4 | 4 | - | -"}},
      {"77-lxcfs", {"0 | 8 | 8 | - | -"}},
      {"78-first-thread-offline", {"0 | 3 | 3 | - | -"}},
      {"79-riscv-package-from-node", {"1 | 8 | 8 | 4194304 | 16777216"}},
      {"cpu-ia64-l3-shared-map-empty",
       {"0 | 2 | 4 | 2621440 | 18874368", "1 | 2 | 4 | 2621440 | 18874368"}},
      {"cpu-loongarch-kvm", {"0 | 32 | 32 | 8388608 | 16777216"}},
      {"cpu-offline-counted",
       {"0 | 2 | 2 | - | -", "1 | 2 | 2 | - | -", "2 | 1 | 1 | - | -", "3 | 2 | 2 | - | -",
        "4 | 2 | 2 | - | -", "5 | 2 | 2 | - | -", "6 | 2 | 2 | - | -", "7 | 2 | 2 | - | -"}},
      {"cpu-s390-caches", {"2 | 2 | 2 | 8388608 | 67108864", "3 | 6 | 6 | 25165824 | 67108864"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CaseMachine machine(c.name);
    CHECK(told("cpus", collect::collect_cpus(machine.host()),
               {"socket", "cores", "threads", "cache_l2_bytes", "cache_l3_bytes"}) == c.rows);
  }
}

TEST_CASE("processor masks are bounded", "[collect][cpus]") {
  CHECK(collect::parse_cpu_mask("3\n") == std::vector<std::int64_t>{0, 1});
  CHECK(collect::parse_cpu_mask("00000001,80000000") == std::vector<std::int64_t>{31, 32});
  CHECK(collect::parse_cpu_mask("0000,00000000") == std::vector<std::int64_t>{});
  CHECK(collect::parse_cpu_mask("") == std::vector<std::int64_t>{});
  std::string long_mask = "1";
  for (int i = 0; i < 2048; ++i)
    long_mask += ",00000000";
  for (const std::string& bad : {std::string("x"), std::string("1,"), std::string("123456789"),
                                 std::string("-1"), std::string("0x1"), long_mask}) {
    CAPTURE(bad);
    CHECK(collect::parse_cpu_mask(bad) == std::nullopt);
  }
}

}  // namespace
}  // namespace muster::agent
