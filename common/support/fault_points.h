// SPDX-License-Identifier: Apache-2.0
// The names of all fault points (fault.h): places between two steps after which something must
// hold on the disk. They are one list so that a misspelt one does not compile and so that the tests
// can walk all of them. `kCrash` points stand where nothing can be reported any more (after a
// commit, in a destructor): only dying there makes sense. Pure.
#pragma once
#include <string_view>

namespace muster {

enum class FaultReach { kErrors, kCrash };  // what a point can do: any fault, or only die
enum class FaultProgram { kServer, kAgent, kBoth };

struct FaultPointInfo {
  std::string_view name;
  FaultProgram program;
  FaultReach reach = FaultReach::kErrors;
};

inline constexpr FaultPointInfo kFaultPoints[] = {
    // server/store: sessions, group commit, migrations, copies
    {"store.open", FaultProgram::kServer},
    {"store.begin", FaultProgram::kServer},
    {"store.begun", FaultProgram::kServer},
    {"store.worked", FaultProgram::kServer},
    {"store.before_commit", FaultProgram::kServer},
    {"store.committed", FaultProgram::kServer, FaultReach::kCrash},
    {"store.acknowledge", FaultProgram::kServer, FaultReach::kCrash},
    {"store.rollback", FaultProgram::kServer, FaultReach::kCrash},
    {"store.redo", FaultProgram::kServer},
    {"store.read", FaultProgram::kServer},
    {"store.checkpoint_due", FaultProgram::kServer},  // a fault here makes it due at once
    {"store.checkpoint", FaultProgram::kServer, FaultReach::kCrash},
    {"store.checkpointed", FaultProgram::kServer, FaultReach::kCrash},
    {"store.backup", FaultProgram::kServer},
    {"store.backup_copied", FaultProgram::kServer},
    {"migration.begun", FaultProgram::kServer},
    {"migration.script", FaultProgram::kServer},
    {"migration.listed", FaultProgram::kServer},
    {"migration.committed", FaultProgram::kServer, FaultReach::kCrash},
    {"section_tables.table", FaultProgram::kServer},
    {"section_tables.view", FaultProgram::kServer},
    {"section_tables.updated", FaultProgram::kServer},
    {"revision.added", FaultProgram::kServer},
    // server/commands: what happens to whole files
    {"init.folder", FaultProgram::kServer},
    {"init.authority", FaultProgram::kServer},
    {"init.side_log", FaultProgram::kServer},
    {"backup.copied", FaultProgram::kServer},
    {"backup.settled", FaultProgram::kServer},
    {"backup.linked", FaultProgram::kServer},
    {"backup.unlinked", FaultProgram::kServer},
    {"database.settle", FaultProgram::kServer},
    {"restore.copied", FaultProgram::kServer},
    {"restore.examined", FaultProgram::kServer},
    {"restore.reconciled", FaultProgram::kServer},
    {"restore.settled", FaultProgram::kServer},
    {"restore.linked", FaultProgram::kServer},
    {"restore.log_aside", FaultProgram::kServer},
    {"restore.renamed", FaultProgram::kServer},
    // server/ingest: one report
    {"ingest.decoded", FaultProgram::kServer},
    {"ingest.agent_found", FaultProgram::kServer},
    {"ingest.identify", FaultProgram::kServer},
    {"ingest.identified", FaultProgram::kServer},
    {"identify.source_record", FaultProgram::kServer},
    {"identify.item", FaultProgram::kServer},
    {"identify.assigned", FaultProgram::kServer},
    {"identify.bound", FaultProgram::kServer},
    {"identify.superseded", FaultProgram::kServer},
    {"section.planned", FaultProgram::kServer},
    {"section.closed", FaultProgram::kServer},
    {"section.content", FaultProgram::kServer},
    {"index.merged", FaultProgram::kServer},
    {"section.opened", FaultProgram::kServer},
    {"section.statuses", FaultProgram::kServer},
    {"section.state", FaultProgram::kServer},
    {"section.dropped", FaultProgram::kServer},
    {"ingest.sections", FaultProgram::kServer},
    {"ingest.gap", FaultProgram::kServer},
    {"ingest.evidence", FaultProgram::kServer},
    {"ingest.presence", FaultProgram::kServer},
    {"ingest.state", FaultProgram::kServer},
    {"ingest.applied", FaultProgram::kServer},
    {"ingest.answer", FaultProgram::kServer},
    // server/ca: authority, side log, enrolment
    {"authority.names", FaultProgram::kServer},
    {"authority.key", FaultProgram::kServer},
    {"authority.certificate", FaultProgram::kServer},
    {"authority.server_certificate", FaultProgram::kServer},
    {"authority.rolled_over", FaultProgram::kServer},
    {"side_log.open", FaultProgram::kServer},
    {"side_log.write", FaultProgram::kServer},
    {"side_log.sync", FaultProgram::kServer},
    {"side_log.synced", FaultProgram::kServer, FaultReach::kCrash},
    {"enrol.issued", FaultProgram::kServer},
    {"enrol.token", FaultProgram::kServer},
    {"enrol.agent", FaultProgram::kServer},
    {"enrol.certificate", FaultProgram::kServer},
    {"enrol.committed", FaultProgram::kServer},
    {"enrol.remembered", FaultProgram::kServer},
    {"renew.issued", FaultProgram::kServer},
    {"renew.certificate", FaultProgram::kServer},
    {"renew.committed", FaultProgram::kServer},
    {"revoke.agent", FaultProgram::kServer},
    {"revoke.committed", FaultProgram::kServer},
    {"join_token.created", FaultProgram::kServer},
    {"join_token.revoked", FaultProgram::kServer},
    // server/people, cmdb, desk: what people change
    {"user.created", FaultProgram::kServer},
    {"session.begun", FaultProgram::kServer},
    {"session.ended", FaultProgram::kServer},
    {"audit.added", FaultProgram::kServer},
    {"item.created", FaultProgram::kServer},
    {"value.closed", FaultProgram::kServer},
    {"value.opened", FaultProgram::kServer},
    {"ticket.created", FaultProgram::kServer},
    // common/support/file.h: a small file is replaced
    {"file.create", FaultProgram::kBoth},
    {"file.write", FaultProgram::kBoth},
    {"file.sync", FaultProgram::kBoth},
    {"file.rename", FaultProgram::kBoth},
    {"file.renamed", FaultProgram::kBoth},
    // agent/sync: state, spool, report, certificate
    {"state.write", FaultProgram::kAgent},
    {"state.rename", FaultProgram::kAgent},
    {"state.renamed", FaultProgram::kAgent},
    {"state.remove", FaultProgram::kAgent},
    {"spool.append", FaultProgram::kAgent},
    {"spool.appended", FaultProgram::kAgent, FaultReach::kCrash},
    {"spool.merged", FaultProgram::kAgent},
    {"spool.replay", FaultProgram::kAgent},
    {"spool.remove", FaultProgram::kAgent},
    {"report.sequence", FaultProgram::kAgent},
    {"report.sequence_taken", FaultProgram::kAgent},
    {"report.spooled", FaultProgram::kAgent},
    {"report.snapshot", FaultProgram::kAgent},
    {"report.send", FaultProgram::kAgent},
    {"report.answered", FaultProgram::kAgent},
    {"report.settle", FaultProgram::kAgent},
    {"report.saved", FaultProgram::kAgent},
    {"report.recover", FaultProgram::kAgent},
    {"report.finish", FaultProgram::kAgent},
    {"enroll.key", FaultProgram::kAgent},
    {"enroll.request", FaultProgram::kAgent},
    {"enroll.answered", FaultProgram::kAgent},
    {"enroll.certificate", FaultProgram::kAgent},
    {"enroll.authorities", FaultProgram::kAgent},
    {"enroll.agent", FaultProgram::kAgent},
    {"enroll.promoting", FaultProgram::kAgent},
    {"enroll.promoted", FaultProgram::kAgent},
};

constexpr bool is_fault_point(std::string_view name) {
  for (const FaultPointInfo& point : kFaultPoints) {
    if (point.name == name) return true;
  }
  return false;
}

}  // namespace muster
