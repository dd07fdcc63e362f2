// SPDX-License-Identifier: Apache-2.0
// The list of all collectors, by section: adding one is its file and one line here.
#include "agent/collect/collector.h"
#include "agent/collect/linux/addresses.h"
#include "agent/collect/linux/cpus.h"
#include "agent/collect/linux/disks.h"
#include "agent/collect/linux/filesystems.h"
#include "agent/collect/linux/interfaces.h"
#include "agent/collect/linux/memory.h"
#include "agent/collect/linux/memory_modules.h"
#include "agent/collect/linux/os.h"
#include "agent/collect/linux/packages.h"
#include "agent/collect/linux/system.h"
#include "agent/collect/linux/users.h"

namespace muster::agent::collect {

const std::vector<Collector>& collectors() {
  static const std::vector<Collector> kCollectors = {
      {"addresses", collect_addresses},
      {"cpus", collect_cpus},
      {"disks", collect_disks},
      {"filesystems", collect_filesystems},
      {"interfaces", collect_interfaces},
      {"memory", collect_memory},
      {"memory_modules", collect_memory_modules},
      {"os", collect_os},
      {"packages", collect_packages},
      {"system", collect_system},
      {"users", collect_users},
  };
  return kCollectors;
}

}  // namespace muster::agent::collect
