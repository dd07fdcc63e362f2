// SPDX-License-Identifier: Apache-2.0
// The identity of this agent and what it trusts, in the state folder: key and certificate, the
// authorities, the server. A renewed key and certificate stay beside the old ones ("next") until
// the server has taken a report with them, so a renewal that went wrong never locks a machine out.
// One thread, one writer (StateLock::take_for_enrolment).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "agent/sync/back_off.h"
#include "agent/sync/state_directory.h"
#include "agent/sync/transport.h"
#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::agent::sync {

struct AgentIdentity {
  std::string agent_id;
  ServerAddress server;
  std::string ca_spki_sha256_hex;  // pinned at enrolment
  std::vector<crypto::Certificate> authorities;
  Identity current;
  std::optional<Identity> next;  // renewed, not proven yet

  const Identity& best() const { return next ? *next : current; }
};

// kNotFound: this machine is not enrolled. Finishes a promotion that a crash interrupted.
Result<AgentIdentity> load_identity(const StateDirectory& directory);
// The same for commands that only read: changes nothing.
Result<AgentIdentity> look_at_identity(const StateDirectory& directory);

// The next key and certificate become the current ones.
Result<Done> promote_next(const StateDirectory& directory);
// For a next identity that the server did not accept: it is removed, the current one stays.
Result<Done> discard_next(const StateDirectory& directory);

// True after two thirds of the certificate's life, give or take a twentieth that is derived from
// the certificate.
bool renewal_is_due(const crypto::Certificate& certificate, Instant now);

std::string agent_json(const AgentIdentity& identity);

}  // namespace muster::agent::sync
