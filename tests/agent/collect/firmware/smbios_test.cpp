// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/firmware/smbios.h"

#include <catch2/catch.hpp>

#include "common/json/value.h"
#include "common/support/text.h"
#include "tests/support/agent/captured_machine.h"
#include "tests/support/agent/smbios_table.h"
#include "tests/support/test_data.h"

namespace muster::agent {
namespace {

constexpr collect::SmbiosEntryPoint kVersion33{
    .version = {3, 3}, .table_bytes = 0, .structure_count = {}};

std::string dmi_file(const std::string& name) {
  return test::read_test_file(test::shared_data("smbios/" + name));
}

using test_smbios::end_mark;
using test_smbios::structure;

// A type 17 of SMBIOS 2.8 with one size word.
std::string module_of(int size, std::uint32_t extended, int type = 0x1a, int array = 1) {
  std::string body(0x28 - 4, '\0');
  const auto put = [&](std::size_t offset, std::uint32_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      body[offset - 4 + i] = static_cast<char>(value >> (8 * i) & 0xff);
  };
  put(0x04, static_cast<std::uint32_t>(array), 2);
  put(0x0c, static_cast<std::uint32_t>(size), 2);
  put(0x10, 1, 1);
  put(0x12, static_cast<std::uint32_t>(type), 1);
  put(0x1c, extended, 4);
  return structure(17, body, {"SLOT 1"});
}

std::optional<std::string> filled(const JsonValue& object, std::string_view name) {
  auto text = object.text_at(name);
  if (text && text->empty()) return std::nullopt;
  return text;
}

// The other decoder leaves this placeholder out; ours has what the table says.
std::optional<std::string> known(const std::optional<std::string>& text) {
  if (text && lower_ascii(*text) == "to be filled by o.e.m.") return std::nullopt;
  return text;
}

TEST_CASE("the tables of our own machines read as they were laid out", "[smbios]") {
  const collect::Smbios server =
      collect::parse_smbios(captured_smbios("debian12-two-sockets"), kVersion33);
  CHECK(server.damage.empty());
  REQUIRE(server.firmware);
  CHECK(server.firmware->vendor == "Example Firmware Works");
  CHECK(server.firmware->version == "2.4.1");
  CHECK(server.firmware->release_date == "2024-03-15");
  CHECK(server.firmware->revision == "2.4");
  REQUIRE(server.system);
  CHECK(server.system->manufacturer == "Example Servers");
  CHECK(server.system->product_name == "RackNode 240");
  CHECK(server.system->version == "G3");
  CHECK(server.system->sku_number == "RN240-2S");
  CHECK(server.system->family == "RackNode");
  CHECK(server.system->serial_number.has_value());
  CHECK(server.system->uuid.has_value());
  REQUIRE(server.board);
  CHECK(server.board->manufacturer == "Example Servers");
  CHECK(server.board->product == "RN240-MB");
  CHECK(server.board->version == "A02");
  REQUIRE(server.chassis);
  CHECK(server.chassis->manufacturer == "Example Servers");
  CHECK(server.chassis->asset_tag.has_value());
  REQUIRE(server.processors.size() == 2);
  for (const collect::SmbiosProcessor& processor : server.processors) {
    CHECK(processor.version == "Intel(R) Xeon(R) Gold 5218 CPU @ 2.30GHz");
    CHECK(processor.populated);
  }
}

TEST_CASE("the memory of our own machines reads as it was laid out", "[smbios]") {
  const collect::Smbios server =
      collect::parse_smbios(captured_smbios("debian12-two-sockets"), kVersion33);
  std::vector<collect::SmbiosMemoryDevice> modules;
  for (const collect::SmbiosMemoryDevice& device : server.memory_devices) {
    if (server.is_module(device) && device.filled) modules.push_back(device);
  }
  REQUIRE(modules.size() == 2);
  CHECK(modules[0].locator == "DIMM_A1");
  CHECK(modules[1].locator == "DIMM_B1");
  for (const collect::SmbiosMemoryDevice& module : modules) {
    CHECK(module.size_bytes == std::int64_t{8} << 30);
    CHECK(module.manufacturer == "Examplemem");
    CHECK(module.part_number == "EX8G-D4R-32");
    CHECK(module.memory_type == "DDR4");
    CHECK(module.speed_mts == 3200);
    CHECK(module.configured_speed_mts == 2933);
    CHECK(module.serial_number.has_value());
    CHECK(module.asset_tag.has_value());
  }
  CHECK(modules[0].bank_locator == "NODE 0");
  CHECK(modules[1].bank_locator == "NODE 1");
}

TEST_CASE("the tables of real machines read as another decoder reads them",
          "[smbios][shared_data]") {
  const std::string name = GENERATE("ASRock-Single-Ryzen", "HyperV", "SuperMicro-Dual-Xeon");
  CAPTURE(name);
  const collect::Smbios smbios = collect::parse_smbios(dmi_file(name + ".dmi"), kVersion33);
  const auto json = JsonValue::parse(dmi_file(name + ".json"));
  REQUIRE(json.ok());

  REQUIRE(smbios.firmware);
  const JsonValue& bios = *json->find("BIOSInformation");
  CHECK(known(smbios.firmware->vendor) == filled(bios, "Vendor"));
  CHECK(known(smbios.firmware->version) == filled(bios, "Version"));
  CHECK(smbios.firmware->release_date == collect::firmware_date(*filled(bios, "ReleaseDate")));

  REQUIRE(smbios.system);
  const JsonValue& system = *json->find("SystemInformation");
  CHECK(known(smbios.system->manufacturer) == filled(system, "Manufacturer"));
  CHECK(known(smbios.system->product_name) == filled(system, "ProductName"));
  CHECK(known(smbios.system->version) == filled(system, "Version"));
  CHECK(known(smbios.system->serial_number) == filled(system, "SerialNumber"));
  CHECK(known(smbios.system->uuid) == filled(system, "UUID"));
  CHECK(known(smbios.system->sku_number) == filled(system, "SKUNumber"));
  CHECK(known(smbios.system->family) == filled(system, "Family"));

  REQUIRE(smbios.board);
  const JsonValue& board = *json->find("BaseboardInformation");
  CHECK(known(smbios.board->manufacturer) == filled(board, "Manufacturer"));
  CHECK(known(smbios.board->product) == filled(board, "Product"));
  CHECK(known(smbios.board->version) == filled(board, "Version"));
  CHECK(known(smbios.board->serial_number) == filled(board, "SerialNumber"));
  CHECK(known(smbios.board->asset_tag) == filled(board, "AssetTag"));

  REQUIRE(smbios.chassis);
  const JsonValue& chassis = *json->find("SystemEnclosure");
  CHECK(known(smbios.chassis->manufacturer) == filled(chassis, "Manufacturer"));
  CHECK(known(smbios.chassis->serial_number) == filled(chassis, "SerialNumber"));

  const JsonValue::Array* processors = json->find("ProcessorInformation")->array();
  REQUIRE(smbios.processors.size() == (processors ? processors->size() : 0));
  for (std::size_t i = 0; i < smbios.processors.size(); ++i) {
    CHECK(smbios.processors[i].socket == filled((*processors)[i], "SocketDesignation"));
    CHECK(smbios.processors[i].version == filled((*processors)[i], "ProcessorVersion"));
    CHECK(smbios.processors[i].populated);
  }
}

TEST_CASE("the memory of real machines reads as another decoder reads it",
          "[smbios][shared_data]") {
  const std::string name = GENERATE("ASRock-Single-Ryzen", "HyperV", "SuperMicro-Dual-Xeon");
  CAPTURE(name);
  const collect::Smbios smbios = collect::parse_smbios(dmi_file(name + ".dmi"), kVersion33);
  const auto json = JsonValue::parse(dmi_file(name + ".json"));
  REQUIRE(json.ok());
  const JsonValue::Array* devices = json->find("MemoryDevices")->array();
  REQUIRE(smbios.memory_devices.size() == (devices ? devices->size() : 0));
  for (std::size_t i = 0; i < smbios.memory_devices.size(); ++i) {
    const collect::SmbiosMemoryDevice& device = smbios.memory_devices[i];
    const JsonValue& expected = (*devices)[i];
    CHECK(device.locator == filled(expected, "DeviceLocator"));
    CHECK(device.bank_locator == filled(expected, "BankLocator"));
    CHECK(device.manufacturer == filled(expected, "Manufacturer"));
    CHECK(device.serial_number == filled(expected, "SerialNumber"));
    CHECK(device.asset_tag == filled(expected, "AssetTag"));
    CHECK(device.part_number == filled(expected, "PartNumber"));
    const std::int64_t size = *expected.integer_at("Size");
    CHECK(device.filled == (size != 0));
    const std::int64_t mebibytes = size == 0x7fff ? *expected.integer_at("ExtendedSize") : size;
    CHECK(device.size_bytes.value_or(0) == mebibytes * 1024 * 1024);
    CHECK(device.speed_mts.value_or(0) == *expected.integer_at("Speed"));
    CHECK(device.configured_speed_mts.value_or(0) == *expected.integer_at("ConfiguredMemorySpeed"));
    const auto type =
        collect::memory_type_name(static_cast<int>(*expected.integer_at("MemoryType")));
    CHECK(device.memory_type.has_value() == type.has_value());
    if (type) CHECK(*device.memory_type == *type);
  }
  if (!smbios.memory_arrays.empty())
    CHECK(smbios.memory_arrays[0].slots ==
          json->find("PhysicalMemoryArray")->integer_at("NumberOfMemoryDevices"));
}

TEST_CASE("a whole table says so and a broken one says where it breaks", "[smbios]") {
  const std::string table = captured_smbios("debian12-laptop-uefi");
  CHECK(collect::parse_smbios(table, {}).damage.empty());
  // A structure of length 0, where every decoder stops.
  const std::string before = structure(0, "\1", {"Acme"}) + structure(1, "\1", {"Box"});
  const collect::Smbios broken =
      collect::parse_smbios(before + std::string("\x02\0\0\0\0\0", 6) + end_mark(), {});
  CHECK(broken.damage == "The SMBIOS table is damaged at byte " + std::to_string(before.size()) +
                             ": a structure has length 0. What stands before it was read.");
  CHECK(broken.system->manufacturer == "Box");
}

TEST_CASE("whole and broken tables of real machines are told apart", "[smbios][shared_data]") {
  CHECK(collect::parse_smbios(dmi_file("ASRock-Single-Ryzen.dmi"), {}).damage.empty());
  CHECK(collect::parse_smbios(dmi_file("SuperMicro-Dual-Xeon.dmi"), {}).damage.empty());
  // Hyper-V's first generation has a structure of length 0, where every decoder stops.
  CHECK(collect::parse_smbios(dmi_file("HyperV.dmi"), {}).damage ==
        "The SMBIOS table is damaged at byte 478: a structure has length 0. What stands before it "
        "was read.");
}

void check_cut_at_any_byte(const std::string& table) {
  const collect::Smbios whole = collect::parse_smbios(table, {});
  std::size_t structures = 0;
  bool grows = true, flagged = true;
  for (std::size_t size = 0; size + 2 < table.size(); ++size) {
    // An own copy, so that the address sanitizer sees a read behind the end.
    const std::string cut(table.data(), size);
    const collect::Smbios smbios = collect::parse_smbios(cut, {});
    grows = grows && smbios.structures >= structures && smbios.structures <= whole.structures;
    flagged = flagged && !smbios.damage.empty();
    structures = smbios.structures;
  }
  CHECK(grows);
  CHECK(flagged);
}

TEST_CASE("a table cut at any byte gives what is whole and says that it is cut", "[smbios]") {
  const std::string name = GENERATE("debian12-two-sockets", "debian12-laptop-uefi");
  CAPTURE(name);
  check_cut_at_any_byte(captured_smbios(name));
}

TEST_CASE("a real table cut at any byte gives what is whole and says that it is cut",
          "[smbios][shared_data]") {
  const std::string name = GENERATE("ASRock-Single-Ryzen", "HyperV", "SuperMicro-Dual-Xeon");
  CAPTURE(name);
  check_cut_at_any_byte(dmi_file(name + ".dmi"));
}

void check_any_byte_wrong(std::string table) {
  std::size_t most = 0;
  for (std::size_t at = 0; at < table.size(); ++at) {
    const char before = table[at];
    for (const char wrong : {'\0', '\x01', '\x7f', '\xff'}) {
      table[at] = wrong;
      most = std::max(most, collect::parse_smbios(table, {}).structures);
    }
    table[at] = before;
  }
  CHECK(most < 100);
}

TEST_CASE("a table in which any byte is wrong is read without harm", "[smbios]") {
  check_any_byte_wrong(captured_smbios("debian12-two-sockets"));
}

TEST_CASE("a real table in which any byte is wrong is read without harm", "[smbios][shared_data]") {
  check_any_byte_wrong(dmi_file("ASRock-Single-Ryzen.dmi"));
}

TEST_CASE("the byte order of the UUID follows the version", "[smbios]") {
  std::string body("\1\2\3\4", 4);
  for (int i = 0; i < 16; ++i)
    body += static_cast<char>(i + 1);
  const std::string table = structure(1, body, {"a", "b", "c", "d"}) + end_mark();
  const auto uuid = [&](collect::SmbiosVersion version) {
    return collect::parse_smbios(table, collect::SmbiosEntryPoint{version, 0, {}}).system->uuid;
  };
  CHECK(uuid({2, 5}) == "01020304-0506-0708-090a-0b0c0d0e0f10");
  CHECK(uuid({2, 6}) == "04030201-0605-0807-090a-0b0c0d0e0f10");
  CHECK(uuid({3, 7}) == "04030201-0605-0807-090a-0b0c0d0e0f10");
  CHECK(collect::parse_smbios(table, {}).system->uuid == "04030201-0605-0807-090a-0b0c0d0e0f10");
  CHECK(collect::parse_smbios(
            structure(1, std::string(4, '\0') + std::string(16, '\0')) + end_mark(), {})
            .system->uuid == std::nullopt);
  CHECK(collect::parse_smbios(
            structure(1, std::string(4, '\0') + std::string(16, '\xff')) + end_mark(), {})
            .system->uuid == std::nullopt);
  CHECK(collect::parse_smbios(structure(1, std::string(19, '\1')) + end_mark(), {}).system->uuid ==
        std::nullopt);
}

TEST_CASE("texts are trimmed, and blank, erased or missing ones are absent", "[smbios]") {
  const auto vendor = [](std::vector<std::string> texts, char index) {
    return collect::parse_smbios(structure(0, std::string(1, index), std::move(texts)) + end_mark(),
                                 {})
        .firmware->vendor;
  };
  CHECK(vendor({"  Acme  "}, 1) == "Acme");
  CHECK(vendor({"To Be Filled By O.E.M."}, 1) == "To Be Filled By O.E.M.");
  CHECK(vendor({"a", "   "}, 2) == std::nullopt);
  CHECK(vendor({"\xff\xff\xff"}, 1) == std::nullopt);
  CHECK(vendor({"a"}, 0) == std::nullopt);
  CHECK(vendor({"a"}, 2) == std::nullopt);
  CHECK(vendor({"a"}, '\xff') == std::nullopt);
  CHECK(vendor({}, 1) == std::nullopt);
}

TEST_CASE("a field that its structure is too short for is absent", "[smbios]") {
  const collect::Smbios smbios = collect::parse_smbios(
      structure(0, "") + structure(1, "\1", {"Acme"}) + structure(2, "") + structure(3, "") +
          structure(4, "") + structure(16, "") + structure(17, "") + end_mark(),
      {});
  CHECK(smbios.damage.empty());
  CHECK(smbios.structures == 8);
  CHECK(smbios.firmware->revision == std::nullopt);
  CHECK(smbios.system->manufacturer == "Acme");
  CHECK(smbios.system->family == std::nullopt);
  CHECK(smbios.chassis->type == std::nullopt);
  CHECK_FALSE(smbios.processors[0].populated);
  CHECK(smbios.memory_arrays[0].slots == std::nullopt);
  CHECK_FALSE(smbios.memory_devices[0].filled);
}

TEST_CASE("module sizes come in kibibytes, mebibytes and the extended field", "[smbios]") {
  struct Row {
    int size;
    std::uint32_t extended;
    bool filled;
    std::optional<std::int64_t> bytes;
  };
  const Row row =
      GENERATE(Row{0, 0, false, std::nullopt}, Row{0xffff, 0, true, std::nullopt},
               Row{4096, 0, true, std::int64_t{4} << 30}, Row{0x8000 | 512, 0, true, 512 * 1024},
               Row{0x7fff, 32768, true, std::int64_t{32} << 30}, Row{0x7fff, 0, true, std::nullopt},
               Row{0x7fff, 0x80008000U, true, std::int64_t{32} << 30},
               Row{0x7fff, 0x7fffffffU, true, std::nullopt}, Row{0x8000, 0, true, std::nullopt});
  CAPTURE(row.size, row.extended);
  const collect::Smbios smbios =
      collect::parse_smbios(module_of(row.size, row.extended) + end_mark(), {});
  REQUIRE(smbios.memory_devices.size() == 1);
  CHECK(smbios.memory_devices[0].filled == row.filled);
  CHECK(smbios.memory_devices[0].size_bytes == row.bytes);
  CHECK(smbios.unbelievable.size() == (row.extended == 0x7fffffffU ? 1 : 0));
}

TEST_CASE("speeds come from the long fields too, and impossible ones from nowhere", "[smbios]") {
  const auto speeds = [](std::uint32_t word, std::uint32_t extended) {
    std::string body(0x5c - 4, '\0');
    for (const std::size_t offset : {0x15U, 0x20U}) {
      body[offset - 4] = static_cast<char>(word & 0xff);
      body[offset - 3] = static_cast<char>(word >> 8);
    }
    for (std::size_t i = 0; i < 4; ++i)
      body[0x54 - 4 + i] = body[0x58 - 4 + i] = static_cast<char>(extended >> (8 * i) & 0xff);
    return collect::parse_smbios(structure(17, body) + end_mark(), {});
  };
  CHECK(speeds(6400, 0).memory_devices[0].speed_mts == 6400);
  CHECK(speeds(0xffff, 70'000).memory_devices[0].speed_mts == 70'000);
  CHECK(speeds(0xffff, 70'000).memory_devices[0].configured_speed_mts == 70'000);
  CHECK(speeds(0, 70'000).memory_devices[0].speed_mts == std::nullopt);
  const collect::Smbios absurd = speeds(0xffff, 0x7fffffff);
  CHECK(absurd.memory_devices[0].speed_mts == std::nullopt);
  CHECK(absurd.unbelievable.size() == 2);
}

TEST_CASE("firmware flash and memory of other uses are no modules", "[smbios]") {
  std::string system_array(0x0f - 4, '\0'), flash_array(0x0f - 4, '\0');
  system_array[1] = 3;
  flash_array[1] = 5;
  const collect::Smbios smbios = collect::parse_smbios(
      structure(16, system_array, {}, 1) + structure(16, flash_array, {}, 2) +
          module_of(4096, 0, 0x1a, 1) + module_of(16, 0, 0x1a, 2) + module_of(16, 0, 0x09, 1) +
          module_of(4096, 0, 0x1a, 77) + module_of(0, 0, 0x1a, 1) + end_mark(),
      {});
  std::vector<bool> modules;
  for (const collect::SmbiosMemoryDevice& device : smbios.memory_devices)
    modules.push_back(smbios.is_module(device));
  CHECK(modules == std::vector<bool>{true, false, false, true, false});
}

TEST_CASE("a hostile table ends at its limits", "[smbios]") {
  std::string many;
  for (int i = 0; i < 70'000; ++i)
    many += structure(126, "");
  CHECK(collect::parse_smbios(many, {}).structures == 65'536);
  CHECK_FALSE(collect::parse_smbios(many, {}).damage.empty());
  CHECK_FALSE(collect::parse_smbios("", {}).damage.empty());
  CHECK_FALSE(collect::parse_smbios(std::string(100, '\0'), {}).damage.empty());
  CHECK_FALSE(collect::parse_smbios(std::string(100, '\xff'), {}).damage.empty());
  std::string slots(0x0f - 4, '\xff');
  CHECK(collect::parse_smbios(structure(16, slots) + end_mark(), {}).memory_arrays[0].slots ==
        std::nullopt);
}

TEST_CASE("a 2.x table that is counted needs no end mark", "[smbios]") {
  const std::string table = structure(0, "") + structure(1, "");
  const auto bytes = static_cast<std::int64_t>(table.size());
  CHECK(collect::parse_smbios(table, collect::SmbiosEntryPoint{{2, 8}, bytes, 2}).damage.empty());
  CHECK(collect::parse_smbios(table, collect::SmbiosEntryPoint{{2, 8}, bytes, 3}).damage.empty());
  CHECK_FALSE(
      collect::parse_smbios(table, collect::SmbiosEntryPoint{{2, 8}, bytes + 9, 3}).damage.empty());
  CHECK_FALSE(
      collect::parse_smbios(table, collect::SmbiosEntryPoint{{3, 0}, 65'536, {}}).damage.empty());
  const collect::Smbios behind = collect::parse_smbios(end_mark() + structure(1, ""),
                                                       collect::SmbiosEntryPoint{{2, 8}, 12, 2});
  CHECK(behind.system.has_value());
}

}  // namespace
}  // namespace muster::agent
