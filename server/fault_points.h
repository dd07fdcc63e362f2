// SPDX-License-Identifier: Apache-2.0
// The fault points of muster-server (common/support/fault.h), by the room that has them, and the
// helpers that take these names and no others. Work on the database has store_fault()
// (server/store/fault.h) on top. Any room of the server includes it, as it does server/error.h.
// Any thread.
#pragma once
#include <optional>

#include "common/support/fault.h"

namespace muster::server {

inline constexpr FaultPointInfo kFaultPoints[] = {
    // server/store: sessions, group commit, migrations, copies
    {"store.open"},
    {"store.begin"},
    {"store.begun"},
    {"store.worked"},
    {"store.before_commit"},
    {"store.committed", FaultReach::kCrash},
    {"store.acknowledge", FaultReach::kCrash},
    {"store.rollback", FaultReach::kCrash},
    {"store.redo"},
    {"store.read"},
    {"store.checkpoint_due"},  // a fault here makes it due at once
    {"store.checkpoint", FaultReach::kCrash},
    {"store.checkpointed", FaultReach::kCrash},
    {"store.backup"},
    {"store.backup_copied"},
    {"migration.begun"},
    {"migration.script"},
    {"migration.listed"},
    {"migration.committed", FaultReach::kCrash},
    {"section_tables.table"},
    {"section_tables.view"},
    {"section_tables.updated"},
    {"revision.added"},
    // server/commands: what happens to whole files
    {"init.folder"},
    {"init.authority"},
    {"init.side_log"},
    {"backup.copied"},
    {"backup.settled"},
    {"backup.linked"},
    {"backup.unlinked"},
    {"database.settle"},
    {"restore.copied"},
    {"restore.examined"},
    {"restore.reconciled"},
    {"restore.settled"},
    {"restore.linked"},
    {"restore.log_aside"},
    {"restore.renamed"},
    // server/ingest: one report
    {"ingest.decoded"},
    {"ingest.agent_found"},
    {"ingest.identify"},
    {"ingest.identified"},
    {"identify.source_record"},
    {"identify.item"},
    {"identify.assigned"},
    {"identify.bound"},
    {"identify.superseded"},
    {"section.planned"},
    {"section.closed"},
    {"section.content"},
    {"index.merged"},
    {"section.opened"},
    {"section.statuses"},
    {"section.state"},
    {"section.dropped"},
    {"ingest.sections"},
    {"ingest.gap"},
    {"ingest.evidence"},
    {"ingest.presence"},
    {"ingest.state"},
    {"ingest.applied"},
    {"ingest.answer"},
    // server/ca: authority, side log, enrolment
    {"authority.names"},
    {"authority.key"},
    {"authority.certificate"},
    {"authority.server_certificate"},
    {"authority.rolled_over"},
    {"side_log.open"},
    {"side_log.write"},
    {"side_log.sync"},
    {"side_log.synced", FaultReach::kCrash},
    {"enrol.issued"},
    {"enrol.token"},
    {"enrol.agent"},
    {"enrol.certificate"},
    {"enrol.committed"},
    {"enrol.remembered"},
    {"renew.issued"},
    {"renew.certificate"},
    {"renew.committed"},
    {"revoke.agent"},
    {"revoke.committed"},
    {"join_token.created"},
    {"join_token.revoked"},
    // server/people, cmdb, desk: what people change
    {"user.created"},
    {"session.begun"},
    {"session.ended"},
    {"audit.added"},
    {"item.created"},
    {"value.closed"},
    {"value.opened"},
    {"ticket.created"},
};

// A name of this list; any other does not compile.
using ServerFault = NamedFault<kFaultPoints>;

// The helpers of common/support/fault.h for these names.
inline std::optional<FaultKind> fault_at(ServerFault point) {
  return muster::fault_at(point);
}
inline std::optional<Failure> fault_failure(ServerFault point) {
  return muster::fault_failure(point);
}
inline bool fault_errno(ServerFault point) {
  return muster::fault_errno(point);
}

}  // namespace muster::server
