// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/memory_modules.h"

#include <catch2/catch.hpp>

#include "common/inventory/canonical.h"
#include "tests/support/agent/captured_machine.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/smbios_table.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

using inventory::Status;

MapHost with_memory_table(const std::string& table) {
  MapHost host;
  host.files["/sys/firmware/dmi/tables/DMI"] = table;
  return host;
}
MapHost with_real_table(const std::string& name) {
  return with_memory_table(read_test_file(shared_data("smbios/" + name)));
}

TEST_CASE("each filled slot is a row, and empty slots and the firmware's chip are none",
          "[collect][memory_modules]") {
  MapHost host = with_memory_table(captured_smbios("debian12-two-sockets"));
  const collect::CollectedSection collected = collect::collect_memory_modules(host);
  CHECK(collected.providers.at("memory_modules").status == Status::kOk);
  REQUIRE(collected.rows.size() == 2);
  const std::string row =
      inventory::canonical_json(*inventory::find_section("memory_modules"), collected.rows[0]);
  for (const char* const part :
       {R"("bank_locator":"NODE 0","configured_speed_mts":2933,"form_factor":"DIMM",)",
        R"("instance":1,"locator":"DIMM_A1","manufacturer":"Examplemem","memory_type":"DDR4",)",
        R"("part_number":"EX8G-D4R-32",)", R"("size_bytes":8589934592,"speed_mts":3200})"}) {
    CAPTURE(row, part);
    CHECK(row.find(part) != std::string::npos);
  }
}

TEST_CASE("each filled slot of a real machine is a row and empty ones are none",
          "[collect][memory_modules][shared_data]") {
  MapHost host = with_real_table("ASRock-Single-Ryzen.dmi");
  const collect::CollectedSection collected = collect::collect_memory_modules(host);
  CHECK(collected.providers.at("memory_modules").status == Status::kOk);
  REQUIRE(collected.rows.size() == 2);
  CHECK(inventory::canonical_json(*inventory::find_section("memory_modules"), collected.rows[0]) ==
        R"({"bank_locator":"P0 CHANNEL A","configured_speed_mts":2400,"form_factor":"DIMM",)"
        R"("instance":1,"locator":"DIMM 1","manufacturer":"Kingston","memory_type":"DDR4",)"
        R"("part_number":"KF3200C16D4/32GX","serial_number":"254857A6","size_bytes":34359738368,)"
        R"("speed_mts":2400})");
  MapHost server = with_real_table("SuperMicro-Dual-Xeon.dmi");
  CHECK(collect::collect_memory_modules(server).rows.size() == 16);
}

TEST_CASE("a damaged table is partial, so that no module counts as removed",
          "[collect][memory_modules]") {
  MapHost host = with_memory_table(captured_smbios("debian12-two-sockets"));
  std::string& table = host.files["/sys/firmware/dmi/tables/DMI"];
  table.resize(table.find("DIMM_B1"));
  const collect::CollectedSection collected = collect::collect_memory_modules(host);
  CHECK(collected.providers.at("memory_modules").status == Status::kPartial);
  CHECK(collected.providers.at("memory_modules").reason.find("damaged at byte") !=
        std::string::npos);
  CHECK_FALSE(collected.rows.empty());
}

TEST_CASE("memory modules say why they cannot be read", "[collect][memory_modules]") {
  MapHost host;
  CHECK(collect::collect_memory_modules(host).providers.at("memory_modules").status ==
        Status::kNotApplicable);
  host.files["/sys/firmware/dmi/tables/DMI"] = std::string(64, '\0');
  CHECK(collect::collect_memory_modules(host).providers.at("memory_modules").status ==
        Status::kFailed);
  host.failures["/sys/firmware/dmi/tables/DMI"] = {FailureKind::kDenied, "no"};
  const collect::CollectedSection denied = collect::collect_memory_modules(host);
  CHECK(denied.providers.at("memory_modules").status == Status::kDenied);
  CHECK(denied.rows.empty());
}

TEST_CASE("a module whose slot the firmware does not name is a row all the same",
          "[collect][memory_modules]") {
  collect::Smbios smbios;
  collect::SmbiosMemoryDevice device;
  device.filled = true;
  device.size_bytes = 8'589'934'592;
  smbios.memory_devices = {device};
  const auto modules = collect::memory_modules_from_smbios(smbios);
  REQUIRE(modules.size() == 1);
  CHECK(modules.front().locator == "Memory device");
}

TEST_CASE("a module of an impossible size stays without it", "[collect][memory_modules]") {
  collect::Smbios smbios;
  collect::SmbiosMemoryDevice device;
  device.filled = true;
  smbios.memory_devices = {device, device};
  const auto modules = collect::memory_modules_from_smbios(smbios);
  REQUIRE(modules.size() == 2);
  CHECK(modules[0].size_bytes == std::nullopt);
  CHECK(modules[0].locator == "Memory device");
}

TEST_CASE("placeholders of makers of memory are no facts", "[collect][memory_modules]") {
  collect::Smbios smbios;
  collect::SmbiosMemoryDevice device;
  device.filled = true;
  device.manufacturer = "Manufacturer00";
  device.serial_number = "Not Specified";
  device.asset_tag = "A1_AssetTagNum0";
  device.part_number = "ModulePartNumber00";
  collect::SmbiosMemoryDevice known = device;
  known.manufacturer = "832500008325";
  known.serial_number = "254857A6";
  known.asset_tag = "4711";
  known.part_number = "KF3200C16D4/32GX";
  collect::SmbiosMemoryDevice zeros = device;
  zeros.serial_number = "00000000";
  smbios.memory_devices = {device, known, zeros};
  const auto modules = collect::memory_modules_from_smbios(smbios);
  REQUIRE(modules.size() == 3);
  for (const std::size_t i : {0U, 2U}) {
    CHECK(modules[i].manufacturer == std::nullopt);
    CHECK(modules[i].serial_number == std::nullopt);
    CHECK(modules[i].asset_tag == std::nullopt);
    CHECK(modules[i].part_number == std::nullopt);
  }
  CHECK(modules[1].manufacturer == "832500008325");
  CHECK(modules[1].serial_number == "254857A6");
  CHECK(modules[1].asset_tag == "4711");
  CHECK(modules[1].part_number == "KF3200C16D4/32GX");
}

TEST_CASE("firmware that describes no memory does not say that there is none",
          "[collect][memory_modules]") {
  const std::string system = test_smbios::system({.manufacturer = "Example Works"});
  MapHost host = with_memory_table(system + test_smbios::end_mark());
  const collect::CollectedSection none = collect::collect_memory_modules(host);
  CHECK(none.rows.empty());
  CHECK(none.providers.at("memory_modules").status == Status::kNotApplicable);
  CHECK(none.providers.at("memory_modules").reason ==
        "The firmware describes no memory devices (SMBIOS has no structure of type 17).");
  // All slots empty, in a machine that runs.
  const std::string empty_slot = test_smbios::structure(17, std::string(0x28 - 4, '\0'));
  MapHost empty = with_memory_table(system + empty_slot + empty_slot + test_smbios::end_mark());
  const collect::CollectedSection slots = collect::collect_memory_modules(empty);
  CHECK(slots.rows.empty());
  CHECK(slots.providers.at("memory_modules").status == Status::kNotApplicable);
  CHECK(slots.providers.at("memory_modules").reason.find("2 memory devices") != std::string::npos);
}

TEST_CASE("cases 90 and 91: modules of odd makers and one module beside 63 empty slots",
          "[memory_modules][shared_data]") {
  CaseMachine odd("90-memory-modules");
  CHECK(told("memory_modules", collect::collect_memory_modules(odd.host()),
             {"locator", "size_bytes", "speed_mts", "manufacturer"})
            .size() >= 3);
  CaseMachine one("91-vmware-one-module");
  const auto modules = told("memory_modules", collect::collect_memory_modules(one.host()),
                            {"size_bytes", "serial_number"});
  REQUIRE(modules.size() == 1);
  CHECK(modules[0].starts_with("2147483648 | "));
}

}  // namespace
}  // namespace muster::agent
