// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/storage/scsi_vpd.h"

#include <catch2/catch.hpp>

#include "common/support/text.h"

namespace muster::agent {
namespace {

std::string bytes(std::string_view hex) {
  return from_hex(hex).value();
}

// The page 0x89 as the kernel's ATA layer builds it; `firmware` has 8 characters.
std::string sata_page89(std::string model, std::string_view firmware, std::string_view word76) {
  std::string words(512, '\0');
  const auto put = [&](std::size_t first, std::string text) {
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
      std::swap(text[i], text[i + 1]);
    words.replace(2 * first, text.size(), text);
  };
  model.resize(40, ' ');
  put(23, std::string(firmware));
  put(27, model);
  words.replace(2 * 76, 2, word76);
  std::string page = bytes("00890238");
  page += std::string(56, '\0') + words;
  return page;
}

// The page 0x83 of a SATA disk as the kernel's ATA layer builds it: serial number, "ATA" with model
// and serial number, and a NAA name.
std::string sata_page83() {
  const std::string serial = "50026B724B09A1FF    ";
  std::string model = "KINGSTON SH103S3240G";
  model.resize(40, ' ');
  std::string page = bytes("0083006c");
  page += bytes("02000014") + serial;
  page += bytes("02010044") + "ATA     " + model + serial;
  page += bytes("01030008") + bytes("50026b724b09a1ff");
  return page;
}

}  // namespace

TEST_CASE("a serial number page is read as far as it can be trusted", "[disks][vpd]") {
  struct Case {
    std::string page;
    std::optional<std::string> serial;
  };
  const std::vector<Case> cases = {
      {bytes("00800014") + "50026B724B09A1FF    ", "50026B724B09A1FF"},
      {bytes("00800014") + "     WD-WMAM9XE78956", "WD-WMAM9XE78956"},
      {bytes("00800004") + "ABCDEFGH", "ABCD"},  // what is behind is not it
      {bytes("0080ffff") + "ABCD", "ABCD"},      // says more than there is
      {bytes("00800004") + std::string("AB\0\0", 4), "AB"},
      {bytes("00800004") + "    ", std::nullopt},
      {bytes("00800000"), std::nullopt},
      {bytes("00830004") + "ABCD", std::nullopt},  // another page
      {bytes("0080"), std::nullopt},
      {"", std::nullopt},
  };
  for (const Case& test : cases) {
    CAPTURE(to_hex(test.page));
    CHECK(collect::parse_vpd_serial(test.page) == test.serial);
  }
}

TEST_CASE("a device identification page gives the name and the full model", "[disks][vpd]") {
  CHECK(collect::parse_vpd_wwn(sata_page83()) == "50026b724b09a1ff");
  CHECK(collect::parse_vpd_ata_model(sata_page83()) == "KINGSTON SH103S3240G");

  struct Case {
    std::string designators;
    std::optional<std::string> wwn;
  };
  const std::vector<Case> cases = {
      {"", std::nullopt},
      // The longest NAA name, that of the unit, not of the port (association 1).
      {"01030008"
       "5000c500a1b2c3d4"
       "01030010"
       "600508b1001c0000a1b2c3d4e5f60718",
       "600508b1001c0000a1b2c3d4e5f60718"},
      {"01130008"
       "5000c500a1b2c3d4",
       std::nullopt},
      {"01020008"
       "0025385b71b0a1b2",
       "eui.0025385b71b0a1b2"},
      {"01020008"
       "0025385b71b0a1b2"
       "01030008"
       "5000c500a1b2c3d4",
       "5000c500a1b2c3d4"},
      {"01030008"
       "3000c500a1b2c3d4",
       std::nullopt},  // given locally
      {"01030008"
       "5000000000000000",
       std::nullopt},  // blank
      {"02030008"
       "3530303032364237",
       std::nullopt},  // a binary name cannot be ASCII
      {"01030004"
       "5000c500",
       std::nullopt},  // wrong size
      {"01030008"
       "5000c5",
       std::nullopt},  // cut off
      {"010300ff"
       "5000c500a1b2c3d4",
       std::nullopt},  // longer than the page
      {"01030000"
       "01030008"
       "5000c500a1b2c3d4",
       "5000c500a1b2c3d4"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.designators);
    const std::string content = bytes(test.designators);
    std::string page = bytes("008300") + static_cast<char>(content.size()) + content;
    CHECK(collect::parse_vpd_wwn(page) == test.wwn);
    CHECK_FALSE(collect::parse_vpd_ata_model(page));
  }
}

TEST_CASE("an ATA information page gives model, firmware and what it is", "[disks][vpd]") {
  const auto found = collect::parse_vpd_ata_identity(
      sata_page89("KINGSTON SH103S3240G", "580ABBF0", bytes("0e81")));
  REQUIRE(found);
  CHECK(found->model == "KINGSTON SH103S3240G");
  CHECK(found->firmware_revision == "580ABBF0");
  CHECK(found->sata);
  CHECK(collect::parse_vpd_ata_identity(sata_page89("OLD", "1.0     ", bytes("0000")))->sata ==
        false);
  CHECK(collect::parse_vpd_ata_identity(sata_page89("OLD", "1.0     ", bytes("ffff")))->sata ==
        false);
  CHECK(collect::parse_vpd_ata_identity(sata_page89("OLD", "1.0     ", bytes("0000")))
            ->firmware_revision == "1.0");
  CHECK_FALSE(collect::parse_vpd_ata_identity(sata_page89("", "        ", bytes("0e81"))));
  CHECK_FALSE(collect::parse_vpd_ata_identity(sata_page83()));
}

TEST_CASE("a page cut off anywhere is no reason to read behind its end", "[disks][vpd]") {
  const std::string page = sata_page83();
  for (std::size_t size = 0; size < page.size(); ++size) {
    const std::string cut = page.substr(0, size);
    CHECK_FALSE(collect::parse_vpd_wwn(cut));
    collect::parse_vpd_serial(cut);
    collect::parse_vpd_ata_model(cut);
  }
  const std::string identity = sata_page89("MODEL", "FIRMWARE", bytes("0e81"));
  for (std::size_t size = 0; size < identity.size(); size += 13)
    CHECK_FALSE(collect::parse_vpd_ata_identity(identity.substr(0, size)));
}

TEST_CASE("world wide names have one spelling", "[disks]") {
  const std::vector<std::pair<std::string, std::optional<std::string>>> cases = {
      {"naa.5000C500A1B2C3D4", "5000c500a1b2c3d4"},
      {"0x5000c500a1b2c3d4", "5000c500a1b2c3d4"},
      {" 5000c500a1b2c3d4\n", "5000c500a1b2c3d4"},
      {"naa.600508b1001c0000a1b2c3d4e5f60718", "600508b1001c0000a1b2c3d4e5f60718"},
      {"eui.0025385B71B0A1B2", "eui.0025385b71b0a1b2"},
      {"nvme.1987-3530-4b49-00000001", "nvme.1987-3530-4b49-00000001"},
      {"uuid.8e4c2d5a-1111-4222-8333-444455556666", "uuid.8e4c2d5a-1111-4222-8333-444455556666"},
      {"eui.0000000000000000", std::nullopt},
      {"uuid.00000000-0000-0000-0000-000000000000", std::nullopt},
      {"t10.ATA     KINGSTON SH103S3240G", std::nullopt},
      {"0x0000000000000000", std::nullopt},
      {"naa.3000c500a1b2c3d4", std::nullopt},
      {"5000c500", std::nullopt},
      {"5000c500a1b2c3dg", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [text, name] : cases) {
    CAPTURE(text);
    CHECK(collect::normal_wwn(text) == name);
  }
}

}  // namespace muster::agent
