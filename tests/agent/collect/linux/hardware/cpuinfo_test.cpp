// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/cpuinfo.h"

#include <catch2/catch.hpp>

namespace muster::agent {
namespace {

TEST_CASE("what stands outside the records of cpuinfo counts for each processor",
          "[collect][cpus]") {
  const auto processors = collect::parse_cpuinfo(
      "Processor\t: ARMv7 Processor rev 4 (v7l)\n"
      "processor\t: 0\nBogoMIPS\t: 1694.10\n\nprocessor\t: 1\nBogoMIPS\t: 1694.10\n\n"
      "CPU implementer\t: 0x41\nCPU part\t: 0xc0f\n");
  REQUIRE(processors.size() == 2);
  CHECK(processors.at(1).manufacturer == "ARM");
  CHECK(processors.at(1).model_name == "Cortex-A15");
}

TEST_CASE("the clock of the moment is no fact, a fixed one is", "[collect][cpus]") {
  CHECK(collect::parse_cpuinfo("processor: 0\ncpu MHz : 1138.044\n").at(0).fixed_clock_mhz ==
        std::nullopt);
  CHECK(collect::parse_cpuinfo("processor: 0\nclock : 3000.000000MHz\n").at(0).fixed_clock_mhz ==
        3000);
  CHECK(collect::parse_cpuinfo("processor: 0\nclock : 0MHz\n").at(0).fixed_clock_mhz ==
        std::nullopt);
  CHECK(collect::parse_cpuinfo("processor: 0\nclock : 9999999MHz\n").at(0).fixed_clock_mhz ==
        std::nullopt);
  const auto sparc =
      collect::parse_cpuinfo("cpu : TI\nCpu6ClkTck : 000000000ec82e00\nState:\nCPU6: online\n");
  REQUIRE(sparc.count(6) == 1);
  CHECK(sparc.at(6).fixed_clock_mhz == 248);
  CHECK(sparc.at(6).model_name == "TI");
  CHECK(collect::parse_cpuinfo("Cpu6ClkTck : 00f423f\nCPU6: online\n").at(6).fixed_clock_mhz ==
        std::nullopt);
}

TEST_CASE("an ARM part without a known name has no invented one", "[collect][cpus]") {
  const auto processors = collect::parse_cpuinfo(
      "processor : 0\nCPU implementer : 0x41\nCPU part : 0xfff\n\n"
      "processor : 1\nCPU implementer : 0x99\nCPU part : 0xd0c\n\n"
      "processor : 2\nCPU implementer : 0xc0\nCPU part : 0xac3\n");
  CHECK(processors.at(0).manufacturer == "ARM");
  CHECK(processors.at(0).model_name == std::nullopt);
  CHECK(processors.at(1).manufacturer == std::nullopt);
  CHECK(processors.at(1).model_name == std::nullopt);
  CHECK(processors.at(2).manufacturer == "Ampere");
  CHECK(processors.at(2).model_name == "Ampere-1");
}

TEST_CASE("cpuinfo without a processor's number is about one, or as many as it says",
          "[collect][cpus]") {
  // Linux 3.2 with one ARM processor, which was numbered from 3.8 on.
  const auto arm = collect::parse_cpuinfo(
      "Processor\t: Feroceon 88FR131 rev 1 (v5l)\nBogoMIPS\t: 1191.11\n"
      "CPU implementer\t: 0x56\nCPU architecture: 5TE\nCPU part\t: 0x131\n\n"
      "Hardware\t: Marvell SheevaPlug\n");
  REQUIRE(arm.size() == 1);
  CHECK(arm.at(0).manufacturer == "Marvell");
  CHECK(arm.at(0).model_name == "Feroceon-88FR131");
  const auto xscale = collect::parse_cpuinfo(
      "Processor\t: XScale-PXA270 rev 8 (v5l)\nCPU implementer\t: 0x69\nCPU part\t: 0x411\n");
  CHECK(xscale.at(0).model_name == "XScale-PXA270 rev 8 (v5l)");
  const auto alpha = collect::parse_cpuinfo(
      "cpu\t\t\t: Alpha\ncpu model\t\t: EV67\ncpus detected\t\t: 4\ncpus active\t\t: 2\n"
      "cpu active mask\t\t: 0000000000000003\n");
  REQUIRE(alpha.size() == 2);
  CHECK(alpha.at(1).model_name == "EV67");
  CHECK(collect::parse_cpuinfo("cpu\t\t\t: Alpha\ncpu model\t\t: EV4\n").size() == 1);
  CHECK(collect::parse_cpuinfo("CPU:\t\t68040\nMMU:\t\t68040\n").at(0).model_name == "68040");
  CHECK(collect::parse_cpuinfo("cpu model : EV6\ncpus active : 99999999\n").size() == 1);
  CHECK(collect::parse_cpuinfo("Hardware : none\nRevision : 0000\n").empty());
}

TEST_CASE("the kernel's name of an instruction set is no model", "[collect][cpus]") {
  for (const char* text : {"processor : 0\nmodel name : ARMv7 Processor rev 4 (v7l)\n"
                           "CPU implementer : 0x41\nCPU part : 0xfff\n",
                           "Processor : AArch64 Processor rev 0 (aarch64)\nprocessor : 0\n\n"
                           "CPU implementer : 0x41\nCPU part : 0xfff\n"}) {
    CAPTURE(text);
    CHECK(collect::parse_cpuinfo(text).at(0).model_name == std::nullopt);
  }
}

TEST_CASE("cpuinfo of a z system lists its caches", "[collect][cpus]") {
  const auto caches = collect::parse_cpuinfo_caches(
      "cache2          : level=2 type=Data scope=Private size=2048K line_size=256 associativity=8\n"
      "cache4          : level=3 type=Unified scope=Shared size=65536K line_size=256\n"
      "cache size\t: 8192 KB\ncache5 : level=x size=1K\ncache6 : level=3 size=0K\ncache7 :\n");
  REQUIRE(caches.size() == 2);
  CHECK(caches[0].level == 2);
  CHECK_FALSE(caches[0].shared);
  CHECK(caches[0].size_bytes == 2048 * 1024);
  CHECK(caches[1].shared);
  CHECK(caches[1].size_bytes == 65536 * 1024);
}

TEST_CASE("hostile cpuinfo gives no processors that are not there", "[collect][cpus]") {
  for (const char* text : {"", ":", "\n\n\n", "processor", "processor : x", "processor : -1",
                           "processor : 99999999999999999999", "CPU-1: online", "CPU: online"}) {
    CAPTURE(text);
    CHECK(collect::parse_cpuinfo(text).empty());
  }
}

}  // namespace
}  // namespace muster::agent
