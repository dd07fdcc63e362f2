// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/evidence_rule.h"

#include <algorithm>
#include <array>

#include "common/inventory/placeholders.h"
#include "common/support/text.h"

namespace muster::server::ingest {
namespace {

constexpr std::array<std::string_view, 6> kKindNames = {
    "smbios_uuid", "serial_number", "board_serial_number", "mac_address", "machine_id", "hostname"};
constexpr std::array<std::string_view, 6> kKindWords = {
    "SMBIOS UUID", "serial number", "main board serial number", "address of a physical interface",
    "machine-id",  "host name"};

// Six pairs of hexadecimal digits. In the first octet the lowest bit marks group addresses, the one
// above it addresses that software assigned (IEEE 802, the U/L bit).
bool is_universal_mac(std::string_view mac) {
  if (mac.size() != 17) return false;
  const auto first = parse_integer(mac.substr(0, 2), 16);
  return first && (*first & 0x03) == 0;
}

// "7" and "A1" may be real serial numbers, but they are too short to tell machines apart.
bool identifies(std::string_view serial) {
  constexpr std::size_t kLeastBytes = 3;
  return trim(serial).size() >= kLeastBytes &&
         !inventory::is_placeholder(serial, inventory::FirmwareText::kSerialNumber);
}

std::vector<std::string> of_kind(const std::vector<Evidence>& evidence, EvidenceKind kind) {
  std::vector<std::string> out;
  for (const Evidence& item : evidence) {
    if (item.kind == kind) out.push_back(item.value);
  }
  return out;
}

// The same UUID as hypervisors and guests write it: the first three fields in the other byte order.
std::string swapped_uuid(const std::string& uuid) {
  constexpr std::array<std::size_t, 16> kOrder = {6,  7,  4, 5,  2,  3,  0,  1,
                                                  11, 12, 9, 10, 16, 17, 14, 15};
  constexpr std::array<std::size_t, 16> kPlaces = {0, 1,  2,  3,  4,  5,  6,  7,
                                                   9, 10, 11, 12, 14, 15, 16, 17};
  std::string out = uuid;
  for (std::size_t i = 0; i < kOrder.size(); ++i)
    out[kPlaces[i]] = uuid[kOrder[i]];
  return out;
}

enum class Agreement { kUnknown, kAgrees, kDiffers };

struct Comparison {
  Agreement agreement = Agreement::kUnknown;
  std::string value;
};

Comparison compare_kind(const std::vector<Evidence>& ours, const std::vector<Evidence>& theirs,
                        EvidenceKind kind) {
  const std::vector<std::string> a = of_kind(ours, kind);
  const std::vector<std::string> b = of_kind(theirs, kind);
  if (a.empty() || b.empty()) return {};
  for (const std::string& value : a) {
    for (const std::string& other : b) {
      const bool swapped = kind == EvidenceKind::kSmbiosUuid && swapped_uuid(other) == value;
      if (value == other || swapped) return {Agreement::kAgrees, value};
    }
  }
  return {Agreement::kDiffers, a.front()};
}

bool has_hardware(const std::vector<Evidence>& evidence) {
  return std::any_of(evidence.begin(), evidence.end(), [](const Evidence& item) {
    return item.kind != EvidenceKind::kMachineId && item.kind != EvidenceKind::kHostname;
  });
}

// Adds the evidence of the hardware to `out`.
void add_hardware(const IdentityFacts& facts, std::vector<Evidence>& out) {
  if (facts.uuid && !inventory::is_placeholder_uuid(*facts.uuid)) {
    out.push_back({EvidenceKind::kSmbiosUuid, lower_ascii(*facts.uuid)});
  }
  // Serial numbers are unique within a manufacturer at best, so the manufacturer is part of them.
  const auto serial = [&](EvidenceKind kind, const std::optional<std::string>& maker,
                          const std::optional<std::string>& number) {
    if (number && identifies(*number)) {
      out.push_back({kind, lower_ascii(std::string(trim(maker.value_or(""))) + ' ' +
                                       std::string(trim(*number)))});
    }
  };
  serial(EvidenceKind::kSerialNumber, facts.manufacturer, facts.serial_number);
  serial(EvidenceKind::kBoardSerialNumber, facts.board_manufacturer, facts.board_serial_number);
  for (const std::string& mac : facts.permanent_mac_addresses) {
    if (is_universal_mac(lower_ascii(mac)) && !inventory::is_shared_mac_address(mac))
      out.push_back({EvidenceKind::kMacAddress, lower_ascii(mac)});
  }
}

}  // namespace

std::string_view to_string(EvidenceKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

std::optional<EvidenceKind> parse_evidence_kind(std::string_view text) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == text) return static_cast<EvidenceKind>(i);
  }
  return std::nullopt;
}

std::vector<Evidence> evidence_of(const IdentityFacts& facts) {
  std::vector<Evidence> out;
  if (!facts.container) add_hardware(facts, out);
  if (facts.machine_id && facts.machine_id->size() == 32 && identifies(*facts.machine_id)) {
    out.push_back({EvidenceKind::kMachineId, lower_ascii(*facts.machine_id)});
  }
  if (facts.hostname && *facts.hostname != "localhost" && *facts.hostname != "(none)") {
    out.push_back({EvidenceKind::kHostname, lower_ascii(*facts.hostname)});
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Verdict compare_evidence(const std::vector<Evidence>& ours, const std::vector<Evidence>& theirs) {
  const auto words = [](EvidenceKind kind) {
    return std::string(kKindWords[static_cast<std::size_t>(kind)]);
  };
  const Comparison uuid = compare_kind(ours, theirs, EvidenceKind::kSmbiosUuid);
  const Comparison serial = compare_kind(ours, theirs, EvidenceKind::kSerialNumber);
  for (const auto& [kind, strong] : {std::pair(EvidenceKind::kSmbiosUuid, uuid),
                                     std::pair(EvidenceKind::kSerialNumber, serial)}) {
    if (strong.agreement == Agreement::kDiffers) return {false, "another " + words(kind)};
  }
  for (const auto& [kind, strong] : {std::pair(EvidenceKind::kSmbiosUuid, uuid),
                                     std::pair(EvidenceKind::kSerialNumber, serial)}) {
    if (strong.agreement == Agreement::kAgrees)
      return {true, "same " + words(kind) + ' ' + strong.value};
  }
  for (const EvidenceKind kind : {EvidenceKind::kMacAddress, EvidenceKind::kBoardSerialNumber}) {
    const Comparison weaker = compare_kind(ours, theirs, kind);
    if (weaker.agreement == Agreement::kAgrees)
      return {true, "same " + words(kind) + ' ' + weaker.value};
    if (weaker.agreement == Agreement::kDiffers) return {false, "another " + words(kind)};
  }
  if (has_hardware(ours) || has_hardware(theirs)) {
    return {false, "one of the two shows hardware that the other does not"};
  }
  const Comparison machine_id = compare_kind(ours, theirs, EvidenceKind::kMachineId);
  const Comparison hostname = compare_kind(ours, theirs, EvidenceKind::kHostname);
  if (machine_id.agreement == Agreement::kAgrees && hostname.agreement == Agreement::kAgrees) {
    return {true, "no hardware evidence on either side; same machine-id " + machine_id.value +
                      " and host name " + hostname.value};
  }
  return {false, "nothing strong enough agrees"};
}

}  // namespace muster::server::ingest
