// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/storage/disks.h"

#include <string>
#include <utility>
#include <vector>

#include "agent/collect/linux/storage/disk_reader.h"
#include "agent/collect/linux/storage/disk_units.h"

namespace muster::agent::collect {

CollectedSection collect_disks(host::Host& host) {
  std::string folder = "/sys/block";
  auto names = host.list(folder);
  if (!names && names.failure().kind == FailureKind::kNotFound) {
    folder = "/sys/class/block";
    names = host.list(folder);
  }
  if (!names) return not_collected<inventory::Disk>(status_of(names.failure()));
  std::vector<FoundDisk> found;
  std::string denied;
  for (const std::string& name : *names) {
    if (!is_disk_name(name)) continue;
    if (auto disk = read_disk(host, folder, name, denied)) found.push_back(std::move(*disk));
  }
  inventory::ProviderStatus status;
  if (!denied.empty()) status = {inventory::Status::kPartial, denied};
  return collected(disks_of_machine(std::move(found)), std::move(status));
}

}  // namespace muster::agent::collect
