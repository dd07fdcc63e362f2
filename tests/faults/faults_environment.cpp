// SPDX-License-Identifier: Apache-2.0
// What muster-server-faults does before its main(): the disk of SQLite becomes a simulated one
// where the environment says so (tests/faults/fault_disk.h).
//
//   MUSTER_DISK=power_loss,seed=N           unsynced writes stay in memory; `kill -9` drops them,
//                                           a crash at a fault point keeps some of them by chance
//   MUSTER_DISK=power_loss,no_sync,seed=N   the same with syncing switched off
//   MUSTER_DISK=sync_fails@N[,always]       the Nth sync fails
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "common/support/text.h"
#include "tests/faults/active_fault.h"
#include "tests/faults/fault_disk.h"

namespace muster::test {
namespace {

bool set_up_disk() {
  const char* const text = std::getenv("MUSTER_DISK");
  if (text == nullptr) return false;
  DiskPlan plan;
  std::uint64_t seed = 1;
  for (const std::string_view word : split(text, ',')) {
    constexpr std::string_view kSeed = "seed=";
    constexpr std::string_view kSyncFails = "sync_fails@";
    if (word == "power_loss") {
      plan.power_loss = true;
    } else if (word == "no_sync") {
      plan.ignore_sync = true;
    } else if (word == "always") {
      plan.always = true;
    } else if (word.starts_with(kSeed)) {
      seed = static_cast<std::uint64_t>(parse_integer(word.substr(kSeed.size())).value_or(1));
    } else if (word.starts_with(kSyncFails)) {
      plan.fail_at = parse_integer(word.substr(kSyncFails.size())).value_or(1);
      plan.operations = kDiskSync;
    } else {
      throw std::invalid_argument("MUSTER_DISK: \"" + std::string(word) + "\" is not understood");
    }
  }
  FaultDisk::install().set(plan);
  if (plan.power_loss) at_fault_crash([seed] { FaultDisk::install().lose_power(seed); });
  return true;
}

const bool kIsSetUp = set_up_disk();

}  // namespace
}  // namespace muster::test
