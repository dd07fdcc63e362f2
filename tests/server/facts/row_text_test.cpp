// SPDX-License-Identifier: Apache-2.0
#include "server/facts/row_text.h"

#include <catch2/catch.hpp>

#include "common/inventory/sections/cpus.h"
#include "common/inventory/sections/disks.h"
#include "common/inventory/sections/interfaces.h"
#include "common/inventory/sections/memory.h"
#include "common/inventory/sections/memory_modules.h"
#include "common/inventory/sections/os.h"
#include "common/inventory/sections/packages.h"
#include "common/inventory/sections/users.h"

namespace muster::server {
namespace {

using inventory::Row;

template <class T>
std::string sentence(const std::optional<T>& before, const std::optional<T>& after) {
  const inventory::SectionSchema& schema = *inventory::find_section(T::kSection.options.name);
  const auto row = [](const std::optional<T>& value) {
    return value ? std::optional(inventory::to_row(*value)) : std::nullopt;
  };
  const auto from = row(before);
  const auto to = row(after);
  return facts::change_sentence(schema, from ? &*from : nullptr, to ? &*to : nullptr);
}

template <class T>
T made(void (*fill)(T&)) {
  T value{};
  fill(value);
  return value;
}

const std::optional<inventory::Disk> kDisk = made<inventory::Disk>([](inventory::Disk& disk) {
  disk.identifier = "serial:SSD 980:S64M";
  disk.instance = 1;
  disk.name = "nvme0n1";
  disk.model = "Samsung SSD 980";
  disk.serial_number = "S64M";
  disk.size_bytes = 1000204886016;
});
const std::optional<inventory::Interface> kPort =
    made<inventory::Interface>([](inventory::Interface& port) {
      port.identifier = "mac:a4:bb:6d:55:22:6a";
      port.instance = 1;
      port.name = "eth0";
      port.kind = "ethernet";
      port.mac_address = "a4:bb:6d:55:22:6a";
    });
const std::optional<inventory::MemoryModule> kModule =
    made<inventory::MemoryModule>([](inventory::MemoryModule& module) {
      module.locator = "ChannelA-DIMM1";
      module.instance = 1;
      module.size_bytes = 17179869184;
      module.memory_type = "DDR4";
      module.serial_number = "37A1B2C4";
    });

TEST_CASE("what comes and goes is told with what tells it from its like", "[cmdb]") {
  CHECK(sentence(kDisk, {}) ==
        "Disk nvme0n1 removed: Samsung SSD 980, 932 GiB, serial number S64M");
  CHECK(sentence({}, kDisk).starts_with("Disk nvme0n1 added: "));
  CHECK(sentence(kPort, {}) ==
        "Network interface eth0 removed: ethernet, MAC address a4:bb:6d:55:22:6a");
  CHECK(sentence(kModule, {}) ==
        "Memory module ChannelA-DIMM1 removed: 16.0 GiB, DDR4, serial number 37A1B2C4");
  const std::optional<inventory::User> guest = made<inventory::User>([](inventory::User& user) {
    user.name = "guest";
    user.uid = 1001;
  });
  CHECK(sentence({}, guest) == "User guest added: uid 1001");
}

TEST_CASE("values in sentences have their units, names of fields do not", "[cmdb]") {
  std::optional<inventory::Memory> more = inventory::Memory{};
  more->total_bytes = 16603545600;
  std::optional<inventory::Memory> less = more;
  less->total_bytes = 8089600000;
  CHECK(sentence(more, less) == "Memory: total 15.5 GiB to 7.5 GiB");
  // What the units are too coarse for.
  less->total_bytes = 16603545000;
  CHECK(sentence(more, less) == "Memory: total 16603545600 to 16603545000 bytes");
  less->total_bytes.reset();
  CHECK(sentence(more, less) == "Memory: total 15.5 GiB is gone");
  CHECK(sentence(less, more) == "Memory: total is now 15.5 GiB");

  std::optional<inventory::Cpu> slow = inventory::Cpu{};
  slow->max_clock_mhz = 3400;
  std::optional<inventory::Cpu> fast = slow;
  fast->max_clock_mhz = 4200;
  CHECK(sentence(slow, fast).ends_with(": max clock 3400 MHz to 4200 MHz"));

  std::optional<inventory::Interface> other = kPort;
  other->mac_address = "a4:bb:6d:55:22:6b";
  CHECK(sentence(kPort, other) ==
        "Network interface eth0: MAC address a4:bb:6d:55:22:6a to a4:bb:6d:55:22:6b");

  std::optional<inventory::OperatingSystem> old = inventory::OperatingSystem{};
  old->version = "24.04.1 LTS (Noble Numbat)";
  std::optional<inventory::OperatingSystem> young = old;
  young->version = "24.04.2";
  CHECK(sentence(old, young) ==
        "Operating system: version \"24.04.1 LTS (Noble Numbat)\" to 24.04.2");
}

TEST_CASE("a package is told by its versions", "[cmdb]") {
  std::optional<inventory::Package> old = inventory::Package{};
  old->manager = "dpkg";
  old->scope = "system";
  old->name = "openssl";
  old->architecture = "amd64";
  old->version = "3.0.9-1";
  std::optional<inventory::Package> young = old;
  young->version = "3.0.11-1";
  CHECK(sentence(old, young) == "openssl upgraded 3.0.9-1 to 3.0.11-1");
  CHECK(sentence(young, old) == "openssl downgraded 3.0.11-1 to 3.0.9-1");
  CHECK(sentence({}, young) == "openssl 3.0.11-1 installed");
  CHECK(sentence(old, {}) == "openssl 3.0.9-1 removed");
}

}  // namespace
}  // namespace muster::server
