// SPDX-License-Identifier: Apache-2.0
// The list of all sections, by name: adding a section is its header and one line here.
#include "common/inventory/schema.h"
#include "common/inventory/sections/addresses.h"
#include "common/inventory/sections/cpus.h"
#include "common/inventory/sections/disks.h"
#include "common/inventory/sections/filesystems.h"
#include "common/inventory/sections/interfaces.h"
#include "common/inventory/sections/memory.h"
#include "common/inventory/sections/memory_modules.h"
#include "common/inventory/sections/os.h"
#include "common/inventory/sections/packages.h"
#include "common/inventory/sections/system.h"
#include "common/inventory/sections/users.h"

namespace muster::inventory {

const std::vector<SectionSchema>& section_schemas() {
  static const std::vector<SectionSchema> kSchemas = {
      make_schema<Address>(),      make_schema<Cpu>(),
      make_schema<Disk>(),         make_schema<Filesystem>(),
      make_schema<Interface>(),    make_schema<Memory>(),
      make_schema<MemoryModule>(), make_schema<OperatingSystem>(),
      make_schema<Package>(),      make_schema<System>(),
      make_schema<User>(),
  };
  return kSchemas;
}

}  // namespace muster::inventory
