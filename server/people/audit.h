// SPDX-License-Identifier: Apache-2.0
// The audit log: who did what to what, when and from where. An entry is added in the transaction of
// the change that it tells of, so that neither is there without the other. Entries are never
// changed; erasing a person replaces names (model.md section 8).
//
// `detail` is a JSON object of what changed. It never holds a password, a token, a cookie, a key or
// a hash of one.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/clock.h"
#include "server/store/transaction.h"

namespace muster::server::people {

// Who does something, and by which request: passed to everything that changes the store.
struct Actor {
  std::string name = {};        // user name, "agent <uuid>", or the part of the server
  std::string address = {};     // network address; empty: this machine
  std::string request_id = {};  // empty: no request
};

struct AuditEntry {
  Instant at;
  Actor actor;
  std::string action = {};    // "user.create"
  std::string object = {};    // "user/17"
  std::string detail = "{}";  // JSON object
};

void add_audit(store::Transaction& transaction, const AuditEntry& entry);

struct AuditRecord {
  std::int64_t id = 0;
  AuditEntry entry;
};

struct AuditFilter {
  std::optional<std::string> actor = {};  // exact
  std::optional<std::string> action =
      {};  // exact, or a family: "user" finds user.create and user.disable
  std::vector<std::string> objects = {};  // one of these, exact; empty: any
  std::optional<Instant> from = {};       // at or after
  std::optional<Instant> to = {};         // before
  std::size_t limit = 100;
  std::optional<std::string> cursor = {};
};

struct AuditPage {
  std::vector<AuditRecord> records;  // newest first
  std::optional<std::string> next = {};
};

AuditPage list_audit(store::Transaction& transaction, const AuditFilter& filter);

}  // namespace muster::server::people
