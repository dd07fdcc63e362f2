// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "agent/collect/firmware/smbios.h"

namespace muster::agent {
namespace {

std::string with_checksum(std::string bytes, std::size_t from, std::size_t count, std::size_t at) {
  unsigned sum = 0;
  for (std::size_t i = from; i < from + count; ++i)
    sum += static_cast<unsigned char>(bytes[i]);
  bytes[at] = static_cast<char>(-sum & 0xff);
  return bytes;
}

TEST_CASE("entry points of every generation give version and size", "[smbios]") {
  std::string three("_SM3_\0\x18\x03\x07\x00\x01\0\x10\x20\0\0\0\0\0\0\0\0\0\0", 24);
  three = with_checksum(three, 0, 24, 5);
  const auto modern = collect::parse_smbios_entry_point(three);
  REQUIRE(modern.ok());
  CHECK(modern->version == collect::SmbiosVersion{3, 7});
  CHECK(modern->table_bytes == 0x2010);
  CHECK(modern->structure_count == std::nullopt);

  std::string dmi("_DMI_\0\x34\x12\0\0\x0f\0\x2a\0\x28", 15);
  dmi = with_checksum(dmi, 0, 15, 5);
  const auto old = collect::parse_smbios_entry_point(dmi);
  REQUIRE(old.ok());
  CHECK(old->version == collect::SmbiosVersion{2, 8});
  CHECK(old->table_bytes == 0x1234);
  CHECK(old->structure_count == 42);

  std::string two = std::string("_SM_\0\x1f\x02\x1f\0\0\0\0\0\0\0\0", 16) + dmi;
  two = with_checksum(two, 0, 31, 4);
  const auto both = collect::parse_smbios_entry_point(two);
  REQUIRE(both.ok());
  CHECK(both->version == collect::SmbiosVersion{2, 3});  // 2.1Fh, a known slip
  CHECK(both->structure_count == 42);

  for (const std::string& whole : {three, dmi, two}) {
    for (std::size_t size = 0; size < whole.size(); ++size)
      CHECK_FALSE(collect::parse_smbios_entry_point(std::string(whole.data(), size)).ok());
  }
  three[7] = 2;
  CHECK_FALSE(collect::parse_smbios_entry_point(three).ok());
  dmi[6] = 0;
  CHECK_FALSE(collect::parse_smbios_entry_point(dmi).ok());
}

}  // namespace
}  // namespace muster::agent
