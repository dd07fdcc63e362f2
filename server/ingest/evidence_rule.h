// SPDX-License-Identifier: Apache-2.0
// Whether two sets of evidence are of one machine: the rule that keeps a re-enrolled machine one
// item. Pure; the table of placeholders is common/inventory/placeholders.h, the search for
// candidates in find_machine.h.
//
// The rule. SMBIOS UUID and the machine's serial number are strong: one that agrees makes it the
// same machine, one that differs makes it another (a clone of an image), whatever else is equal.
// Without a strong kind on both sides the addresses of physical interfaces decide in the same way,
// then the main board's serial number. Only where neither side has any of these does the
// installation decide: the same machine-id and the same host name. So a rename, a new operating
// system on the same hardware or a new network card is the same item; a container that shares its
// host's machine-id is not.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::server::ingest {

enum class EvidenceKind {
  kSmbiosUuid,
  kSerialNumber,
  kBoardSerialNumber,
  kMacAddress,
  kMachineId,
  kHostname
};

std::string_view to_string(EvidenceKind kind);
std::optional<EvidenceKind> parse_evidence_kind(std::string_view text);

struct Evidence {
  EvidenceKind kind;
  std::string value;  // normalised: lower case, serials as "manufacturer serial"
  friend auto operator<=>(const Evidence&, const Evidence&) = default;
};

// The identifiers that a machine reports; unknown ones are absent.
struct IdentityFacts {
  std::optional<std::string> uuid, manufacturer, serial_number, board_manufacturer,
      board_serial_number;
  std::optional<std::string> machine_id, hostname;
  std::vector<std::string> permanent_mac_addresses;
  bool container = false;  // the hardware that it shows is its host's, and no evidence of its own
};

// Normalised evidence, sorted, without placeholders ("To be filled by O.E.M.", all zeros, known
// shared UUIDs and addresses, locally administered addresses). Agents leave most of them out; an
// old one may still send them.
std::vector<Evidence> evidence_of(const IdentityFacts& facts);

struct Verdict {
  bool same = false;
  std::string reason;  // "same SMBIOS UUID 4c4c4544-..."; also why not
};

Verdict compare_evidence(const std::vector<Evidence>& ours, const std::vector<Evidence>& theirs);

}  // namespace muster::server::ingest
