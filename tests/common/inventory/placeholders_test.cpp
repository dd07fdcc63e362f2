// SPDX-License-Identifier: Apache-2.0
#include "common/inventory/placeholders.h"

#include <catch2/catch.hpp>

namespace muster::inventory {
namespace {

// GLPI, src/Blacklist.php and the installation data of its inventory plugin; OCS Inventory,
// blacklist_serials.
constexpr std::string_view kPublishedSerials[] = {"N/A",
                                                  "(null string)",
                                                  "INVALID",
                                                  "SYS-1234567890",
                                                  "SYS-9876543210",
                                                  "SN-12345",
                                                  "SN-1234567890",
                                                  "1111111111",
                                                  "1111111",
                                                  "1",
                                                  "0123456789",
                                                  "12345",
                                                  "123456",
                                                  "1234567",
                                                  "12345678",
                                                  "123456789",
                                                  "1234567890",
                                                  "123456789000",
                                                  "12345678901234567",
                                                  "0000000000",
                                                  "000000000",
                                                  "00000000",
                                                  "0000000",
                                                  "000000",
                                                  "NNNNNNN",
                                                  "xxxxxxxxxxx",
                                                  "EVAL",
                                                  "IATPASS",
                                                  "none",
                                                  "To Be Filled By O.E.M.",
                                                  "Tulip Computers",
                                                  "Serial Number xxxxxx",
                                                  "SN-123456fvgv3i0b8o5n6n7k",
                                                  "Unknow",
                                                  "System Serial Number",
                                                  "MB-1234567890",
                                                  "0",
                                                  "empty",
                                                  "Not Specified",
                                                  "OEM_Serial",
                                                  "SystemSerialNumb",
                                                  ""};

TEST_CASE("every serial number of the lists of GLPI and OCS is a placeholder", "[placeholders]") {
  for (const std::string_view serial : kPublishedSerials) {
    CAPTURE(serial);
    CHECK(is_placeholder(serial, FirmwareText::kSerialNumber));
    CHECK(known_text(serial, FirmwareText::kSerialNumber) == std::nullopt);
  }
}

TEST_CASE("every model and maker of the lists of GLPI and OCS is a placeholder", "[placeholders]") {
  for (const std::string_view name :
       {"Unknow", "To Be Filled By O.E.M.", "*", "System Product Name", "Product Name",
        "System Name", "All Series", "System manufacturer"}) {
    CAPTURE(name);
    CHECK(is_placeholder(name, FirmwareText::kName));
  }
}

TEST_CASE("every UUID and address of the lists of GLPI, OCS and osquery is a shared one",
          "[placeholders]") {
  for (const std::string_view uuid :
       {"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "03000200-0400-0500-0006-000700080009",
        "6AB5B300-538D-1014-9FB5-B0684D007B53", "01010101-0101-0101-0101-010101010101", "2", "Not",
        "00000000-0000-0000-0000-000000000000", "03020100-0504-0706-0809-0a0b0c0d0e0f",
        "10000000-0000-8000-0040-000000000000"}) {
    CAPTURE(uuid);
    CHECK(is_placeholder_uuid(uuid));
  }
  CHECK_FALSE(is_placeholder_uuid("4C4C4544-0035-3010-8056-B4C04F4A3432"));
  CHECK_FALSE(is_placeholder_uuid("00000000-0000-0000-0000-002590eb9628"));
  CHECK_FALSE(is_placeholder_uuid("00112233-4455-6677-8899-aabbccddeeff"));
  for (const std::string_view address :
       {"20:41:53:59:4e:ff", "02:00:4e:43:50:49", "e2:e6:16:20:0a:35", "d2:0a:2d:a0:04:be",
        "00:a0:c6:00:00:00", "d2:6b:25:2f:2c:e7", "33:50:6f:45:30:30", "0a:00:27:00:00:00",
        "00:50:56:C0:00:01", "00:50:56:C0:00:08", "02:80:37:EC:02:00", "50:50:54:50:30:30",
        "24:b6:20:52:41:53", "00:50:56:C0:00:02", "FE:FF:FF:FF:FF:FF", "00:00:00:00:00:00",
        "00:0b:ca:fe:00:00", "FF:FF:FF:FF:FF:FF", "44:45:53:54:00:00", "44:45:53:54:00:01",
        "00:01:02:7D:9B:1C", "00:08:A1:46:06:35", "00:08:A1:66:E2:1A", "00:09:DD:10:37:68",
        "00:0F:EA:9A:E2:F0", "00:10:5A:72:71:F3", "00:11:11:85:08:8B", "10:11:11:11:11:11",
        "44:45:53:54:61:6F"}) {
    CAPTURE(address);
    CHECK(is_shared_mac_address(address));
  }
  CHECK_FALSE(is_shared_mac_address("00:50:56:01:02:03"));
  CHECK_FALSE(is_shared_mac_address("00:1b:21:ab:cd:ef"));
}

TEST_CASE("what says nothing says nothing in any field", "[placeholders]") {
  for (const std::string_view text : {"To be filled by O.E.M.",
                                      "To be filled by O.E.M",
                                      "TO BE FILLED BY OEM",
                                      "Default string",
                                      "Default String",
                                      "Not Specified",
                                      "Not Available",
                                      "Not Applicable",
                                      "N/A",
                                      "  none ",
                                      "Unknown",
                                      "UNKNOWN",
                                      "unavailable",
                                      "Undefined",
                                      "Not Defined",
                                      "Not Set",
                                      "OEM",
                                      "O.E.M.",
                                      "....................",
                                      "-",
                                      "---",
                                      " ",
                                      "\xff\xff\xff",
                                      "xxxxxxx",
                                      "x.x",
                                      "NULL",
                                      "(none)",
                                      "<BAD INDEX>",
                                      "$(DEFAULT_STRING)",
                                      "To be filled by O.E.M. by More String",
                                      "Not_Specified",
                                      "No Value"}) {
    CAPTURE(text);
    for (const FirmwareText kind : {FirmwareText::kSerialNumber, FirmwareText::kAssetTag,
                                    FirmwareText::kName, FirmwareText::kVersion})
      CHECK(is_placeholder(text, kind));
  }
}

TEST_CASE("a field's name in place of its value is a placeholder", "[placeholders]") {
  using enum FirmwareText;
  const std::pair<std::string_view, FirmwareText> kCases[] = {
      {"Chassis Serial Number", kSerialNumber},
      {"Base Board Serial Number", kSerialNumber},
      {"BaseBoard Serial Number", kSerialNumber},
      {"Board Serial Number", kSerialNumber},
      {"Type2 - Board Serial Number", kSerialNumber},
      {"SerNum0", kSerialNumber},
      {"A1_SerNum0", kSerialNumber},
      {"SerNum01", kSerialNumber},
      {"OEM Serial", kSerialNumber},
      {"Asset Tag", kAssetTag},
      {"AssetTagNum0", kAssetTag},
      {"A1_AssetTagNum1", kAssetTag},
      {"Type2 - Board Asset Tag", kAssetTag},
      {"Base Board Asset Tag", kAssetTag},
      {"No Asset Tag", kAssetTag},
      {"No Asset Information", kAssetTag},
      {"NO Asset Tag", kAssetTag},
      {"Chassis Manufacture", kName},
      {"Chassis Manufacturer", kName},
      {"Manufacturer0", kName},
      {"A1_Manufacturer0", kName},
      {"ModulePartNumber00", kName},
      {"Array1_PartNumber0", kName},
      {"PartNum0", kName},
      {"SKU", kName},
      {"System SKU#", kName},
      {"SKU Number", kName},
      {"Type1Sku0", kName},
      {"Type1Family", kName},
      {"Type2 - Board Vendor Name1", kName},
      {"Unknown Product", kName},
      {"Unknown Manufacturer", kName},
      {"System Version", kVersion},
      {"Base Board Version", kVersion},
      {"Chassis Version", kVersion},
      {"Rev X.0x", kVersion},
      {"x.x", kVersion}};
  for (const auto& [text, kind] : kCases) {
    CAPTURE(text);
    CHECK(is_placeholder(text, kind));
  }
}

TEST_CASE("fillings are placeholders as serial numbers and asset tags", "[placeholders]") {
  for (const std::string_view text :
       {"0x00000000", "00-00-00-00", "FFFFFFFF", "SSN12345678901234567", "BSN12345678901234567",
        "0123456789ABCDEF", "9876543210", "1010101", "1.0", "1.0.0", "QEMU", "DEADBEEF"}) {
    CAPTURE(text);
    CHECK(is_placeholder(text, FirmwareText::kSerialNumber));
  }
  for (const std::string_view text :
       {"Asset-1234567890", "ATN12345678901234567", "0000000000", "0", "1234567890"}) {
    CAPTURE(text);
    CHECK(is_placeholder(text, FirmwareText::kAssetTag));
  }
}

TEST_CASE("what one field cannot hold may be another's value", "[placeholders]") {
  using enum FirmwareText;
  const std::pair<std::string_view, FirmwareText> kReal[] = {
      {"123456789", kVersion},
      {"00000000", kVersion},
      {"0", kVersion},
      {"1.0", kVersion},
      {"1", kName},
      {"EVAL", kName},
      {"Tulip Computers", kName},
      {"QEMU", kName},
      {"12345", kAssetTag},
      {"7", kAssetTag},
      {"4711", kAssetTag},
      {"ASSET-004217", kAssetTag},
      {"Asset 17", kAssetTag},
      {"PF0A1B2C", kSerialNumber},
      {"5R0VJ42", kSerialNumber},
      {"\xc3\xa9\xc3\xa8", kSerialNumber},
      {"HOST-777", kSerialNumber},
      {"0000000000089F25", kSerialNumber},
      {"12345A", kSerialNumber},
      {"SN1", kSerialNumber},
      {"10.20", kSerialNumber},
      {"S12345", kSerialNumber},
      {"10000000abcdef01", kSerialNumber},
      {"VMware-56 4d a6 d2 17 06 63 43-dc 2d 99 59 b5 33 a7 b3", kSerialNumber},
      {"Model 3", kName},
      {"Family 17h", kName},
      {"Version 1.0", kVersion},
      {"Board Rev 2", kVersion},
      {"Notebook", kName},
      {"Nova", kName},
      {"Noname 5", kName},
      {"Not a toaster", kName},
      {"Unknown Pleasures", kName},
      {"Xen", kName},
      {"Standard", kName},
      {"Default Industries", kName},
      {"\xc3\xa9", kName}};
  for (const auto& [text, kind] : kReal) {
    CAPTURE(text);
    CHECK(known_text(text, kind) == std::string(text));
  }
  CHECK(known_text("  A 1 ", kName) == "A 1");
}

}  // namespace
}  // namespace muster::inventory
