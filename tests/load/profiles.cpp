// SPDX-License-Identifier: Apache-2.0
#include "tests/load/profiles.h"

#include "tests/load/site.h"

namespace muster::load {

const std::vector<NamedProfile>& profiles() {
  static const std::vector<NamedProfile> kProfiles = {
      {"unchanged", unchanged_profile}, {"first", first_profile}, {"patch", patch_profile},
      {"steady", steady_profile},       {"enrol", enrol_profile}, {"hostile", hostile_profile},
      {"reconnect", reconnect_profile},
  };
  return kProfiles;
}

}  // namespace muster::load
