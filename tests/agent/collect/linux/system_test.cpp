// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/system.h"

#include <catch2/catch.hpp>

#include "tests/support/agent/captured_machine.h"
#include "tests/support/agent/map_host.h"

namespace muster::agent {
namespace {

using inventory::Status;

constexpr std::string_view kTable = "/sys/firmware/dmi/tables/DMI";

std::optional<std::string> system_text(const Collected& collected, std::string_view name) {
  const auto& cells = collected.rows.at(0).cells;
  const auto* text =
      std::get_if<std::string>(&cells[*inventory::find_section("system")->find(name)]);
  return text ? std::optional(*text) : std::nullopt;
}
inventory::SourceStatus status_in(const Collected& collected) {
  return collected.sources.at("system");
}

MapHost with_system_table(const std::string& table) {
  MapHost host;
  host.files[std::string(kTable)] = table;
  host.files["/proc/cpuinfo"] = "processor : 0\nflags : fpu vme\n";
  return host;
}
MapHost with_real_system(const std::string& name) {
  return with_system_table(read_test_file(shared_data("smbios/" + name)));
}

TEST_CASE("a server says who made it, in which chassis and with which firmware",
          "[collect][system]") {
  MapHost host = with_system_table(captured_smbios("debian12-two-sockets"));
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  REQUIRE(collected.rows.size() == 1);
  CHECK(system_text(collected, "manufacturer") == "Example Servers");
  CHECK(system_text(collected, "product_name") == "RackNode 240");
  CHECK(system_text(collected, "family") == "RackNode");
  CHECK(system_text(collected, "board_product") == "RN240-MB");
  CHECK(system_text(collected, "chassis_type") == "Rack Mount Chassis");
  CHECK(system_text(collected, "firmware_release_date") == "2024-03-15");
  CHECK(system_text(collected, "firmware_revision") == "2.4");
  CHECK(system_text(collected, "virtualization") == "none");
  for (const char* const name :
       {"serial_number", "uuid", "board_serial_number", "chassis_serial_number"}) {
    CAPTURE(name);
    CHECK(system_text(collected, name).has_value());
  }
}

TEST_CASE("a real server says who made it, in which chassis and with which firmware",
          "[collect][system][shared_data]") {
  MapHost host = with_real_system("SuperMicro-Dual-Xeon.dmi");
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  REQUIRE(collected.rows.size() == 1);
  CHECK(system_text(collected, "manufacturer") == "Supermicro");
  CHECK(system_text(collected, "product_name") == "SYS-1027R-WRF");
  CHECK(system_text(collected, "serial_number") == "E09626824801435");
  CHECK(system_text(collected, "uuid") == "00000000-0000-0000-0000-002590eb9628");
  CHECK(system_text(collected, "family") == "To be filled by O.E.M.");
  CHECK(system_text(collected, "board_product") == "X9DRW");
  CHECK(system_text(collected, "chassis_serial_number") == "C1130LC49MH0061");
  CHECK(system_text(collected, "firmware_release_date") == "2014-03-24");
  CHECK(system_text(collected, "firmware_revision") == "3.11");
  CHECK(system_text(collected, "virtualization") == "none");
}

TEST_CASE("damage behind what the section needs takes nothing from it", "[collect][system]") {
  const std::string whole = captured_smbios("debian12-two-sockets");
  // In place of the end mark, which takes six bytes, a structure that cannot be: of length 2.
  const std::string damaged =
      whole.substr(0, whole.rfind(std::string("\x7f\x04", 2))) + std::string("\x11\x02\0\0\0\0", 6);
  MapHost host = with_system_table(damaged);
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(system_text(collected, "product_name") == "RackNode 240");
  CHECK(system_text(collected, "board_product") == "RN240-MB");

  MapHost cut = with_system_table(whole.substr(0, whole.find("RN240-MB")));  // within the board
  const Collected partial = collect_system(cut);
  CHECK(status_in(partial).status == Status::kPartial);
  CHECK(status_in(partial).reason.find("damaged at byte") != std::string::npos);
  CHECK(system_text(partial, "product_name") == "RackNode 240");
  CHECK(system_text(partial, "board_product") == std::nullopt);
}

TEST_CASE("damage in a real table takes nothing from what stands before it",
          "[collect][system][shared_data]") {
  MapHost host = with_real_system("HyperV.dmi");
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(system_text(collected, "virtualization") == "hyperv");
  CHECK(system_text(collected, "uuid") == "b26849ef-4fb0-4e03-a9d1-1a165a40c8d7");

  MapHost cut = with_real_system("HyperV.dmi");
  cut.files[std::string(kTable)].resize(200);  // within the board
  const Collected partial = collect_system(cut);
  CHECK(status_in(partial).status == Status::kPartial);
  CHECK(status_in(partial).reason.find("damaged at byte 166") != std::string::npos);
  CHECK(system_text(partial, "product_name") == "Virtual Machine");
  CHECK(system_text(partial, "board_product") == std::nullopt);
}

TEST_CASE("without root, the kernel's public copies are read and the section is partial",
          "[collect][system]") {
  MapHost host;
  host.failures[std::string(kTable)] = {FailureKind::kDenied, "only root"};
  host.failures["/sys/class/dmi/id/product_serial"] = {FailureKind::kDenied, "only root"};
  host.failures["/sys/class/dmi/id/product_uuid"] = {FailureKind::kDenied, "only root"};
  host.files["/sys/class/dmi/id/sys_vendor"] = "LENOVO\n";
  host.files["/sys/class/dmi/id/product_name"] = "20XW\n";
  host.files["/sys/class/dmi/id/chassis_type"] = "10\n";
  host.files["/sys/class/dmi/id/bios_date"] = "03/21/2023\n";
  host.files["/sys/class/dmi/id/board_version"] = "   \n";
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kPartial);
  CHECK(status_in(collected).reason.find("product_serial, product_uuid") != std::string::npos);
  CHECK(system_text(collected, "manufacturer") == "LENOVO");
  CHECK(system_text(collected, "chassis_type") == "Notebook");
  CHECK(system_text(collected, "firmware_release_date") == "2023-03-21");
  CHECK(system_text(collected, "board_version") == std::nullopt);

  // The tables alone are kept from us: still not everything was read.
  host.failures.erase("/sys/class/dmi/id/product_serial");
  host.failures.erase("/sys/class/dmi/id/product_uuid");
  CHECK(status_in(collect_system(host)).status == Status::kPartial);
}

TEST_CASE("a tree with the kernel's copies only is read whole", "[collect][system]") {
  MapHost host;
  for (const auto& [name, text] : std::map<std::string, std::string>{
           {"sys_vendor", "Example Servers\n"},
           {"product_name", "RackNode 240\n"},
           {"product_serial", "RN240-0031\n"},
           {"product_uuid", "2c4f7a10-8b2e-4d11-9a55-7e0d3c1b9f02\n"},
           {"chassis_type", "23\n"}})
    host.files["/sys/class/dmi/id/" + name] = text;
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(system_text(collected, "manufacturer") == "Example Servers");
  CHECK(system_text(collected, "serial_number") == "RN240-0031");
  CHECK(system_text(collected, "uuid") == "2c4f7a10-8b2e-4d11-9a55-7e0d3c1b9f02");
  CHECK(system_text(collected, "chassis_type") == "Rack Mount Chassis");
}

TEST_CASE("a real tree with the kernel's copies only is read whole",
          "[collect][system][shared_data]") {
  MapHost host;
  load_ttar(host, read_test_file(shared_data("procfs/fixtures.ttar")));
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(system_text(collected, "manufacturer") == "Dell Inc.");
  CHECK(system_text(collected, "product_name") == "PowerEdge R6515");
  CHECK(system_text(collected, "uuid").has_value());
  CHECK(system_text(collected, "chassis_type") == "Rack Mount Chassis");
}

TEST_CASE("firmware that nobody lets us read changes no row", "[collect][system]") {
  MapHost host;
  host.failures[std::string(kTable)] = {FailureKind::kDenied, "only root"};
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kDenied);
  CHECK(collected.rows.empty());
}

TEST_CASE("a board with a device tree says its model and serial number", "[collect][system]") {
  MapHost host;
  host.files["/proc/device-tree/model"] = std::string("Raspberry Pi 4 Model B Rev 1.4\0", 31);
  host.files["/proc/device-tree/serial-number"] = std::string("10000000abcdef01\0", 17);
  host.files["/proc/device-tree/compatible"] =
      std::string("raspberrypi,4-model-b\0brcm,bcm2711\0", 35);
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(system_text(collected, "product_name") == "Raspberry Pi 4 Model B Rev 1.4");
  CHECK(system_text(collected, "serial_number") == "10000000abcdef01");
  CHECK(system_text(collected, "manufacturer") == "raspberrypi");
  CHECK(system_text(collected, "virtualization") == "none");
}

TEST_CASE("a z system says its type from sysinfo", "[collect][system]") {
  const inventory::System system = system_from_sysinfo(
      "Manufacturer:         IBM             \nType:                 2817\n"
      "Model:                721              M49             \n"
      "Sequence Code:        0000000000089F25\nnonsense\n:\n");
  CHECK(system.manufacturer == "IBM");
  CHECK(system.product_name == "2817");
  CHECK(system.version == "721 M49");
  CHECK(system.serial_number == "0000000000089F25");
}

TEST_CASE("without any firmware only the virtualization is told, or nothing at all",
          "[collect][system]") {
  MapHost host;
  CHECK(status_in(collect_system(host)).status == Status::kNotApplicable);
  CHECK_FALSE(status_in(collect_system(host)).reason.empty());
  CHECK(collect_system(host).rows.empty());
  host.files["/proc/cpuinfo"] = "processor : 0\nflags : fpu hypervisor\n";
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(system_text(collected, "virtualization") == "other");
  CHECK(system_text(collected, "manufacturer") == std::nullopt);
}

}  // namespace
}  // namespace muster::agent
