// SPDX-License-Identifier: Apache-2.0
// The packages section: what dpkg has put on the machine, from its database (never from
// dpkg-query), with the time of the last install or upgrade from the file lists in
// /var/lib/dpkg/info. A database that cannot be whole, such as an empty one or one without dpkg
// itself on a Debian, is never `ok`. Managers whose databases this version does not read are told
// as sources of their own (common/inventory/sections/packages.h). Any thread.
#pragma once
#include "agent/collect/collector.h"
#include "common/inventory/sections/packages.h"

namespace muster::agent::collect {

CollectedSection collect_packages(host::Host& host);

}  // namespace muster::agent::collect
