// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/find_machine.h"

#include "common/inventory/sections/system.h"
#include "server/cmdb/item_rows.h"
#include "server/store/fault.h"

#include <algorithm>
#include <map>
#include <set>

namespace muster::server::ingest {
namespace {

constexpr std::string_view kFindCandidates =
    "SELECT DISTINCT source_record FROM evidence WHERE kind = ?1 AND value = ?2 AND until IS NULL";
constexpr std::string_view kFindEvidence =
    "SELECT kind, value, evidence_id FROM evidence WHERE source_record = ?1 AND until IS NULL";
constexpr std::string_view kOpenEvidence =
    "INSERT INTO evidence (source_record, kind, value, since, opened_by) VALUES (?1, ?2, ?3, ?4, "
    "?5)";
constexpr std::string_view kCloseEvidence =
    "UPDATE evidence SET until = CASE WHEN since > ?1 THEN since ELSE ?1 END, closed_by = ?2 WHERE "
    "evidence_id = ?3";
constexpr std::string_view kBindAgent = "UPDATE agents SET source_record = ?1 WHERE agent_id = ?2";
constexpr std::string_view kSupersede = R"sql(
  UPDATE agents SET state = 'superseded', state_changed_at = ?1, state_changed_by = ?2,
    (last_reported_at, last_version, last_address) = (
      SELECT reported_at, agent_version, address FROM agent_state s
      WHERE s.source_record = ?3 AND s.agent_id = agents.agent_id)
  WHERE source_record = ?3 AND agent_id <> ?2 AND state = 'active')sql";
constexpr std::string_view kSystemFacts = R"sql(
  SELECT uuid, manufacturer, serial_number, board_manufacturer, board_serial_number, virtualization
  FROM section_system
  WHERE source_record = ?1 AND until IS NULL)sql";
constexpr std::string_view kOsFacts =
    "SELECT machine_id, hostname FROM section_os WHERE source_record = ?1 AND until IS NULL";
constexpr std::string_view kInterfaceFacts = R"sql(
  SELECT permanent_mac_address FROM section_interfaces
  WHERE source_record = ?1 AND until IS NULL AND permanent_mac_address IS NOT NULL)sql";

std::vector<Evidence> open_evidence(store::Transaction& transaction, std::int64_t source_record) {
  std::vector<Evidence> out;
  transaction.query(kFindEvidence, {source_record}, [&](const store::ResultRow& row) {
    if (const auto kind = parse_evidence_kind(row.text(0)))
      out.push_back({*kind, std::string(row.text(1))});
  });
  return out;
}

// Source records that share any evidence except the host name, which proves nothing by itself.
std::set<std::int64_t> find_candidates(store::Transaction& transaction,
                                       const std::vector<Evidence>& evidence) {
  std::set<std::int64_t> out;
  for (const Evidence& item : evidence) {
    if (item.kind == EvidenceKind::kHostname) continue;
    transaction.query(kFindCandidates, {to_string(item.kind), item.value},
                      [&](const store::ResultRow& row) { out.insert(row.integer(0)); });
  }
  return out;
}

std::optional<std::string> text_of(const DecodedSection& section, const inventory::Row& row,
                                   std::string_view field) {
  const auto index = section.schema->find(field);
  if (!index) return std::nullopt;
  const auto* text = std::get_if<std::string>(&row.cells[*index]);
  return text != nullptr ? std::optional(*text) : std::nullopt;
}

}  // namespace

IdentityFacts identity_facts(const DecodedReport& report) {
  IdentityFacts facts;
  if (const auto system = report.sections.find("system"); system != report.sections.end()) {
    for (const DecodedRow& row : system->second.rows) {
      facts.uuid = text_of(system->second, row.row, "uuid");
      facts.manufacturer = text_of(system->second, row.row, "manufacturer");
      facts.serial_number = text_of(system->second, row.row, "serial_number");
      facts.board_manufacturer = text_of(system->second, row.row, "board_manufacturer");
      facts.board_serial_number = text_of(system->second, row.row, "board_serial_number");
      facts.container =
          inventory::is_container(text_of(system->second, row.row, "virtualization").value_or(""));
    }
  }
  if (const auto os = report.sections.find("os"); os != report.sections.end()) {
    for (const DecodedRow& row : os->second.rows) {
      facts.machine_id = text_of(os->second, row.row, "machine_id");
      facts.hostname = text_of(os->second, row.row, "hostname");
    }
  }
  if (const auto interfaces = report.sections.find("interfaces");
      interfaces != report.sections.end()) {
    for (const DecodedRow& row : interfaces->second.rows) {
      if (auto mac = text_of(interfaces->second, row.row, "permanent_mac_address")) {
        facts.permanent_mac_addresses.push_back(std::move(*mac));
      }
    }
  }
  return facts;
}

IdentityFacts identity_facts(store::Transaction& transaction, std::int64_t source_record) {
  IdentityFacts facts;
  transaction.query(kSystemFacts, {source_record}, [&](const store::ResultRow& row) {
    facts.uuid = row.optional_text(0);
    facts.manufacturer = row.optional_text(1);
    facts.serial_number = row.optional_text(2);
    facts.board_manufacturer = row.optional_text(3);
    facts.board_serial_number = row.optional_text(4);
    facts.container = inventory::is_container(row.optional_text(5).value_or(""));
  });
  transaction.query(kOsFacts, {source_record}, [&](const store::ResultRow& row) {
    facts.machine_id = row.optional_text(0);
    facts.hostname = row.optional_text(1);
  });
  transaction.query(kInterfaceFacts, {source_record}, [&](const store::ResultRow& row) {
    facts.permanent_mac_addresses.emplace_back(row.text(0));
  });
  return facts;
}

FoundMachine find_machine(store::Transaction& transaction, const FindMachineRequest& request) {
  struct Match {
    std::int64_t source_record;
    std::int64_t item_id;
    std::string reason;
  };
  std::vector<Match> matches;
  for (const std::int64_t candidate : find_candidates(transaction, request.evidence)) {
    const Verdict verdict =
        compare_evidence(request.evidence, open_evidence(transaction, candidate));
    if (!verdict.same) continue;
    const auto item = cmdb::assigned_item(transaction, candidate);
    if (item) matches.push_back({candidate, *item, verdict.reason});
  }
  FoundMachine out;
  if (matches.size() == 1) {
    out = {matches.front().source_record, false, matches.front().reason};
    transaction.execute(kSupersede, {request.recorded_at_ms, request.agent_id, out.source_record});
    store::store_fault("identify.superseded");
  } else {
    out.is_new = true;
    out.reason = "first report of agent " + request.agent_id;
    // Several machines have this evidence: none is picked. The reason names them, and a person
    // decides.
    for (std::size_t i = 0; i < matches.size(); ++i) {
      out.reason += (i == 0 ? "; several items have its evidence: " : ", ") +
                    std::to_string(matches[i].item_id) + " (" + matches[i].reason + ")";
    }
    out.source_record =
        cmdb::add_source_record(transaction, cmdb::SourceKind::kAgent, request.revision);
    store::store_fault("identify.source_record");
    const std::int64_t item =
        cmdb::add_item_row(transaction, request.revision, {request.recorded_at_ms});
    store::store_fault("identify.item");
    cmdb::assign(transaction, out.source_record, item, out.reason, {request.since_ms},
                 request.revision);
    store::store_fault("identify.assigned");
  }
  transaction.execute(kBindAgent, {out.source_record, request.agent_id});
  store::store_fault("identify.bound");
  return out;
}

void write_evidence(store::Transaction& transaction, std::int64_t source_record,
                    const std::vector<Evidence>& evidence, std::int64_t at_ms,
                    const std::function<std::int64_t()>& open_revision) {
  std::map<Evidence, std::int64_t> open;
  transaction.query(kFindEvidence, {source_record}, [&](const store::ResultRow& row) {
    if (const auto kind = parse_evidence_kind(row.text(0))) {
      open.emplace(Evidence{*kind, std::string(row.text(1))}, row.integer(2));
    }
  });
  for (const Evidence& item : evidence) {
    if (open.erase(item) == 0) {
      transaction.execute(
          kOpenEvidence, {source_record, to_string(item.kind), item.value, at_ms, open_revision()});
    }
  }
  for (const auto& [item, id] : open)
    transaction.execute(kCloseEvidence, {at_ms, open_revision(), id});
}

}  // namespace muster::server::ingest
