// SPDX-License-Identifier: Apache-2.0
#include "server/model/classes.h"

#include <algorithm>

#include "common/inventory/chassis_types.h"
#include "common/inventory/sections/system.h"
#include "common/support/suggest.h"
#include "common/support/text.h"

namespace muster::server::model {
namespace {

constexpr ItemClass kClasses[] = {
    {"hardware", "Things that can be touched, and what stands for them"},
    {"hardware.computer", "A computer of any kind"},
    {"hardware.computer.laptop", "A portable computer with a screen"},
    {"hardware.computer.tablet", "A tablet or hand-held computer"},
    {"hardware.computer.desktop", "A computer at a fixed place of work"},
    {"hardware.computer.server", "A computer that serves others: rack, blade, tower server"},
    {"hardware.computer.virtual", "A virtual machine"},
    {"hardware.computer.container", "A container with an agent of its own"},
    {"hardware.computer.embedded", "A computer built into something, or a gateway"},
    {"hardware.network", "Network equipment"},
    {"hardware.network.switch", "A switch"},
    {"hardware.network.router", "A router"},
    {"hardware.network.firewall", "A firewall"},
    {"hardware.network.access_point", "A wireless access point"},
    {"hardware.printer", "A printer or multi-function device"},
    {"hardware.display", "A monitor or projector"},
    {"hardware.phone", "A telephone"},
    {"hardware.storage", "A storage system"},
    {"hardware.power", "An uninterruptible power supply or power distribution unit"},
    {"hardware.peripheral", "A docking station, camera or other thing that is plugged in"},
    {"software", "Software as a thing that is looked after"},
    {"software.application", "An application"},
    {"software.application.database", "A database"},
    {"software.application.web", "A web server or web application"},
    {"software.licence", "A licence or subscription"},
    {"service", "What people and programs rely on"},
    {"service.business", "A service for people"},
    {"service.technical", "A service for other services: name resolution, mail relay"},
    {"group", "A set of items that act as one"},
    {"group.cluster", "A cluster"},
};

struct ChassisClass {
  std::string_view chassis;  // one of inventory::kChassisTypes
  std::string_view name;
};

// What has no line is a computer of no special kind: docks, expansion and sub chassis, RAID.
constexpr ChassisClass kChassis[] = {
    {"Portable", "hardware.computer.laptop"},
    {"Laptop", "hardware.computer.laptop"},
    {"Notebook", "hardware.computer.laptop"},
    {"Sub Notebook", "hardware.computer.laptop"},
    {"Convertible", "hardware.computer.laptop"},
    {"Detachable", "hardware.computer.laptop"},
    {"Hand Held", "hardware.computer.tablet"},
    {"Tablet", "hardware.computer.tablet"},
    {"Desktop", "hardware.computer.desktop"},
    {"Low Profile Desktop", "hardware.computer.desktop"},
    {"Pizza Box", "hardware.computer.desktop"},
    {"Mini Tower", "hardware.computer.desktop"},
    {"Tower", "hardware.computer.desktop"},
    {"All In One", "hardware.computer.desktop"},
    {"Space-saving", "hardware.computer.desktop"},
    {"Lunch Box", "hardware.computer.desktop"},
    {"Sealed-case PC", "hardware.computer.desktop"},
    {"Mini PC", "hardware.computer.desktop"},
    {"Stick PC", "hardware.computer.desktop"},
    {"Main Server Chassis", "hardware.computer.server"},
    {"Rack Mount Chassis", "hardware.computer.server"},
    {"Multi-system", "hardware.computer.server"},
    {"Blade", "hardware.computer.server"},
    {"Blade Enclosing", "hardware.computer.server"},
    {"CompactPCI", "hardware.computer.server"},
    {"AdvancedTCA", "hardware.computer.server"},
    {"IoT Gateway", "hardware.computer.embedded"},
    {"Embedded PC", "hardware.computer.embedded"},
};

// One vocabulary: a line that agents never say would be a class that nothing has.
consteval bool agents_say_each() {
  return std::all_of(std::begin(kChassis), std::end(kChassis), [](const ChassisClass& row) {
    return std::find(inventory::kChassisTypes.begin(), inventory::kChassisTypes.end(),
                     row.chassis) != inventory::kChassisTypes.end();
  });
}
static_assert(agents_say_each());

constexpr std::string_view kVirtualClass = "hardware.computer.virtual";
constexpr std::string_view kContainerClass = "hardware.computer.container";

}  // namespace

std::span<const ItemClass> item_classes() {
  return kClasses;
}

const ItemClass* find_class(std::string_view name) {
  const auto found = std::find_if(std::begin(kClasses), std::end(kClasses),
                                  [&](const ItemClass& c) { return c.name == name; });
  return found == std::end(kClasses) ? nullptr : found;
}

std::string_view derived_class(const std::optional<std::string>& chassis_type,
                               const std::optional<std::string>& virtualization) {
  if (virtualization && inventory::is_container(*virtualization)) return kContainerClass;
  if (virtualization && *virtualization != "none") return kVirtualClass;
  if (!chassis_type) return kComputerClass;
  const std::string chassis = lower_ascii(*chassis_type);
  for (const ChassisClass& row : kChassis) {
    if (lower_ascii(row.chassis) == chassis) return row.name;
  }
  return kComputerClass;
}

std::string derived_class_sql(std::string_view row) {
  const std::string alias(row);
  const std::string virtualization = alias + ".\"virtualization\"";
  std::string containers;
  for (const std::string_view kind : inventory::kContainers)
    containers += (containers.empty() ? "'" : ", '") + std::string(kind) + '\'';
  std::string out = "CASE WHEN " + virtualization + " IN (" + containers + ") THEN '" +
                    std::string(kContainerClass) + "' WHEN COALESCE(" + virtualization +
                    ", 'none') <> 'none' THEN '" + std::string(kVirtualClass) +
                    "' ELSE CASE lower(" + alias + ".\"chassis_type\")";
  for (const ChassisClass& line : kChassis)
    out += " WHEN '" + lower_ascii(line.chassis) + "' THEN '" + std::string(line.name) + '\'';
  return out + " ELSE '" + std::string(kComputerClass) + "' END END";
}

const ItemClass* find_class_by_end(std::string_view text) {
  const std::string end = lower_ascii(text);
  const ItemClass* found = nullptr;
  for (const ItemClass& each : kClasses) {
    if (each.name == end) return &each;
    if (!each.name.ends_with('.' + end)) continue;
    if (found != nullptr) return nullptr;
    found = &each;
  }
  return found;
}

std::vector<std::string> near_classes(std::string_view text, bool whole_paths) {
  constexpr std::size_t kNearClasses = 3;
  // Compared by the last part of what was typed with the last part of each path.
  const auto last = [](std::string_view path) { return path.substr(path.rfind('.') + 1); };
  std::vector<std::string> names;
  for (const ItemClass& each : kClasses)
    names.emplace_back(last(each.name));
  std::vector<std::string> out = nearest(last(text), names, kNearClasses);
  if (!whole_paths) return out;
  for (std::string& name : out) {
    if (const ItemClass* const found = find_class_by_end(name)) name = found->name;
  }
  return out;
}

}  // namespace muster::server::model
