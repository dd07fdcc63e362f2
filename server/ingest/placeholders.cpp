// SPDX-License-Identifier: Apache-2.0
// What firmware makers leave in place of serial numbers and UUIDs. Kept as data: a value that many
// machines share belongs into one of these tables.
#include <algorithm>
#include <array>

#include "common/support/text.h"
#include "server/ingest/identity.h"

namespace muster::server {
namespace {

constexpr std::array<std::string_view, 36> kTexts = {"to be filled by o.e.m.",
                                                     "to be filled by o.e.m",
                                                     "to be filled",
                                                     "default string",
                                                     "default",
                                                     "none",
                                                     "n/a",
                                                     "na",
                                                     "not available",
                                                     "not applicable",
                                                     "not specified",
                                                     "not present",
                                                     "not provided",
                                                     "unknown",
                                                     "undefined",
                                                     "invalid",
                                                     "null",
                                                     "empty",
                                                     "oem",
                                                     "o.e.m.",
                                                     "serial",
                                                     "serial number",
                                                     "system serial number",
                                                     "chassis serial number",
                                                     "base board serial number",
                                                     "board serial number",
                                                     "system product name",
                                                     "system manufacturer",
                                                     "asset",
                                                     "asset tag",
                                                     "no asset tag",
                                                     "no asset information",
                                                     "standard",
                                                     "type2 - board serial number",
                                                     "x.x",
                                                     "-1"};

// UUIDs that boards of several makers ship with.
constexpr std::array<std::string_view, 7> kUuids = {
    "03000200-0400-0500-0006-000700080009", "03020100-0504-0706-0809-0a0b0c0d0e0f",
    "00020003-0004-0005-0006-000700080009", "10000000-0000-8000-0040-000000000000",
    "12345678-1234-5678-90ab-cddeefaabbcc", "fefefefe-fefe-fefe-fefe-fefefefefefe",
    "4c4c4544-0000-2010-8020-80c04f202020"};

}  // namespace

bool is_placeholder_text(std::string_view text) {
  const std::string lower = lower_ascii(trim(text));
  if (lower.size() < 3) return true;  // "0", "-", "x": too short to tell machines apart
  if (std::find(kTexts.begin(), kTexts.end(), lower) != kTexts.end()) return true;
  // One character all through ("0000000", "xxxxxxxx"), and the digits in their order.
  if (lower.find_first_not_of(lower.front()) == std::string::npos) return true;
  constexpr std::string_view kCounting = "01234567890123456789";
  return kCounting.find(lower) != std::string_view::npos;
}

bool is_placeholder_uuid(std::string_view uuid) {
  const std::string lower = lower_ascii(uuid);
  if (!is_uuid(lower)) return true;
  if (std::find(kUuids.begin(), kUuids.end(), lower) != kUuids.end()) return true;
  std::string digits;
  std::copy_if(lower.begin(), lower.end(), std::back_inserter(digits),
               [](char c) { return c != '-'; });
  return digits.find_first_not_of(digits.front()) == std::string::npos;
}

}  // namespace muster::server
