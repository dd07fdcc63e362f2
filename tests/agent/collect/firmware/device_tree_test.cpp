// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/firmware/device_tree.h"

#include <catch2/catch.hpp>

#include "agent/collect/linux/hardware/system.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/map_host.h"
#include "tests/support/agent/smbios_table.h"
#include "tests/support/agent/told.h"

namespace muster::agent {
namespace {

using namespace std::string_literals;

inventory::System tree_of(const std::map<std::string, std::string>& properties,
                          const std::string& folder = "/proc/device-tree/") {
  MapHost host;
  for (const auto& [name, value] : properties)
    host.files[folder + name] = value + '\0';
  return collect::system_from_device_tree(host);
}

TEST_CASE("a z system says its type from sysinfo", "[collect][system]") {
  const inventory::System system = collect::system_from_sysinfo(
      "Manufacturer:         IBM             \nType:                 2817\n"
      "Model:                721              M49             \n"
      "Sequence Code:        0000000000089F25\nLPAR UUID: 4c4c4544-0035-3010-8056-b4c04f4a3432\n"
      "nonsense\n:\n");
  CHECK(system.manufacturer == "IBM");
  CHECK(system.product_name == "2817");
  CHECK(system.version == "721 M49");
  CHECK(system.serial_number == "0000000000089F25");
  CHECK(system.uuid == "4c4c4544-0035-3010-8056-b4c04f4a3432");
  // A guest is not the partition that it runs in.
  CHECK(collect::system_from_sysinfo("VM00 UUID: 82038f2a-1344-aaf7-1a85-2a7250be2076\n"
                                     "LPAR UUID: 4c4c4544-0035-3010-8056-b4c04f4a3432\n")
            .uuid == "82038f2a-1344-aaf7-1a85-2a7250be2076");
}

TEST_CASE("a UUID in place of a serial number is a UUID", "[collect][system]") {
  const std::string uuid = "90056f0b-a102-49a3-8dc3-d922b722e3b8";
  const inventory::System qemu = tree_of({{"model", "IBM pSeries (emulated by qemu)"},
                                          {"compatible", "qemu,pseries"},
                                          {"vm,uuid", uuid},
                                          {"system-id", uuid}});
  CHECK(qemu.serial_number == std::nullopt);
  CHECK(qemu.uuid == uuid);
  CHECK(qemu.manufacturer == "qemu");
  CHECK(tree_of({{"system-id", uuid}}).uuid == uuid);
  CHECK(tree_of({{"serial-number", uuid}}).uuid == uuid);
  const inventory::System partition =
      tree_of({{"system-id", "IBM,0221A1B2C"}, {"ibm,partition-uuid", uuid}});
  CHECK(partition.serial_number == "IBM,0221A1B2C");
  CHECK(partition.uuid == uuid);
}

TEST_CASE("placeholders of device trees are no facts", "[collect][system]") {
  CHECK(tree_of({{"system-id", "unavailable"}}).serial_number == std::nullopt);
  CHECK(tree_of({{"serial-number", "0000000000000000"}}).serial_number == std::nullopt);
  CHECK(tree_of({{"serial-number", "0123456789ABCDEF"}, {"system-id", "A1"}}).serial_number ==
        "A1");
  const inventory::System made_up = tree_of({{"compatible", "linux,dummy-virt"}});
  CHECK(made_up.manufacturer == std::nullopt);
  CHECK(made_up.product_name == "linux,dummy-virt");
  CHECK(tree_of({{"compatible", "riscv-virtio,qemu"}}).manufacturer == std::nullopt);
  CHECK(tree_of({{"compatible", "ibm,powernv\0x"s}}).manufacturer == "ibm");
  MapHost host;
  host.files["/proc/sysinfo"] =
      "Manufacturer: QEMU\nType: 8561\nModel: QEMU\nSequence Code: QEMU\n";
  const inventory::System z = collect::system_from_device_tree(host);
  CHECK(z.manufacturer == "QEMU");
  CHECK(z.serial_number == std::nullopt);
}

TEST_CASE("a copied tree may have the device tree at its own place only", "[collect][system]") {
  CHECK(tree_of({{"model", "Board 7"}}, "/sys/firmware/devicetree/base/").product_name ==
        "Board 7");
}

TEST_CASE("a guest of Xen without firmware has the hypervisor's UUID", "[collect][system]") {
  MapHost host;
  host.files["/sys/hypervisor/uuid"] = "90056f0b-a102-49a3-8dc3-d922b722e3b8\n";
  CHECK(collect::system_from_device_tree(host).uuid == "90056f0b-a102-49a3-8dc3-d922b722e3b8");
  host.files["/sys/hypervisor/uuid"] = "00000000-0000-0000-0000-000000000000\n";
  CHECK(collect::system_from_device_tree(host).uuid == std::nullopt);
}

TEST_CASE("the device tree says what SMBIOS leaves out or calls unknown", "[collect][system]") {
  MapHost host;
  const auto put_table = [&](const test_smbios::SystemParts& parts) {
    host.files["/sys/firmware/dmi/tables/DMI"] =
        test_smbios::firmware("U-Boot", "2023.01", "01/01/2023") + test_smbios::system(parts) +
        test_smbios::end_mark();
  };
  host.files["/proc/device-tree/model"] = "Example Board Rev 1.0\0"s;
  host.files["/proc/device-tree/compatible"] = "example,board\0example,soc\0"s;
  host.files["/proc/device-tree/serial-number"] = "10000000abcdef01\0"s;
  const auto facts = [&] {
    return told("system", collect::collect_system(host),
                {"manufacturer", "product_name", "model", "serial_number", "firmware_vendor"})
        .at(0);
  };
  put_table({.manufacturer = "Unknown", .product = "Unknown Product"});
  CHECK(facts() ==
        "example | Example Board Rev 1.0 | Example Board Rev 1.0 | 10000000abcdef01 | U-Boot");
  put_table({.manufacturer = "Example Works", .product = "", .serial = "Not Specified"});
  CHECK(
      facts() ==
      "Example Works | Example Board Rev 1.0 | Example Board Rev 1.0 | 10000000abcdef01 | U-Boot");
  put_table({.manufacturer = "Example Works", .product = "EB-1", .serial = "S-9"});
  CHECK(facts() == "Example Works | EB-1 | EB-1 | S-9 | U-Boot");
}

TEST_CASE("a serial number that is kept from us is not guessed from the device tree",
          "[collect][system]") {
  MapHost host;
  host.failures["/sys/firmware/dmi/tables/DMI"] = {FailureKind::kDenied, "only root"};
  host.failures["/sys/class/dmi/id/product_serial"] = {FailureKind::kDenied, "only root"};
  host.files["/sys/class/dmi/id/sys_vendor"] = "Example Works\n";
  host.files["/proc/device-tree/model"] = "Board\0"s;
  host.files["/proc/device-tree/serial-number"] = "10000000abcdef01\0"s;
  CHECK(told("system", collect::collect_system(host),
             {"manufacturer", "product_name", "serial_number"}) ==
        std::vector<std::string>{"Example Works | Board | -"});
}

TEST_CASE("cases 92 and smbios-uboot: the device tree knows the board", "[system][shared_data]") {
  CaseMachine both("92-uboot-smbios-and-device-tree");
  CHECK(told("system", collect::collect_system(both.host()),
             {"manufacturer", "product_name", "serial_number", "board_manufacturer"}) ==
        std::vector<std::string>{
            "raspberrypi | Raspberry Pi 4 Model B Rev 1.4 | 10000000abcdef01 | -"});
  CaseMachine board("smbios-uboot-unknown-product");
  CHECK(told("system", collect::collect_system(board.host()),
             {"manufacturer", "product_name", "firmware_vendor"}) ==
        std::vector<std::string>{"- | Example Board Rev 1.0 | U-Boot"});
}

}  // namespace
}  // namespace muster::agent
