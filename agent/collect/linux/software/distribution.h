// SPDX-License-Identifier: Apache-2.0
// Which distribution a system is, from os-release(5), and from what stands beside it or stood there
// before it came in 2012: lsb-release and the one-line release files. Any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "agent/collect/linux/read/text_files.h"
#include "common/inventory/sections/os.h"

namespace muster::agent::collect {

// The os-release ID of a distribution that another file calls by its name: "rhel" for "Red Hat
// Enterprise Linux Server", "manjaro" for "ManjaroLinux"; nullopt for one that is not known.
std::optional<std::string> id_of_distribution(std::string_view name);

// Sets name, id, version, version_id, codename, build_id, variant and cpe_name as far as they are
// known.
void read_distribution(TextFiles& files, inventory::OperatingSystem& os);

}  // namespace muster::agent::collect
