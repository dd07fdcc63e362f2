// SPDX-License-Identifier: Apache-2.0
#include "server/people/invariants.h"

namespace muster::server::people {

std::vector<store::InvariantRule> invariants() {
  return {
      store::leads_to("sessions", "user_id", "users", "user_id"),
      store::leads_to("tokens", "user_id", "users", "user_id"),
  };
}

}  // namespace muster::server::people
