// SPDX-License-Identifier: Apache-2.0
// SMBIOS tables from anywhere: behind an entry point of 32 bytes, as in a file of
// `dmidecode --dump-bin`, or the table alone, as sysfs has it (../shared/data/smbios). Whatever the
// firmware claims, what comes out is within what a table can say.
#include <optional>

#include "agent/collect/firmware/smbios.h"
#include "agent/collect/firmware/system_facts.h"
#include "agent/collect/linux/hardware/system.h"
#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"

using namespace muster::agent;
using muster::fuzz::require;

namespace {

// What is left of the texts is no placeholder, and does not change again.
void check_facts(const collect::Smbios& smbios) {
  muster::inventory::System facts = collect::system_from_smbios(smbios);
  collect::leave_out_placeholders(facts);
  const auto serial = facts.serial_number;
  const auto version = facts.version;
  collect::leave_out_placeholders(facts);
  require(facts.serial_number == serial && facts.version == version);
  require(collect::model_name(facts).has_value() == facts.product_name.has_value());
}

void check(const collect::Smbios& smbios, std::string_view table) {
  require(smbios.structures <= table.size() / 4 + 1);
  for (const auto& device : smbios.memory_devices) {
    require(!device.size_bytes || (*device.size_bytes > 0 && device.filled));
    require(!device.speed_mts || *device.speed_mts > 0);
    static_cast<void>(smbios.is_module(device));
    for (const auto& text : {device.locator, device.serial_number, device.part_number})
      require(!text || (!text->empty() && muster::trim(*text) == *text));
  }
  for (const auto& array : smbios.memory_arrays)
    require(!array.slots || *array.slots >= 0);
  if (smbios.system && smbios.system->uuid) require(muster::is_uuid(*smbios.system->uuid));
  if (smbios.firmware && smbios.firmware->release_date) {
    const std::string& date = *smbios.firmware->release_date;
    require(date.size() == 10 && collect::firmware_date(date) == date);
  }
  require(smbios.board.has_value() == !smbios.boards.empty());
  require(smbios.chassis.has_value() == !smbios.enclosures.empty());
  check_facts(smbios);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = muster::fuzz::as_text(data, size);
  const bool has_entry = bytes.starts_with("_SM") || bytes.starts_with("_DMI_");
  std::optional<collect::SmbiosEntryPoint> entry;
  if (auto parsed = collect::parse_smbios_entry_point(bytes.substr(0, 32))) entry = *parsed;
  const std::string_view table = has_entry && size > 32 ? bytes.substr(32) : bytes;
  check(collect::parse_smbios(table, entry), table);
  check(collect::parse_smbios(table, std::nullopt), table);
  return 0;
}
