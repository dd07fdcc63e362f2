// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/hardware/system.h"

#include <catch2/catch.hpp>

#include "tests/support/agent/captured_machine.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/smbios_table.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

using inventory::Status;

constexpr std::string_view kTable = "/sys/firmware/dmi/tables/DMI";

std::optional<std::string> system_text(const collect::CollectedSection& collected,
                                       std::string_view name) {
  const auto& cells = collected.rows.at(0).cells;
  const auto* text =
      std::get_if<std::string>(&cells[*inventory::find_section("system")->find(name)]);
  return text ? std::optional(*text) : std::nullopt;
}
inventory::ProviderStatus status_in(const collect::CollectedSection& collected) {
  return collected.providers.at("system");
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
  const collect::CollectedSection collected = collect::collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  REQUIRE(collected.rows.size() == 1);
  CHECK(system_text(collected, "manufacturer") == "Example Servers");
  CHECK(system_text(collected, "product_name") == "RackNode 240");
  CHECK(system_text(collected, "model") == "RackNode 240");
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
  const collect::CollectedSection collected = collect::collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  REQUIRE(collected.rows.size() == 1);
  CHECK(system_text(collected, "manufacturer") == "Supermicro");
  CHECK(system_text(collected, "product_name") == "SYS-1027R-WRF");
  CHECK(system_text(collected, "serial_number") == "E09626824801435");
  CHECK(system_text(collected, "uuid") == "00000000-0000-0000-0000-002590eb9628");
  CHECK(system_text(collected, "family") == std::nullopt);  // "To be filled by O.E.M."
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
  const collect::CollectedSection collected = collect::collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(system_text(collected, "product_name") == "RackNode 240");
  CHECK(system_text(collected, "board_product") == "RN240-MB");

  MapHost cut = with_system_table(whole.substr(0, whole.find("RN240-MB")));  // within the board
  const collect::CollectedSection partial = collect::collect_system(cut);
  CHECK(status_in(partial).status == Status::kPartial);
  CHECK(status_in(partial).reason.find("damaged at byte") != std::string::npos);
  CHECK(system_text(partial, "product_name") == "RackNode 240");
  CHECK(system_text(partial, "board_product") == std::nullopt);
}

TEST_CASE("damage in a real table takes nothing from what stands before it",
          "[collect][system][shared_data]") {
  MapHost host = with_real_system("HyperV.dmi");
  const collect::CollectedSection collected = collect::collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(system_text(collected, "virtualization") == "hyperv");
  CHECK(system_text(collected, "uuid") == "b26849ef-4fb0-4e03-a9d1-1a165a40c8d7");

  MapHost cut = with_real_system("HyperV.dmi");
  cut.files[std::string(kTable)].resize(200);  // within the board
  const collect::CollectedSection partial = collect::collect_system(cut);
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
  const collect::CollectedSection collected = collect::collect_system(host);
  CHECK(status_in(collected).status == Status::kPartial);
  CHECK(status_in(collected).reason.find("product_serial, product_uuid") != std::string::npos);
  CHECK(system_text(collected, "manufacturer") == "LENOVO");
  CHECK(system_text(collected, "chassis_type") == "Notebook");
  CHECK(system_text(collected, "firmware_release_date") == "2023-03-21");
  CHECK(system_text(collected, "board_version") == std::nullopt);

  // The tables alone are kept from us: still not everything was read.
  host.failures.erase("/sys/class/dmi/id/product_serial");
  host.failures.erase("/sys/class/dmi/id/product_uuid");
  CHECK(status_in(collect::collect_system(host)).status == Status::kPartial);
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
  const collect::CollectedSection collected = collect::collect_system(host);
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
  const collect::CollectedSection collected = collect::collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(system_text(collected, "manufacturer") == "Dell Inc.");
  CHECK(system_text(collected, "product_name") == "PowerEdge R6515");
  CHECK(system_text(collected, "uuid").has_value());
  CHECK(system_text(collected, "chassis_type") == "Rack Mount Chassis");
}

TEST_CASE("firmware that nobody lets us read changes no row", "[collect][system]") {
  MapHost host;
  host.failures[std::string(kTable)] = {FailureKind::kDenied, "only root"};
  const collect::CollectedSection collected = collect::collect_system(host);
  CHECK(status_in(collected).status == Status::kDenied);
  CHECK(collected.rows.empty());
}

TEST_CASE("a board with a device tree says its model and serial number", "[collect][system]") {
  MapHost host;
  host.files["/proc/device-tree/model"] = std::string("Raspberry Pi 4 Model B Rev 1.4\0", 31);
  host.files["/proc/device-tree/serial-number"] = std::string("10000000abcdef01\0", 17);
  host.files["/proc/device-tree/compatible"] =
      std::string("raspberrypi,4-model-b\0brcm,bcm2711\0", 35);
  const collect::CollectedSection collected = collect::collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(system_text(collected, "product_name") == "Raspberry Pi 4 Model B Rev 1.4");
  CHECK(system_text(collected, "serial_number") == "10000000abcdef01");
  CHECK(system_text(collected, "manufacturer") == "raspberrypi");
  CHECK(system_text(collected, "virtualization") == "none");
}

TEST_CASE("without any firmware only the virtualization is told, or nothing at all",
          "[collect][system]") {
  MapHost host;
  CHECK(status_in(collect::collect_system(host)).status == Status::kNotApplicable);
  CHECK_FALSE(status_in(collect::collect_system(host)).reason.empty());
  CHECK(collect::collect_system(host).rows.empty());
  host.files["/proc/cpuinfo"] = "processor : 0\nflags : fpu hypervisor\n";
  const collect::CollectedSection collected = collect::collect_system(host);
  CHECK(status_in(collected).status == Status::kOk);
  CHECK(system_text(collected, "virtualization") == "other");
  CHECK(system_text(collected, "manufacturer") == std::nullopt);
}

// The kernel's copies of one table: drivers/firmware/dmi-id.c.
std::string all_facts(MapHost& host) {
  return told("system", collect::collect_system(host),
              {"manufacturer", "model", "product_name", "version", "serial_number", "uuid",
               "sku_number", "family", "firmware_vendor", "firmware_version",
               "firmware_release_date", "firmware_revision"})
      .at(0);
}

MapHost with_id_files(const std::map<std::string, std::string>& texts) {
  MapHost host;
  for (const auto& [name, text] : texts)
    host.files["/sys/class/dmi/id/" + name] = text + '\n';
  return host;
}

TEST_CASE("placeholders are no facts, and the kernel's copies say the same as the table",
          "[collect][system]") {
  const std::string uuid("\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06\x00\x07\x00\x08\x00\x09", 16);
  MapHost table =
      with_system_table(test_smbios::firmware("To be filled by O.E.M.", "1.0", "06/03/09", 0, 0) +
                        test_smbios::system({.manufacturer = "To Be Filled By O.E.M.",
                                             .product = "System Product Name",
                                             .version = "Default string",
                                             .serial = "To be filled by O.E.M.",
                                             .uuid = uuid,
                                             .sku = "SKU",
                                             .family = "N/A"}) +
                        test_smbios::end_mark());
  MapHost copies = with_id_files({{"bios_vendor", "To be filled by O.E.M."},
                                  {"bios_version", "1.0"},
                                  {"bios_date", "06/03/09"},
                                  {"bios_release", "0.0"},
                                  {"sys_vendor", "To Be Filled By O.E.M."},
                                  {"product_name", "System Product Name"},
                                  {"product_version", "Default string"},
                                  {"product_serial", "To be filled by O.E.M."},
                                  {"product_uuid", "03000200-0400-0500-0006-000700080009"},
                                  {"product_sku", "SKU"},
                                  {"product_family", "N/A"}});
  CHECK(all_facts(table) == "- | - | - | - | - | - | - | - | - | 1.0 | 2009-06-03 | -");
  CHECK(all_facts(copies) == all_facts(table));
}

TEST_CASE("facts have one form, from the table and from the kernel's copies", "[collect][system]") {
  const std::string uuid("\x01\x02\x03\x04\x05\x06\x07\x08\xAA\xBB\xCC\xDD\xEE\xFF\x01\x02", 16);
  MapHost table = with_system_table(test_smbios::firmware(" Acme ", "1.0", "2/2/2022", 5, 17) +
                                    test_smbios::system({.manufacturer = "Acme ",
                                                         .product = " Box 3",
                                                         .version = "\xff\xff\xff",
                                                         .serial = "A 1 ",
                                                         .uuid = uuid,
                                                         .sku = "B3",
                                                         .family = "  "}) +
                                    test_smbios::end_mark());
  MapHost copies = with_id_files({{"bios_vendor", " Acme "},
                                  {"bios_version", "1.0"},
                                  {"bios_date", "2/2/2022"},
                                  {"bios_release", "5.17"},
                                  {"sys_vendor", "Acme "},
                                  {"product_name", " Box 3"},
                                  {"product_version", "\xff\xff\xff"},
                                  {"product_serial", "A 1 "},
                                  {"product_uuid", "04030201-0605-0807-AABB-CCDDEEFF0102"},
                                  {"product_sku", "B3"},
                                  {"product_family", "  "}});
  CHECK(all_facts(table) ==
        "Acme | Box 3 | Box 3 | - | A 1 | 04030201-0605-0807-aabb-ccddeeff0102 | B3 | - | Acme | "
        "1.0 | 2022-02-02 | 5.17");
  CHECK(all_facts(copies) == all_facts(table));
}

TEST_CASE("the model is the name that people know, and the machine type stays beside it",
          "[collect][system]") {
  struct Row {
    const char* manufacturer;
    const char* product;
    const char* version;
    const char* model;
  };
  const Row row = GENERATE(
      Row{"LENOVO", "21AHCTO1WW", "ThinkPad T14 Gen 3", "ThinkPad T14 Gen 3"},
      Row{"LENOVO", "20XW", "ThinkPad X1 Carbon Gen 9", "ThinkPad X1 Carbon Gen 9"},
      Row{"LENOVO", "82FG", "IdeaPad 5 15ITL05", "IdeaPad 5 15ITL05"},
      Row{"Lenovo", "F0D6", "ideacentre AIO 520", "F0D6"},  // no name as they write them
      Row{"LENOVO", "10M7CTO1WW", "ThinkCentre M710q", "ThinkCentre M710q"},
      Row{"IBM", "2373F7U", "ThinkPad T42", "ThinkPad T42"},
      Row{"LENOVO", "90CX", "INVALID", "90CX"}, Row{"LENOVO", "7X06", "07", "7X06"},
      Row{"LENOVO", "90CX", "Lenovo Product", "90CX"},
      Row{"LENOVO", "ThinkSystem SR650 -[7X06CTO1WW]-", "Lenovo Think System",
          "ThinkSystem SR650 -[7X06CTO1WW]-"},
      Row{"Dell Inc.", "0R640", "Not Version", "0R640"}, Row{"HP", "8470", "Rev One Two", "8470"});
  CAPTURE(row.product, row.version);
  MapHost host = with_id_files({{"sys_vendor", row.manufacturer},
                                {"product_name", row.product},
                                {"product_version", row.version}});
  const collect::CollectedSection collected = collect::collect_system(host);
  CHECK(system_text(collected, "model") == row.model);
  CHECK(system_text(collected, "product_name") == row.product);
}

TEST_CASE("cases 01, 07 and 15: placeholders of real makers are absent", "[system][shared_data]") {
  CaseMachine placeholders("01-smbios-placeholders");
  CHECK(told("system", collect::collect_system(placeholders.host()),
             {"manufacturer", "product_name", "version", "serial_number", "uuid", "sku_number",
              "family", "board_manufacturer", "board_product", "board_version",
              "board_serial_number", "chassis_serial_number", "chassis_asset_tag"}) ==
        std::vector<std::string>{"- | - | - | - | - | - | - | - | - | - | - | - | -"});
  CHECK(told("system", collect::collect_system(placeholders.host()),
             {"chassis_manufacturer", "chassis_type", "firmware_revision"}) ==
        std::vector<std::string>{"Muster Works | Notebook | 5.17"});
  for (const char* const name : {"07a-shared-uuid-6ab5", "07b-shared-uuid-6ab5"}) {
    CaseMachine shared(name);
    CHECK(told("system", collect::collect_system(shared.host()), {"uuid", "serial_number"}) ==
          std::vector<std::string>{"- | -"});
  }
  CaseMachine defaults("15a-default-string");
  CHECK(told("system", collect::collect_system(defaults.host()),
             {"manufacturer", "product_name", "serial_number", "board_serial_number"}) ==
        std::vector<std::string>{"- | Loom 14 | - | -"});
}

TEST_CASE("case 02: the byte order of the UUID follows the version", "[system][shared_data]") {
  const auto uuid = [](const char* name) {
    CaseMachine machine(name);
    return told("system", collect::collect_system(machine.host()), {"uuid"}).at(0);
  };
  CHECK(uuid("02a-uuid-smbios24") == "00112233-4455-6677-8899-aabbccddeeff");
  CHECK(uuid("02b-uuid-smbios26") == "33221100-5544-7766-8899-aabbccddeeff");
  CHECK(uuid("02c-uuid-smbios3") == "33221100-5544-7766-8899-aabbccddeeff");
}

TEST_CASE("case firmware-revision-0.0: none, with and without privileges",
          "[system][shared_data]") {
  CaseMachine both("firmware-revision-0.0");
  for (const char* const root : {"/root-with-tables", "/root-without-tables"}) {
    host::LiveHost host(both.root() + root);
    CHECK(
        told("system", collect::collect_system(host),
             {"product_name", "firmware_version", "firmware_release_date", "firmware_revision"}) ==
        std::vector<std::string>{"XA320 V2 | 0.86 | 2019-07-19 | -"});
  }
}

}  // namespace
}  // namespace muster::agent
