// SPDX-License-Identifier: Apache-2.0
// Machines of the shared cases that came out right from the beginning and must stay so. A case that
// showed a fault stands with the tests of its collector, beside its counterpart of our own.
#include <catch2/catch.hpp>

#include "agent/collect/linux/software/packages.h"
#include "tests/support/agent/case_machine.h"
#include "tests/support/agent/told.h"

namespace muster::agent {

TEST_CASE("case 22: an image without a package manager, checksums beside the stanzas",
          "[packages][shared_data]") {
  CaseMachine machine("22-dpkg-status-d");
  const collect::CollectedSection packages = collect::collect_packages(machine.host());
  CHECK(inventory::status_line("packages", packages.providers) == "dpkg:ok");
  CHECK(told("packages", packages, {"name", "version"}) ==
        std::vector<std::string>{"base-files | 11.1+deb11u8", "libssl3 | 3.0.11-1~deb12u2"});
}

}  // namespace muster::agent
