// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/storage/disk_units.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace muster::agent::collect {
namespace {

// sdb before sdaa.
bool is_lower_name(const std::string& a, const std::string& b) {
  return std::pair(a.size(), std::string_view(a)) < std::pair(b.size(), std::string_view(b));
}

// What all paths to one logical unit say alike; empty: such a disk has one path.
std::string unit_key(const FoundDisk& found) {
  const inventory::Disk& disk = found.disk;
  const bool naa = disk.wwn && disk.wwn->find('.') == std::string::npos;
  const bool one_port = disk.transport == "usb" || disk.transport == "sata" ||
                        disk.transport == "ide" || disk.transport == "nvme" ||
                        disk.transport == "mmc";
  if (!naa || one_port) return {};
  std::string key = *disk.wwn + "\n" + disk.vendor.value_or("") + "\n" + disk.model.value_or("");
  // Without a serial number that could contradict, the size must agree as well.
  key += "\n" + disk.serial_number.value_or("size " + std::to_string(disk.size_bytes.value_or(0)));
  return key;
}

// For each device node the number of the first one that is the same disk.
std::vector<std::size_t> same_disk(const std::vector<FoundDisk>& found) {
  std::vector<std::size_t> first(found.size());
  std::iota(first.begin(), first.end(), 0);
  const auto join = [&](std::size_t a, std::size_t b) {
    const auto [low, high] = std::minmax(first[a], first[b]);
    std::replace(first.begin(), first.end(), std::size_t(high), std::size_t(low));
  };
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const std::string& key : {found[i].multipath_uuid, unit_key(found[i])}) {
      if (key.empty()) continue;
      const auto [it, added] = seen.try_emplace(key, i);
      if (!added) join(it->second, i);
    }
  }
  return first;
}

// Takes another path to the same disk into `disk`.
void join_path(FoundDisk& disk, const FoundDisk& path) {
  if (disk.multipath_uuid.empty() && !path.multipath_uuid.empty()) {
    disk.multipath_uuid = path.multipath_uuid;
    disk.multipath_name = path.multipath_name;
  }
  if (path.disk.path && (!disk.disk.path || *path.disk.path < *disk.disk.path))
    disk.disk.path = path.disk.path;
  if (path.disk.name && is_lower_name(*path.disk.name, disk.disk.name.value_or("")))
    disk.disk.name = path.disk.name;
  if (!disk.disk.serial_number) disk.disk.serial_number = path.disk.serial_number;
  if (!disk.disk.wwn) disk.disk.wwn = path.disk.wwn;
}

std::vector<FoundDisk> join_paths(std::vector<FoundDisk> found) {
  const std::vector<std::size_t> first = same_disk(found);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (first[i] != i) join_path(found[first[i]], found[i]);
  }
  std::vector<FoundDisk> out;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (first[i] != i) continue;
    if (!found[i].multipath_uuid.empty()) {
      found[i].disk.name = found[i].multipath_name;
      found[i].disk.path.reset();
    }
    out.push_back(std::move(found[i]));
  }
  return out;
}

// An AHCI controller has Serial ATA ports only. Of any other the disk says what it is, else the
// other disk at the same controller, else the controller's class: 0x0101 is IDE, in which old
// Serial ATA controllers hide themselves too.
void settle_ata_ports(std::vector<FoundDisk>& found) {
  std::map<std::string, std::set<bool>> by_controller;
  for (const FoundDisk& each : found) {
    if (each.ata && each.ata->sata && !each.ata->controller.empty())
      by_controller[each.ata->controller].insert(*each.ata->sata);
  }
  for (FoundDisk& each : found) {
    if (!each.ata) continue;
    const AtaPort& port = *each.ata;
    std::optional<bool> sata = port.sata;
    const auto others = by_controller.find(port.controller);
    if (!sata && others != by_controller.end()) sata = others->second.contains(true);
    if (!sata && port.controller_class.starts_with("0x0101")) sata = false;
    if (port.controller_class.starts_with("0x0106")) sata = true;
    each.disk.transport = sata.value_or(true) ? "sata" : "ide";
  }
}

// Names that two disks with different serial numbers have.
std::set<std::string> shared_names(const std::vector<FoundDisk>& found) {
  std::map<std::string, std::set<std::string>> serials;
  for (const FoundDisk& each : found) {
    if (each.disk.wwn && each.disk.serial_number)
      serials[*each.disk.wwn].insert(*each.disk.serial_number);
  }
  std::set<std::string> shared;
  for (const auto& [name, all] : serials) {
    if (all.size() > 1) shared.insert(name);
  }
  return shared;
}

// By the serial number first: a place, and a kernel's name even more, may be another disk's next.
void number_twins(std::vector<inventory::Disk>& disks) {
  std::sort(disks.begin(), disks.end(), [](const inventory::Disk& a, const inventory::Disk& b) {
    return std::tie(a.identifier, a.serial_number, a.path, a.name) <
           std::tie(b.identifier, b.serial_number, b.path, b.name);
  });
  for (std::size_t i = 1; i < disks.size(); ++i) {
    if (disks[i].identifier == disks[i - 1].identifier)
      disks[i].instance = disks[i - 1].instance + 1;
  }
}

}  // namespace

std::string disk_identifier(const FoundDisk& found, bool shared_wwn) {
  const inventory::Disk& disk = found.disk;
  const bool eui = disk.transport == "nvme" && disk.path && disk.serial_number && disk.wwn &&
                   disk.wwn->starts_with("eui.");
  if (disk.wwn && !eui && !(shared_wwn && disk.serial_number)) return "wwn:" + *disk.wwn;
  if (disk.serial_number) {
    std::string out = "serial:" + disk.model.value_or("") + ":" + *disk.serial_number;
    if (eui && found.namespace_id.value_or(1) != 1)
      out += ":n" + std::to_string(*found.namespace_id);
    return out;
  }
  if (disk.path) return "path:" + *disk.path;
  return "name:" + disk.name.value_or("");
}

std::vector<inventory::Disk> disks_of_machine(std::vector<FoundDisk> found) {
  settle_ata_ports(found);
  found = join_paths(std::move(found));
  const std::set<std::string> shared = shared_names(found);
  std::vector<inventory::Disk> disks;
  disks.reserve(found.size());
  for (FoundDisk& each : found) {
    each.disk.identifier = disk_identifier(each, each.disk.wwn && shared.contains(*each.disk.wwn));
    disks.push_back(std::move(each.disk));
  }
  number_twins(disks);
  return disks;
}

}  // namespace muster::agent::collect
