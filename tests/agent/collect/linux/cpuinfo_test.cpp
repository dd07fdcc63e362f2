// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/cpuinfo.h"

#include <catch2/catch.hpp>

namespace muster::agent {
namespace {

TEST_CASE("what stands outside the records of cpuinfo counts for each processor",
          "[collect][cpus]") {
  const auto processors = parse_cpuinfo(
      "Processor\t: ARMv7 Processor rev 4 (v7l)\n"
      "processor\t: 0\nBogoMIPS\t: 1694.10\n\nprocessor\t: 1\nBogoMIPS\t: 1694.10\n\n"
      "CPU implementer\t: 0x41\nCPU part\t: 0xc0f\n");
  REQUIRE(processors.size() == 2);
  CHECK(processors.at(1).manufacturer == "ARM");
  CHECK(processors.at(1).model_name == "Cortex-A15");
}

TEST_CASE("the clock of the moment is no fact, a fixed one is", "[collect][cpus]") {
  CHECK(parse_cpuinfo("processor: 0\ncpu MHz : 1138.044\n").at(0).fixed_clock_mhz == std::nullopt);
  CHECK(parse_cpuinfo("processor: 0\nclock : 3000.000000MHz\n").at(0).fixed_clock_mhz == 3000);
  CHECK(parse_cpuinfo("processor: 0\nclock : 0MHz\n").at(0).fixed_clock_mhz == std::nullopt);
  CHECK(parse_cpuinfo("processor: 0\nclock : 9999999MHz\n").at(0).fixed_clock_mhz == std::nullopt);
  const auto sparc =
      parse_cpuinfo("cpu : TI\nCpu6ClkTck : 000000000ec82e00\nState:\nCPU6: online\n");
  REQUIRE(sparc.count(6) == 1);
  CHECK(sparc.at(6).fixed_clock_mhz == 248);
  CHECK(sparc.at(6).model_name == "TI");
  CHECK(parse_cpuinfo("Cpu6ClkTck : 00f423f\nCPU6: online\n").at(6).fixed_clock_mhz ==
        std::nullopt);
}

TEST_CASE("an ARM part without a known name has no invented one", "[collect][cpus]") {
  const auto processors = parse_cpuinfo(
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

TEST_CASE("hostile cpuinfo gives no processors that are not there", "[collect][cpus]") {
  for (const char* text : {"", ":", "\n\n\n", "processor", "processor : x", "processor : -1",
                           "processor : 99999999999999999999", "CPU-1: online", "CPU: online"}) {
    CAPTURE(text);
    CHECK(parse_cpuinfo(text).empty());
  }
}

}  // namespace
}  // namespace muster::agent
