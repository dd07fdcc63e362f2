// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/system.h"

#include <catch2/catch.hpp>

#include "tests/support/map_host.h"

namespace muster::agent {
namespace {

using inventory::Status;

constexpr std::string_view kTable = "/sys/firmware/dmi/tables/DMI";

std::optional<std::string> text_of(const Collected& collected, std::string_view name) {
  const auto& cells = collected.rows.at(0).cells;
  const auto* text =
      std::get_if<std::string>(&cells[*inventory::find_section("system")->find(name)]);
  return text ? std::optional(*text) : std::nullopt;
}
inventory::SourceStatus status_in(const Collected& collected) {
  return collected.sources.at("system");
}

MapHost with_table(const std::string& name) {
  MapHost host;
  host.files[std::string(kTable)] = read_test_file(test_data("smbios/" + name));
  host.files["/proc/cpuinfo"] = "processor : 0\nflags : fpu vme\n";
  return host;
}

TEST_CASE("a server says who made it, in which chassis and with which firmware",
          "[collect][system]") {
  MapHost host = with_table("SuperMicro-Dual-Xeon.dmi");
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  REQUIRE(collected.rows.size() == 1);
  CHECK(text_of(collected, "manufacturer") == "Supermicro");
  CHECK(text_of(collected, "product_name") == "SYS-1027R-WRF");
  CHECK(text_of(collected, "serial_number") == "E09626824801435");
  CHECK(text_of(collected, "uuid") == "00000000-0000-0000-0000-002590eb9628");
  CHECK(text_of(collected, "family") == "To be filled by O.E.M.");
  CHECK(text_of(collected, "board_product") == "X9DRW");
  CHECK(text_of(collected, "chassis_serial_number") == "C1130LC49MH0061");
  CHECK(text_of(collected, "firmware_release_date") == "2014-03-24");
  CHECK(text_of(collected, "firmware_revision") == "3.11");
  CHECK(text_of(collected, "virtualization") == "none");
}

TEST_CASE("damage behind what the section needs takes nothing from it", "[collect][system]") {
  MapHost host = with_table("HyperV.dmi");
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(text_of(collected, "virtualization") == "hyperv");
  CHECK(text_of(collected, "uuid") == "b26849ef-4fb0-4e03-a9d1-1a165a40c8d7");

  MapHost cut = with_table("HyperV.dmi");
  cut.files[std::string(kTable)].resize(200);  // within the board
  const Collected partial = collect_system(cut);
  CHECK(status_in(partial).status == Status::kPartial);
  CHECK(status_in(partial).reason.find("damaged at byte 166") != std::string::npos);
  CHECK(text_of(partial, "product_name") == "Virtual Machine");
  CHECK(text_of(partial, "board_product") == std::nullopt);
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
  CHECK(text_of(collected, "manufacturer") == "LENOVO");
  CHECK(text_of(collected, "chassis_type") == "Notebook");
  CHECK(text_of(collected, "firmware_release_date") == "2023-03-21");
  CHECK(text_of(collected, "board_version") == std::nullopt);

  // The tables alone are kept from us: still not everything was read.
  host.failures.erase("/sys/class/dmi/id/product_serial");
  host.failures.erase("/sys/class/dmi/id/product_uuid");
  CHECK(status_in(collect_system(host)).status == Status::kPartial);
}

TEST_CASE("a captured tree with the kernel's copies only is read whole", "[collect][system]") {
  MapHost host;
  load_ttar(host, read_test_file(test_data("procfs/fixtures.ttar")));
  const Collected collected = collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(text_of(collected, "manufacturer") == "Dell Inc.");
  CHECK(text_of(collected, "product_name") == "PowerEdge R6515");
  CHECK(text_of(collected, "uuid").has_value());
  CHECK(text_of(collected, "chassis_type") == "Rack Mount Chassis");
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
  CHECK(text_of(collected, "product_name") == "Raspberry Pi 4 Model B Rev 1.4");
  CHECK(text_of(collected, "serial_number") == "10000000abcdef01");
  CHECK(text_of(collected, "manufacturer") == "raspberrypi");
  CHECK(text_of(collected, "virtualization") == "none");
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
  CHECK(text_of(collected, "virtualization") == "other");
  CHECK(text_of(collected, "manufacturer") == std::nullopt);
}

}  // namespace
}  // namespace muster::agent
