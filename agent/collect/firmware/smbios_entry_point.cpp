// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "agent/collect/firmware/little_endian.h"
#include "agent/collect/firmware/smbios.h"

namespace muster::agent::collect {
namespace {

bool sums_to_zero(std::string_view bytes) {
  const unsigned sum = std::accumulate(
      bytes.begin(), bytes.end(), 0U,
      [](unsigned total, char byte) { return total + static_cast<unsigned char>(byte); });
  return (sum & 0xff) == 0;
}

// Versions that firmware is known to write wrongly, and that dmidecode mends too.
SmbiosVersion mended(SmbiosVersion version) {
  if (version.major != 2) return version;
  if (version.minor == 0x1f || version.minor == 0x21) return {2, 3};
  if (version.minor == 0x33) return {2, 6};
  return version;
}

}  // namespace

Result<SmbiosEntryPoint> parse_smbios_entry_point(std::string_view bytes) {
  const auto at = [&](std::size_t offset) {
    return static_cast<int>(little_endian(bytes, offset, 1));
  };
  const Failure malformed{FailureKind::kMalformed,
                          "The SMBIOS entry point is none that SMBIOS 3.7 knows."};
  SmbiosEntryPoint out;
  if (bytes.starts_with("_SM3_") && bytes.size() >= 24) {
    const auto length = static_cast<std::size_t>(at(6));
    if (length < 24 || length > bytes.size() || !sums_to_zero(bytes.substr(0, length)))
      return malformed;
    out.version = mended({at(7), at(8)});
    out.table_bytes = static_cast<std::int64_t>(little_endian(bytes, 0x0c, 4));
    return out;
  }
  if (bytes.starts_with("_SM_") && bytes.size() >= 31) {
    // The 2.1 specification gave the length of 1Fh as 1Eh, and some firmware followed it.
    const auto length = static_cast<std::size_t>(std::max(at(5), 31));
    if (length > bytes.size() || bytes.substr(16, 5) != "_DMI_" ||
        !sums_to_zero(bytes.substr(16, 15)))
      return malformed;
    out.version = mended({at(6), at(7)});
    bytes.remove_prefix(16);
  } else if (bytes.starts_with("_DMI_") && bytes.size() >= 15) {
    if (!sums_to_zero(bytes.substr(0, 15))) return malformed;
    out.version = {at(14) >> 4, at(14) & 15};
  } else {
    return malformed;
  }
  out.table_bytes = static_cast<std::int64_t>(little_endian(bytes, 6, 2));
  out.structure_count = static_cast<std::int64_t>(little_endian(bytes, 12, 2));
  return out;
}

}  // namespace muster::agent::collect
