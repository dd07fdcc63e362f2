// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/firmware/system_facts.h"

#include <algorithm>
#include <array>

#include "common/inventory/placeholders.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

using inventory::FirmwareText;
using inventory::System;

struct FirmwareField {
  std::optional<std::string> System::*member;
  FirmwareText kind;
};

// Every text of the section that a maker fills in freely.
constexpr std::array<FirmwareField, 17> kFirmwareFields = {{
    {&System::manufacturer, FirmwareText::kName},
    {&System::product_name, FirmwareText::kName},
    {&System::version, FirmwareText::kVersion},
    {&System::serial_number, FirmwareText::kSerialNumber},
    {&System::sku_number, FirmwareText::kName},
    {&System::family, FirmwareText::kName},
    {&System::board_manufacturer, FirmwareText::kName},
    {&System::board_product, FirmwareText::kName},
    {&System::board_version, FirmwareText::kVersion},
    {&System::board_serial_number, FirmwareText::kSerialNumber},
    {&System::board_asset_tag, FirmwareText::kAssetTag},
    {&System::chassis_manufacturer, FirmwareText::kName},
    {&System::chassis_serial_number, FirmwareText::kSerialNumber},
    {&System::chassis_asset_tag, FirmwareText::kAssetTag},
    {&System::firmware_vendor, FirmwareText::kName},
    {&System::firmware_version, FirmwareText::kVersion},
    {&System::firmware_revision, FirmwareText::kVersion},
}};

bool is_upper_letter(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower_letter(char c) {
  return c >= 'a' && c <= 'z';
}

// "21AHCTO1WW", "20XW", "F0D6", "2373F7U": capital letters and digits only.
bool is_machine_type(std::string_view text) {
  constexpr std::size_t kLeast = 4;
  constexpr std::size_t kMost = 10;
  return text.size() >= kLeast && text.size() <= kMost &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_digit(c) || is_upper_letter(c); }) &&
         std::any_of(text.begin(), text.end(), is_digit);
}

// "ThinkPad T14 Gen 3", "IdeaPad 5 14ALC05", "Legion"; not "07", "INVALID", "pvt1.0".
bool is_name_of_a_model(std::string_view text) {
  constexpr std::size_t kLeast = 4;
  return text.size() >= kLeast && is_upper_letter(text.front()) &&
         std::any_of(text.begin(), text.end(), is_lower_letter) &&
         text.find(' ') != std::string_view::npos;
}

}  // namespace

void leave_out_placeholders(System& system) {
  for (const FirmwareField& field : kFirmwareFields) {
    auto& value = system.*field.member;
    if (value) value = inventory::known_text(*value, field.kind);
  }
  if (system.uuid) {
    std::string uuid = lower_ascii(trim(*system.uuid));
    system.uuid.reset();
    if (!inventory::is_placeholder_uuid(uuid)) system.uuid = std::move(uuid);
  }
}

void fill_gaps(System& system, const System& other) {
  for (const auto member : {&System::manufacturer, &System::product_name, &System::version,
                            &System::serial_number, &System::uuid}) {
    if (!(system.*member)) system.*member = other.*member;
  }
}

std::optional<std::string> model_name(const System& system) {
  if (!system.product_name || !system.manufacturer || !system.version) return system.product_name;
  const std::string maker = lower_ascii(*system.manufacturer);
  if (!maker.starts_with("lenovo") && maker != "ibm") return system.product_name;
  const bool named = is_machine_type(*system.product_name) && is_name_of_a_model(*system.version);
  return named ? system.version : system.product_name;
}

}  // namespace muster::agent::collect
