// SPDX-License-Identifier: Apache-2.0
// Vital product data is what the firmware of a disk says; the link text stands for a copied tree.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/collect/linux/read/device_path.h"
#include "agent/collect/linux/storage/scsi_vpd.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto serial = muster::agent::collect::parse_vpd_serial(bytes);
      serial && serial->empty())
    std::abort();
  if (const auto name = muster::agent::collect::parse_vpd_wwn(bytes)) {
    // A normal name is normal already.
    if (muster::agent::collect::normal_wwn(*name) != name) std::abort();
  }
  muster::agent::collect::parse_vpd_ata_model(bytes);
  if (const auto identity = muster::agent::collect::parse_vpd_ata_identity(bytes);
      identity && (identity->model.size() > 40 || identity->firmware_revision.size() > 8))
    std::abort();
  muster::agent::collect::normal_wwn(bytes);
  muster::agent::collect::parse_device_path(bytes);
  muster::agent::collect::sysfs_folder_of(bytes, muster::agent::collect::PathPart::kUsbDevice);
  return 0;
}
