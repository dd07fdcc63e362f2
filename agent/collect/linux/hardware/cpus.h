// SPDX-License-Identifier: Apache-2.0
// The cpus section: one row a physical package, put together from /proc/cpuinfo (what it is) and
// /sys/devices/system/cpu (how many, how large). Without sysfs, the package numbers of cpuinfo, or
// one package. Any thread.
#pragma once
#include "agent/collect/collector.h"
#include "common/inventory/sections/cpus.h"

namespace muster::agent::collect {

CollectedSection collect_cpus(host::Host& host);

}  // namespace muster::agent::collect
