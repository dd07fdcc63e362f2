// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/simulated_agent.h"

#include <algorithm>

#include "common/crypto/certificate.h"
#include "common/crypto/join_code.h"
#include "common/crypto/pkcs7.h"
#include "common/crypto/request.h"
#include "common/inventory/sections/disks.h"
#include "common/inventory/sections/os.h"
#include "common/inventory/sections/packages.h"
#include "common/inventory/sections/system.h"
#include "common/json/value.h"
#include "common/support/digest.h"
#include "common/support/text.h"
#include "common/wire/compress.h"
#include "tests/support/programs/whole_section.h"

namespace muster::test {
namespace {

constexpr int kExchanges = 6;  // of one cycle, beyond what waits
constexpr const char* kRecord = "SELECT source_record FROM agents WHERE agent_id = ?1";
constexpr const char* kReported =
    "SELECT sequence FROM agent_state WHERE source_record = ?1 AND agent_id = ?2";
constexpr const char* kRoot = "SELECT root FROM agent_state WHERE source_record = ?1";
constexpr const char* kCertificate =
    "SELECT COUNT(*) FROM certificates WHERE serial = ?1 AND agent_id = ?2";
constexpr const char* kPackage = R"sql(
  SELECT COUNT(*) FROM section_packages_content c JOIN section_packages r
    ON r.content_id = c.content_id AND r.source_record = ?1 WHERE c.name = ?2)sql";
constexpr const char* kClosedPackage = R"sql(
  SELECT COUNT(*) FROM section_packages_content c JOIN section_packages r
    ON r.content_id = c.content_id AND r.source_record = ?1
  WHERE c.name = ?2 AND r.until IS NOT NULL)sql";

inventory::Package package(const std::string& name, const std::string& version) {
  inventory::Package out;
  out.manager = "dpkg";
  out.scope = "system";
  out.name = name;
  out.architecture = "amd64";
  out.version = version;
  out.summary = name + " itself";
  return out;
}

}  // namespace

SimulatedAgent::SimulatedAgent(std::string hostname)
    : hostname_(std::move(hostname)),
      key_(crypto::PrivateKey::generate().value()),
      boot_id_(random_uuid()) {
  for (int i = 0; i < 20; ++i)
    packages_["library-" + std::to_string(i)] = "1." + std::to_string(i);
}

bool SimulatedAgent::enroll(FaultServer& server, const std::string& join_code) {
  const Result<crypto::JoinCode> code = crypto::parse_join_code(join_code);
  if (!code) return false;
  const HttpAnswer answer =
      try_exchange(server.agents_port(),
                   {.method = "POST",
                    .path = "/.well-known/est/simpleenroll",
                    .headers = {{"Content-Type", "application/pkcs10"},
                                {"Authorization", "Basic " + to_base64("muster:" + code->token)}},
                    .body = crypto::to_base64_lines(crypto::make_request(key_, "agent").value())});
  last_status_ = answer.status;
  if (answer.status != 200) return false;
  const crypto::Certificate certificate = crypto::from_pkcs7(answer.body).value().front();
  certificate_ = certificate.to_pem();
  serial_ = certificate.fields().serial_hex;
  agent_id_ = crypto::agent_id_of(certificate).value();
  return true;
}

bool SimulatedAgent::renew(FaultServer& server) {
  const HttpAnswer answer =
      try_exchange(server.agents_port(),
                   {.method = "POST",
                    .path = "/.well-known/est/simplereenroll",
                    .headers = {{"Content-Type", "application/pkcs10"}},
                    .body = crypto::to_base64_lines(crypto::make_request(key_, "agent").value())},
                   identity());
  last_status_ = answer.status;
  if (answer.status != 200) return false;
  const crypto::Certificate certificate = crypto::from_pkcs7(answer.body).value().front();
  certificate_ = certificate.to_pem();
  serial_ = certificate.fields().serial_hex;
  return true;
}

RawTls SimulatedAgent::identity() const {
  RawTls tls;
  tls.certificate_pem = certificate_;
  tls.key_pem = key_.to_pem();
  return tls;
}

void SimulatedAgent::reinstall() {
  certificate_.clear();
  agent_id_.clear();
  key_ = crypto::PrivateKey::generate().value();
  sequence_ = acknowledged_ = 0;
  acknowledged_root_.clear();
  believed_.clear();
  pending_.clear();
}

void SimulatedAgent::lose_report() {
  change();
  queue({}, false);
  pending_.pop_back();
}

void SimulatedAgent::change() {
  const std::string name = "p" + std::to_string(++changed_) + "-" + hostname_;
  packages_[name] = "1." + std::to_string(changed_);
  changes_.push_back({name, false});
  const std::string old = "p" + std::to_string(changed_ - 3) + "-" + hostname_;
  if (changed_ % 2 == 0 && packages_.erase(old) > 0) changes_.push_back({old, true});
}

inventory::Snapshot SimulatedAgent::look() const {
  inventory::Snapshot snapshot;
  inventory::OperatingSystem os;
  os.hostname = hostname_;
  os.name = "Debian GNU/Linux";
  os.machine_id = sha256_hex(hostname_).substr(0, 32);
  inventory::System system;
  system.manufacturer = "Muster Works";
  system.serial_number = "MW-" + sha256_hex(hostname_).substr(0, 10);
  put_whole_section(snapshot, "os", {inventory::to_row(os)});
  put_whole_section(snapshot, "system", {inventory::to_row(system)});
  std::vector<inventory::Row> rows;
  for (const auto& [name, version] : packages_)
    rows.push_back(inventory::to_row(package(name, version)));
  put_whole_section(snapshot, "packages", std::move(rows));
  if (has_disks_) put_whole_section(snapshot, "disks", {});
  return snapshot;
}

void SimulatedAgent::queue(const std::vector<std::string>& whole, bool with_hashes) {
  Pending pending;
  pending.after = look();
  wire::Report& report = pending.report;
  report.sequence = ++sequence_;
  report.boot_id = boot_id_;
  report.agent_version = "0.1.0";
  report.root = inventory::root_hash(pending.after);
  const Instant now = clock_.now();
  for (const char* name : {"each", "hourly", "daily"})
    report.collected[name] = now;
  for (const auto& [name, section] : pending.after) {
    const auto old = believed_.find(name);
    const bool send_whole =
        old == believed_.end() || std::find(whole.begin(), whole.end(), name) != whole.end();
    if (!send_whole && old->second.hash == section.hash &&
        old->second.providers == section.providers)
      continue;
    report.sections[name] = {.schema_version = section.schema_version,
                             .collected_at = now,
                             .collected_boottime_ms = clock_.boottime_ms(),
                             .providers = section.providers,
                             .delta = send_whole ? inventory::full_delta(section)
                                                 : inventory::difference(old->second, section)};
  }
  if (with_hashes) {
    for (const auto& [name, section] : pending.after) {
      report.hashes[name] = {section.schema_version, section.hash.to_hex(),
                             inventory::status_line(name, section.providers)};
    }
  }
  pending.changes = std::exchange(changes_, {});
  believed_ = pending.after;
  pending_.push_back(std::move(pending));
}

void SimulatedAgent::acknowledge(const Pending& pending, const wire::Reply& reply) {
  ++reports_;
  acknowledged_ = pending.report.sequence;
  acknowledged_root_ = pending.report.root;
  // A section that the server asks for once more was not taken.
  const bool taken = std::find(reply.send_full.begin(), reply.send_full.end(), "packages") ==
                         reply.send_full.end() &&
                     !reply.refused.contains("packages");
  if (!taken) return;
  for (Change change : pending.changes) {
    change.agent_id = agent_id_;
    facts_.push_back(std::move(change));
  }
}

bool SimulatedAgent::send(FaultServer& server, Pending& pending) {
  pending.report.sent_at = clock_.now();
  pending.report.sent_boottime_ms = clock_.boottime_ms();
  const HttpAnswer answer =
      try_exchange(server.agents_port(),
                   {.method = "POST",
                    .path = std::string(wire::kReportPath),
                    .headers = {{"Content-Encoding", "zstd"}, {"Content-Type", "application/json"}},
                    .body = wire::compress(wire::to_json(pending.report))},
                   identity());
  last_status_ = answer.status;
  if (answer.status == 409) {
    const Result<JsonValue> problem = JsonValue::parse(answer.body);
    sequence_ = problem ? problem->integer_at("last_sequence").value_or(sequence_) : sequence_;
    ++stale_;
    believed_.clear();
    pending_.clear();
    queue({}, false);
    return true;
  }
  if (answer.status != 200) return false;
  const Result<wire::Reply> reply = wire::parse_reply(answer.body);
  if (!reply || reply->acknowledged != pending.report.sequence) return false;
  acknowledge(pending, *reply);
  pending_.pop_front();
  if (!pending_.empty()) return true;
  if (!reply->send_full.empty()) {
    queue(reply->send_full, false);
  } else if (reply->send_hashes) {
    queue({}, true);
  }
  return true;
}

bool SimulatedAgent::cycle(FaultServer& server) {
  queue({}, false);
  return send_waiting(server);
}

bool SimulatedAgent::send_waiting(FaultServer& server) {
  for (int follow_ups = 0; !pending_.empty();) {
    const std::size_t before = pending_.size();
    if (!send(server, pending_.front())) return false;
    if (pending_.size() >= before && ++follow_ups > kExchanges) return false;
  }
  return true;
}

std::string SimulatedAgent::missing_in(server::store::Transaction& transaction, bool all) {
  if (!is_enrolled()) return {};
  std::string missing;
  const auto lost = [&](const std::string& what) {
    missing += hostname_ + " (" + agent_id_ + "): " + what + "\n";
  };
  if (transaction.find_integer(kCertificate, {serial_, agent_id_}).value_or(0) == 0)
    lost("its certificate " + serial_);
  const std::int64_t record = transaction.find_integer(kRecord, {agent_id_}).value_or(0);
  if (acknowledged_ > 0) {
    const std::int64_t sequence =
        transaction.find_integer(kReported, {record, agent_id_}).value_or(0);
    if (sequence < acknowledged_ || sequence > sequence_) {
      lost("report " + std::to_string(acknowledged_) + " was acknowledged, the last one there is " +
           std::to_string(sequence));
    }
    if (sequence == acknowledged_ && transaction.find_text(kRoot, {record}) != acknowledged_root_)
      lost("report " + std::to_string(acknowledged_) + " is there with another content");
  }
  std::map<std::string, std::int64_t> records;
  for (std::size_t i = all ? 0 : checked_; i < facts_.size(); ++i) {
    const Change& fact = facts_[i];
    const char* const sql = fact.is_gone ? kClosedPackage : kPackage;
    // The agent before this one on the same machine may stand behind another source record.
    const auto known = records.find(fact.agent_id);
    const std::int64_t of =
        known != records.end() ? known->second
                               : records[fact.agent_id] =
                                     transaction.find_integer(kRecord, {fact.agent_id}).value_or(0);
    const std::int64_t rows = transaction.find_integer(sql, {of, fact.name}).value_or(0);
    const std::string what = (fact.is_gone ? "removal of " : "installation of ") + fact.name;
    if (rows == 0) lost(what);
    if (rows > 1) lost(what + ", which is there " + std::to_string(rows) + " times");
  }
  checked_ = facts_.size();
  return missing;
}

}  // namespace muster::test
