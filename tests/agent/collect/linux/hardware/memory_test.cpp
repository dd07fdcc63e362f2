// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/memory.h"

#include <catch2/catch.hpp>

#include "tests/support/agent/captured_machine.h"
#include "tests/support/agent/map_host.h"

namespace muster::agent {
namespace {

using inventory::Cell;
using inventory::Status;

constexpr std::string_view kMeminfo =
    "MemTotal:       32768000 kB\nMemFree:         1000 kB\nMemAvailable:    2000 kB\n"
    "Buffers:  10 kB\nCached:  20 kB\nSwapTotal:       0 kB\nSwapFree:        0 kB\n";

Cell cell(const collect::CollectedSection& collected, std::string_view name) {
  return collected.rows.at(0).cells[*inventory::find_section("memory")->find(name)];
}

TEST_CASE("meminfo's kB are kibibytes, and no swap is 0", "[collect][memory]") {
  MapHost host;
  host.files["/proc/meminfo"] = kMeminfo;
  const collect::CollectedSection collected = collect::collect_memory(host);
  CHECK(collected.providers.at("memory").status == Status::kOk);
  REQUIRE(collected.rows.size() == 1);
  CHECK(cell(collected, "total_bytes") == Cell(std::int64_t{32768000} * 1024));
  CHECK(cell(collected, "swap_total_bytes") == Cell(std::int64_t{0}));
  CHECK(cell(collected, "installed_bytes") == Cell());
  CHECK(cell(collected, "slots") == Cell());
}

TEST_CASE("what sits in the slots comes from SMBIOS where it can be read", "[collect][memory]") {
  MapHost host;
  host.files["/proc/meminfo"] = kMeminfo;
  const std::string table = captured_smbios("debian12-two-sockets");
  host.files["/sys/firmware/dmi/tables/DMI"] = table;
  collect::CollectedSection collected = collect::collect_memory(host);
  CHECK(cell(collected, "installed_bytes") == Cell(std::int64_t{16} << 30));
  CHECK(cell(collected, "slots") == Cell(std::int64_t{4}));

  // A sum over half of the table would be wrong, and firmware that keeps quiet is no failure.
  host.files["/sys/firmware/dmi/tables/DMI"] = table.substr(0, table.size() / 2);
  collected = collect::collect_memory(host);
  CHECK(collected.providers.at("memory").status == Status::kOk);
  CHECK(cell(collected, "installed_bytes") == Cell());
  host.failures["/sys/firmware/dmi/tables/DMI"] = {FailureKind::kDenied, "no"};
  CHECK(collect::collect_memory(host).providers.at("memory").status == Status::kOk);
}

TEST_CASE("the slots of a real server are counted", "[collect][memory][shared_data]") {
  MapHost host;
  host.files["/proc/meminfo"] = kMeminfo;
  host.files["/sys/firmware/dmi/tables/DMI"] =
      read_test_file(shared_data("smbios/SuperMicro-Dual-Xeon.dmi"));
  const collect::CollectedSection collected = collect::collect_memory(host);
  CHECK(cell(collected, "installed_bytes") == Cell(std::int64_t{64} << 30));
  CHECK(cell(collected, "slots") == Cell(std::int64_t{16}));
}

TEST_CASE("a machine without memory is not believed", "[collect][memory]") {
  const char* text = GENERATE("", "MemTotal: 0 kB\n", "MemTotal: -5 kB\n", "MemTotal: 5\n",
                              "MemTotal: 9223372036854775807 kB\n", "MemTotal:\n",
                              "MemTotal: 4503599627370496 kB\n", "MemTotal: 5 MB\n");
  CAPTURE(text);
  MapHost host;
  host.files["/proc/meminfo"] = text;
  const collect::CollectedSection collected = collect::collect_memory(host);
  CHECK(collected.rows.empty());
  CHECK(collected.providers.at("memory").status == Status::kFailed);
}

TEST_CASE("swap that cannot be is left out and said so", "[collect][memory]") {
  const char* swap = GENERATE("", "SwapTotal: -1 kB\n", "SwapTotal: 9007199254740992 kB\n");
  CAPTURE(swap);
  MapHost host;
  host.files["/proc/meminfo"] = "MemTotal: 1024 kB\n" + std::string(swap);
  const collect::CollectedSection collected = collect::collect_memory(host);
  CHECK(collected.providers.at("memory").status == Status::kPartial);
  CHECK(cell(collected, "total_bytes") == Cell(std::int64_t{1024} * 1024));
  CHECK(cell(collected, "swap_total_bytes") == Cell());
}

TEST_CASE("memory that may not be read keeps what was known", "[collect][memory]") {
  MapHost host;
  CHECK(collect::collect_memory(host).providers.at("memory").status == Status::kFailed);
  host.failures["/proc/meminfo"] = {FailureKind::kDenied, "no"};
  CHECK(collect::collect_memory(host).providers.at("memory").status == Status::kDenied);
}

TEST_CASE("memory available is estimated on kernels that do not say it", "[collect][memory]") {
  CHECK(collect::parse_meminfo(kMeminfo).available_bytes == 2000 * 1024);
  CHECK(collect::parse_meminfo("MemFree: 1 kB\nBuffers: 2 kB\nCached: 3 kB\n").available_bytes ==
        6 * 1024);
  CHECK(collect::parse_meminfo("MemFree: 1 kB\nBuffers: 2 kB\n").available_bytes == std::nullopt);
}

}  // namespace
}  // namespace muster::agent
