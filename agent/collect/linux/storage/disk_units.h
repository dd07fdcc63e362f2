// SPDX-License-Identifier: Apache-2.0
// From the device nodes that were found to the disks of the machine: the paths of a multipath disk
// become one, ATA ports become "sata" or "ide", and each disk gets the identifier that stays while
// the disk stays. Pure; any thread.
//
// Which device nodes are one disk: those below one multipath device of the device mapper, and SCSI
// disks whose logical unit has the same NAA name (SPC-5, 7.7.6) without different serial numbers.
// USB and ATA disks have one port; equal names there are a mistake of the maker.
//
// A disk behind multipath has the name of the multipath device and no path, so that neither says
// anything else when a path is lost. Without the device mapper the lowest name and path are told.
#pragma once
#include <string>
#include <vector>

#include "agent/collect/linux/storage/disk_reader.h"
#include "common/inventory/sections/disks.h"

namespace muster::agent::collect {

// With identifier and instance, sorted by both.
std::vector<inventory::Disk> disks_of_machine(std::vector<FoundDisk> found);

// wwn:..., else serial:MODEL:SERIAL, else path:..., else name:... An NVMe disk that is plugged in
// and named by an EUI is known by its serial number (and ":n2" for another namespace than the
// first): whole series of drives share one EUI (NVME_QUIRK_BOGUS_NID in drivers/nvme/host/nvme.h).
// `shared_wwn` says that another disk has the same name and another serial number.
std::string disk_identifier(const FoundDisk& found, bool shared_wwn);

}  // namespace muster::agent::collect
