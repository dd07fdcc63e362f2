// SPDX-License-Identifier: Apache-2.0
// Where a device is plugged in, from a link in sysfs, and udev's database: texts of the kernel, or
// of a copied tree that anyone made.
#include <algorithm>

#include "agent/collect/linux/read/device_path.h"
#include "agent/collect/linux/read/udev_data.h"
#include "agent/collect/linux/storage/disk_reader.h"
#include "common/inventory/sections/disks.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::as_text(data, size);
  const std::string_view port = fuzz::take_part(rest, "\x1e");
  agent::collect::PlaceFacts facts;
  for (auto* const fact :
       {&facts.ata_port, &facts.sas_phy, &facts.sas_expander, &facts.fc_port, &facts.iscsi_target,
        &facts.iscsi_address, &facts.iscsi_port, &facts.namespace_id, &facts.first_of_parent})
    *fact = std::string(port);
  for (const agent::collect::PlaceFacts& known : {agent::collect::PlaceFacts(), facts}) {
    const agent::collect::DevicePath path = agent::collect::parse_device_path(rest, known);
    require(std::find(std::begin(inventory::kTransports), std::end(inventory::kTransports),
                      path.transport) != std::end(inventory::kTransports));
    require(!path.path.starts_with('-'));
  }
  for (const agent::collect::DeviceNode& node : agent::collect::device_nodes(rest)) {
    require(!node.name.empty() && node.name.find('/') == std::string::npos);
    require(agent::collect::sysfs_folder(rest).starts_with(node.folder));
  }
  for (const auto part : {agent::collect::PathPart::kAtaPort, agent::collect::PathPart::kUsbDevice,
                          agent::collect::PathPart::kPciDevice}) {
    const std::string folder = agent::collect::sysfs_folder_of(rest, part);
    require(folder.empty() || agent::collect::sysfs_folder(rest).starts_with(folder));
  }
  if (const auto value = agent::collect::udev_property(rest, port)) {
    require(!value->empty() && value->find('\n') == std::string_view::npos);
    require(rest.find(*value) != std::string_view::npos);
  }
  require(agent::collect::decode_udev(rest).size() <= rest.size());
  static_cast<void>(agent::collect::is_disk_name(port));
  return 0;
}
