// SPDX-License-Identifier: Apache-2.0
// Getting a certificate (EST, RFC 7030; model.md section 6): the first one with a join code, later
// ones with the current certificate. The key is made here and never leaves the machine. A request
// that waits for approval is kept with its key and posted again unchanged, also by another run of
// the program. One thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/sync/agent_identity.h"
#include "agent/sync/state_directory.h"
#include "agent/sync/transport.h"
#include "common/crypto/join_code.h"
#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::agent::sync {

inline constexpr std::string_view kNextRequestFile = "next-request.p10";

using TransportFactory = std::function<std::unique_ptr<Transport>(TransportOptions)>;

struct EnrollOutcome {
  // Set: a person must approve the request first; ask again after so many seconds.
  std::optional<std::int64_t> ask_again_s;
  std::string agent_id;
  std::string server;
  Instant not_after;
};

// One attempt. An enrolled machine is refused without `force` (kRefused); with it the present
// identity stays until the new one is issued. Enrolling with another server forgets the reports to
// the old one, both sent and waiting.
Result<EnrollOutcome> enroll(const StateDirectory& directory, const crypto::JoinCode& code,
                             bool force, const TransportFactory& make_transport,
                             int cancel_descriptor = -1);

// A new key and certificate, stored as "next"; also stores the authorities that the server now
// names. With ask_again_s the request waits for approval.
Result<EnrollOutcome> renew(const StateDirectory& directory, const AgentIdentity& identity,
                            Transport& transport);

}  // namespace muster::agent::sync
