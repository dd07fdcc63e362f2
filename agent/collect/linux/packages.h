// SPDX-License-Identifier: Apache-2.0
// The packages section: what dpkg has installed, from its database (never from dpkg-query), with
// the time of the last install or upgrade from the file lists in /var/lib/dpkg/info. Distroless
// images keep one stanza a file in /var/lib/dpkg/status.d; both are read. Any thread.
#pragma once
#include "agent/collect/collector.h"

namespace muster::agent {

// Source "dpkg"; not_applicable where there is no dpkg database.
Collected collect_packages(Host& host);

}  // namespace muster::agent
