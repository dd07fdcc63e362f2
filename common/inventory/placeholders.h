// SPDX-License-Identifier: Apache-2.0
// What makers leave in firmware where a fact should be: "To be filled by O.E.M.", "123456789", a
// UUID that thousands of boards share. The one table of them: the agent leaves such values out (a
// placeholder is no fact), the server takes none for evidence of identity, and the redaction of
// captures lets them stand. It holds every entry of the lists that GLPI (Blacklist) and OCS
// Inventory (blacklist_serials, blacklist_macaddresses) have published, what the common board
// makers and memory makers write, and what the kernel, hypervisors and boot loaders make up. Pure;
// any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace muster::inventory {

// What the value would be: "123456789" is nobody's serial number and may be somebody's version.
enum class FirmwareText {
  kSerialNumber,  // also part of what tells machines apart
  kAssetTag,      // people choose it: a short number is one
  kName,          // manufacturer, product, family, SKU and part number
  kVersion,
};

// True for blank texts too. Without regard to case and to white space around.
bool is_placeholder(std::string_view text, FirmwareText kind);
// nullopt for a placeholder, else the text without white space around it.
std::optional<std::string> known_text(std::string_view text, FirmwareText kind);

// True for what is no UUID (8-4-4-4-12 hexadecimal digits), for one digit all through, and for
// those that many machines have.
bool is_placeholder_uuid(std::string_view uuid);

// Addresses "00:a0:c6:00:00:00", in any case, that drivers give to every machine.
bool is_shared_mac_address(std::string_view address);

}  // namespace muster::inventory
