// SPDX-License-Identifier: Apache-2.0
// SCSI vital product data pages as sysfs hands them out (device/vpd_pg80, 83, 89): binary, written
// by the firmware of the disk, so every length is checked before it is believed. Pure; any thread.
// Source: SPC-4, 7.8.15 (unit serial number), 7.8.6 (device identification); SAT-4, 10.4.3 and
// 12.4.2 (ATA information); ACS-4, 7.13 (IDENTIFY DEVICE).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace muster::agent::collect {

// Page 0x80: the serial number, trimmed. nullopt: not that page, cut off, or blank.
std::optional<std::string> parse_vpd_serial(std::string_view page);

// Page 0x83: the world wide name of the logical unit in normal form (normal_wwn): its longest NAA
// designator, else its EUI-64. nullopt: it has none.
std::optional<std::string> parse_vpd_wwn(std::string_view page);

// Page 0x83: the full model of an ATA disk, of which INQUIRY (device/model) has 16 characters only.
std::optional<std::string> parse_vpd_ata_model(std::string_view page);

// Page 0x89: what IDENTIFY (PACKET) DEVICE says of an ATA disk behind SCSI commands. INQUIRY has 16
// characters of the model and 4 of the 8 of the firmware revision: the last ones, unless they are
// blank. nullopt: not that page, cut off, or blank.
struct AtaIdentity {
  std::string model;              // words 27 to 46
  std::string firmware_revision;  // words 23 to 26
  bool sata = false;              // word 76 has the Serial ATA capabilities
};
std::optional<AtaIdentity> parse_vpd_ata_identity(std::string_view page);

// One spelling for a name: "naa.5000C500A1B2C3D4", "0x5000c500a1b2c3d4" and "5000c500a1b2c3d4" are
// the same; "eui.", "nvme." and "uuid." stay in front. nullopt: blank, zeros, given locally (NAA
// 3), or a "t10." name, which is model and serial number in another form.
std::optional<std::string> normal_wwn(std::string_view text);

}  // namespace muster::agent::collect
