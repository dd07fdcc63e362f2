// SPDX-License-Identifier: Apache-2.0
// The list of all collectors, by section: adding one is its file and one line here.
#include "agent/collect/collector.h"
#include "agent/collect/linux/hardware/cpus.h"
#include "agent/collect/linux/hardware/memory.h"
#include "agent/collect/linux/hardware/memory_modules.h"
#include "agent/collect/linux/hardware/system.h"
#include "agent/collect/linux/network/addresses.h"
#include "agent/collect/linux/network/interfaces.h"
#include "agent/collect/linux/people/users.h"
#include "agent/collect/linux/software/os.h"
#include "agent/collect/linux/software/packages.h"
#include "agent/collect/linux/storage/disks.h"
#include "agent/collect/linux/storage/filesystems.h"

namespace muster::agent::collect {

const std::vector<Collector>& collectors() {
  static const std::vector<Collector> kCollectors = {
      collector<inventory::Address>(&collect_addresses),
      collector<inventory::Cpu>(&collect_cpus),
      collector<inventory::Disk>(&collect_disks),
      collector<inventory::Filesystem>(&collect_filesystems),
      collector<inventory::Interface>(&collect_interfaces),
      collector<inventory::Memory>(&collect_memory),
      collector<inventory::MemoryModule>(&collect_memory_modules),
      collector<inventory::OperatingSystem>(&collect_os),
      collector<inventory::Package>(&collect_packages),
      collector<inventory::System>(&collect_system),
      collector<inventory::User>(&collect_users),
  };
  return kCollectors;
}

}  // namespace muster::agent::collect
