// SPDX-License-Identifier: Apache-2.0
// Redaction of binary answers: each keeps its length and structure. What cannot be understood is
// left as far as it was understood and blanked from there on, never handed on as it is. Used by
// redact.h. Pure; any thread.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/host/host.h"
#include "agent/host/substitutes.h"

namespace muster::agent::host {

using RedactText = std::function<std::string(std::string_view)>;

// SMBIOS structure table: serial numbers, asset tags and part of OEM strings (types 1 to 4, 11, 12,
// 17, 22, 39) and the UUID. Nothing in the entry point depends on content, so its checksum stays.
std::string redact_smbios(std::string_view table, const Substitutes& substitutes);
// The serial numbers and asset tags in it, to be replaced elsewhere too.
std::vector<std::string> smbios_serials(std::string_view table);

// EDID: both serial numbers, with the checksum mended.
std::string redact_edid(std::string_view edid, const Substitutes& substitutes);

// SCSI VPD page 89h: of IDENTIFY DEVICE the model, the firmware revision and the Serial ATA
// capabilities stay; serial number, world wide name and all else are blanked.
std::string redact_ata_identity(std::string_view page);

// rtnetlink messages: hardware and IP addresses, and what tunnels are made of; names through
// `text`.
std::string redact_netlink(std::string_view messages, const Substitutes& substitutes,
                           const RedactText& text);
// The networks that IPv4 addresses in it are in: four bytes and the length of the prefix.
std::vector<std::pair<std::string, unsigned>> netlink_networks(std::string_view messages);

}  // namespace muster::agent::host
