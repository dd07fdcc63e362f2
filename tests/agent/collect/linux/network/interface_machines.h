// SPDX-License-Identifier: Apache-2.0
// What tests of interfaces begin with: a network card on the board, and an interface in sysfs.
#pragma once
#include <map>
#include <string>
#include <utility>

#include "agent/collect/linux/network/interfaces.h"
#include "tests/support/agent/map_host.h"

namespace muster::agent {

inline collect::InterfaceFacts built_in(std::string address = "00:1b:21:aa:bb:cc") {
  collect::InterfaceFacts facts;
  facts.name = "eth0";
  facts.link = "../../devices/pci0000:00/0000:00:1f.6/net/eth0";
  facts.type = 1;
  facts.address_assign_type = 0;
  facts.address = std::move(address);
  facts.has_device = true;
  return facts;
}

// `files` by their names below /sys/devices/`folder`.
inline void add_interface(MapHost& host, const std::string& name, const std::string& folder,
                          const std::map<std::string, std::string>& files) {
  host.links["/sys/class/net/" + name] = "../../devices/" + folder;
  for (const auto& [file, content] : files)
    host.files["/sys/devices/" + folder + "/" + file] = content;
}

}  // namespace muster::agent
