// SPDX-License-Identifier: Apache-2.0
#include "tests/load/machine_variety.h"

#include <array>
#include <cstdio>
#include <stdexcept>

#include "agent/collect/collector.h"
#include "agent/host/captured_host.h"
#include "agent/host/live_host.h"
#include "common/support/digest.h"
#include "common/support/text.h"
#include "tests/load/fleet.h"
#include "tests/support/test_data.h"

namespace muster::load {
namespace {

namespace fs = std::filesystem;
using inventory::Cell;
using inventory::CollectedSection;
using inventory::Row;
using inventory::SectionSchema;

// The first is also what the others have where their own capture says nothing.
struct Hardware {
  const char* name;
  const char* capture;
};
constexpr Hardware kHardware[] = {
    {"virtual machine (Firecracker)", "debian12-firecracker"},
    {"server (two Xeons, a bond)", "debian12-two-sockets"},
    {"notebook (UEFI, Wi-Fi)", "debian12-laptop-uefi"},
    {"virtual machine (many disks)", "debian12-many-disks"},
};

CollectedSection look(agent::host::Host& host, const agent::collect::Collector& collector) {
  agent::collect::CollectedSection found = collector.collect(host);
  return {.schema = inventory::find_section(collector.section),
          .providers = std::move(found.providers),
          .rows = std::move(found.rows)};
}

Sections look_at(agent::host::Host& host) {
  Sections out;
  for (const agent::collect::Collector& collector : agent::collect::collectors())
    out.emplace(collector.section, look(host, collector));
  return out;
}

bool is_ok(const CollectedSection& section) {
  return inventory::worst(section.providers) == inventory::Status::kOk && !section.rows.empty();
}

std::string hex(std::uint64_t number, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
  return std::string(text.data()).substr(static_cast<std::size_t>(16 - digits));
}

std::string uuid_of(int machine, std::uint64_t salt) {
  const auto number = static_cast<std::uint64_t>(machine);
  const std::string a = hex(mix(number, salt), 16);
  const std::string b = hex(mix(number, salt + 1), 16);
  return a.substr(0, 8) + '-' + a.substr(8, 4) + "-4" + a.substr(13, 3) + "-8" + b.substr(1, 3) +
         '-' + b.substr(4, 12);
}

std::string mac_of(int machine, std::size_t index) {
  const std::string digits =
      hex(mix(static_cast<std::uint64_t>(machine), 40 + index) & 0xFFFFFF, 6);
  return "52:54:00:" + digits.substr(0, 2) + ':' + digits.substr(2, 2) + ':' + digits.substr(4, 2);
}

class RowEditor {
 public:
  RowEditor(const SectionSchema& schema, Row& row) : schema_(schema), row_(row) {}
  void set(std::string_view field, Cell value) {
    row_.cells[schema_.find(field).value()] = std::move(value);
  }
  // Only where the model has something in it.
  void replace(std::string_view field, Cell value) {
    if (!std::holds_alternative<std::monostate>(row_.cells[schema_.find(field).value()]))
      set(field, std::move(value));
  }
  std::string text(std::string_view field) const {
    const auto* found = std::get_if<std::string>(&row_.cells[schema_.find(field).value()]);
    return found == nullptr ? std::string() : *found;
  }

 private:
  const SectionSchema& schema_;
  Row& row_;
};

void vary_os(RowEditor row, int machine, int release) {
  constexpr std::array<const char*, 3> kVersions = {"11", "12", "13"};
  constexpr std::array<const char*, 3> kNames = {"bullseye", "bookworm", "trixie"};
  constexpr std::array<const char*, 3> kKernels = {"5.10.0", "6.1.0", "6.12.0"};
  const auto number = static_cast<std::uint64_t>(machine);
  const auto at = static_cast<std::size_t>(release);
  const std::string build = std::to_string(mix(number, 20) % 5 + 25);
  row.set("hostname", host_name_of(machine));
  row.set("machine_id", hex(mix(number, 21), 16) + hex(mix(number, 22), 16));
  row.set("version_id", std::string(kVersions[at]));
  row.set("version", std::string(kVersions[at]) + '.' + std::to_string(mix(number, 23) % 4));
  row.set("codename", std::string(kNames[at]));
  row.set("kernel_release", std::string(kKernels[at]) + '-' + build + "-amd64");
}

void vary_system(RowEditor row, int machine) {
  const std::string serial = hex(mix(static_cast<std::uint64_t>(machine), 24), 12);
  row.set("serial_number", "SN" + serial);
  row.set("uuid", uuid_of(machine, 25));
  row.replace("board_serial_number", "BS" + serial);
  row.replace("chassis_serial_number", "CS" + serial);
  row.replace("chassis_asset_tag", "AT-" + std::to_string(100'000 + machine));
}

void vary_disk(RowEditor row, int machine, std::size_t index) {
  constexpr std::array<std::int64_t, 4> kSizes = {256, 512, 1024, 2048};
  const std::string serial = "D" + hex(mix(static_cast<std::uint64_t>(machine), 60 + index), 14);
  row.set("identifier", "serial::" + serial);
  row.set("serial_number", serial);
  row.set("size_bytes",
          kSizes[mix(static_cast<std::uint64_t>(machine), 27) % kSizes.size()] * 1'000'000'000);
}

void vary_interface(RowEditor row, int machine, std::size_t index) {
  if (row.text("mac_address").empty()) return;
  const std::string mac = mac_of(machine, index);
  row.set("identifier", "mac:" + mac);
  row.set("mac_address", mac);
  row.set("permanent_mac_address", mac);
}

void vary_address(RowEditor row, int machine) {
  const auto part = [&](int shift) { return std::to_string(machine >> shift & 0xFF); };
  const std::string text = row.text("address");
  if (row.text("family") == "ipv4") {
    row.set("address", "10." + part(16) + '.' + part(8) + '.' + part(0));
  } else if (text.starts_with("fe80:")) {
    row.set("address", "fe80::5054:ff:" + hex(static_cast<std::uint64_t>(machine) + 0x1000, 4) +
                           ":" + hex(static_cast<std::uint64_t>(machine >> 16) + 0x1000, 4));
  } else {
    row.set("address",
            "fd04::" + hex(static_cast<std::uint64_t>(machine >> 16) + 0x1000, 4) + ':' +
                hex(static_cast<std::uint64_t>(machine & 0xFFFF) | 0x10000, 5).substr(1));
  }
}

}  // namespace

std::vector<CapturedModel> captured_models(const fs::path& captures) {
  std::vector<CapturedModel> models;
  for (const Hardware& hardware : kHardware) {
    const fs::path path = captures / (std::string(hardware.capture) + ".capture");
    const auto captured = agent::host::CapturedHost::parse(test::read_test_file(path));
    if (!captured) throw std::runtime_error(path.string() + ": " + captured.failure().message);
    CapturedModel model{hardware.name, models.empty() ? Sections{} : models.front().sections};
    for (auto& [name, section] : look_at(**captured)) {
      if (models.empty() || (name != "packages" && is_ok(section)))
        model.sections[name] = std::move(section);
    }
    models.push_back(std::move(model));
  }
  return models;
}

CollectedSection packages_of_this_machine(const Sections& captured) {
  agent::host::LiveHost host;
  for (const agent::collect::Collector& collector : agent::collect::collectors()) {
    if (collector.section != "packages") continue;
    CollectedSection found = look(host, collector);
    if (is_ok(found) && found.rows.size() > captured.at("packages").rows.size()) return found;
  }
  return captured.at("packages");
}

int release_of(int machine, int releases) {
  // Most of a fleet has one release, some the one before and the one after.
  const std::uint64_t part = mix(static_cast<std::uint64_t>(machine), 3) % 10;
  return std::min(releases - 1, part < 2 ? 0 : part < 8 ? 1 : 2);
}

std::string host_name_of(int machine) {
  constexpr std::array<const char*, 6> kRoles = {"pc", "nb", "web", "db", "build", "vm"};
  return std::string(kRoles[mix(static_cast<std::uint64_t>(machine), 2) % kRoles.size()]) + '-' +
         std::to_string(100'000 + machine);
}

void vary(CollectedSection& section, int machine, int release) {
  const SectionSchema& schema = *section.schema;
  for (std::size_t i = 0; i < section.rows.size(); ++i) {
    const RowEditor row(schema, section.rows[i]);
    if (schema.name == "os") vary_os(row, machine, release);
    if (schema.name == "system") vary_system(row, machine);
    if (schema.name == "disks") vary_disk(row, machine, i);
    if (schema.name == "interfaces") vary_interface(row, machine, i);
    if (schema.name == "addresses") vary_address(row, machine);
    if (schema.name == "memory_modules")
      RowEditor(row).replace("serial_number",
                             hex(mix(static_cast<std::uint64_t>(machine), 80 + i), 8));
  }
  if (schema.name == "users" && !section.rows.empty()) {
    section.rows.push_back(section.rows.front());
    RowEditor row(schema, section.rows.back());
    row.set("name", "user" + std::to_string(machine));
    row.set("uid", std::int64_t{1000} + machine % 50'000);
  }
}

std::string boot_id_of(int machine) {
  return uuid_of(machine, 30);
}

std::string vitals_of(int machine, std::int64_t boottime_ms) {
  return "{\"load_1m\":0." + std::to_string(machine % 90 + 10) +
         ",\"memory_available_bytes\":" + std::to_string(4'000'000'000 + machine) +
         ",\"uptime_seconds\":" + std::to_string(boottime_ms / 1000) + "}";
}

}  // namespace muster::load
