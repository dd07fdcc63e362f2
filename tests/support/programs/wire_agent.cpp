// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/wire_agent.h"

#include <optional>

#include "common/crypto/certificate.h"
#include "common/crypto/join_code.h"
#include "common/crypto/pkcs7.h"
#include "common/crypto/request.h"
#include "common/inventory/sections/os.h"
#include "common/inventory/sections/system.h"
#include "common/inventory/snapshot.h"
#include "common/support/clock.h"
#include "common/support/text.h"
#include "common/wire/report.h"
#include "tests/support/programs/whole_section.h"

namespace muster::test {

WireAgent::WireAgent(ServerProcess& server, std::string hostname, std::uint16_t port)
    : server_(server), hostname_(std::move(hostname)), port_(port) {}

HttpAnswer WireAgent::enroll(const std::string& join_code) {
  const std::string token = crypto::parse_join_code(join_code).value().token;
  const HttpAnswer answer = exchange(
      port(), {.method = "POST",
               .path = "/.well-known/est/simpleenroll",
               .headers = {{"Content-Type", "application/pkcs10"},
                           {"Authorization", "Basic " + to_base64("muster:" + token)}},
               .body = crypto::to_base64_lines(crypto::make_request(key_, "agent").value())});
  if (answer.status == 200) {
    certificate_ = crypto::from_pkcs7(answer.body).value().front().to_pem();
  }
  return answer;
}

HttpAnswer WireAgent::renew() const {
  return exchange(port(),
                  {.method = "POST",
                   .path = "/.well-known/est/simplereenroll",
                   .headers = {{"Content-Type", "application/pkcs10"}},
                   .body = crypto::to_base64_lines(crypto::make_request(key_, "agent").value())},
                  identity());
}

RawTls WireAgent::identity() const {
  RawTls tls;
  tls.certificate_pem = certificate_;
  tls.key_pem = key_.to_pem();
  return tls;
}

std::string WireAgent::agent_id() const {
  return crypto::agent_id_of(crypto::Certificate::from_pem(certificate_).value()).value();
}

HttpAsk WireAgent::ask_bytes(std::string body) {
  return {.method = "POST",
          .path = std::string(wire::kReportPath),
          .headers = {{"Content-Encoding", "zstd"}, {"Content-Type", "application/json"}},
          .body = std::move(body)};
}

HttpAnswer WireAgent::send_bytes(std::string body) const {
  return exchange(port(), ask_bytes(std::move(body)), identity());
}

HttpAnswer WireAgent::send(const std::string& json) const {
  return send_bytes(wire::compress(json));
}

std::string WireAgent::report_json(std::int64_t sequence) const {
  inventory::Snapshot now;
  inventory::OperatingSystem os;
  os.hostname = hostname_;
  os.name = "Debian GNU/Linux";
  os.machine_id = sha256_hex(hostname_).substr(0, 32);
  inventory::System system;
  system.manufacturer = "Muster Works";
  system.serial_number = "MW-" + sha256_hex(hostname_).substr(0, 10);
  put_whole_section(now, "os", {inventory::to_row(os)});
  put_whole_section(now, "system", {inventory::to_row(system)});
  put_whole_section(now, "interfaces", {});
  const SystemClock clock;
  wire::Report report;
  report.sequence = sequence;
  report.boot_id = boot_id_;
  report.sent_at = clock.now();
  report.sent_boottime_ms = clock.boottime_ms();
  report.agent_version = "0.1.0";
  report.root = inventory::root_hash(now);
  for (const char* name : {"each", "hourly", "daily"})
    report.collected[name] = clock.now();
  for (const auto& [name, section] : now) {
    report.sections[name] = {.schema_version = section.schema_version,
                             .collected_at = clock.now(),
                             .collected_boottime_ms = clock.boottime_ms(),
                             .providers = section.providers,
                             .delta = inventory::full_delta(section)};
  }
  return wire::to_json(report);
}

}  // namespace muster::test
