// SPDX-License-Identifier: Apache-2.0
// An agent that sends what a test tells it to, over the real listener: right reports made by the
// agent's own rules, and wrong ones. One thread.
#pragma once
#include <string>

#include "common/inventory/sections/os.h"
#include "common/inventory/sections/system.h"
#include "common/inventory/snapshot.h"
#include "common/support/clock.h"
#include "common/support/digest.h"
#include "common/support/text.h"
#include "common/tls/join_code.h"
#include "common/tls/pkcs7.h"
#include "common/tls/request.h"
#include "common/wire/compress.h"
#include "common/wire/report.h"
#include "tests/support/server_process.h"

namespace muster::test {

class WireAgent {
 public:
  // `port`: of a proxy before the agents' listener; 0 is the listener itself.
  WireAgent(ServerProcess& server, std::string hostname, std::uint16_t port = 0)
      : server_(server), hostname_(std::move(hostname)), port_(port) {}

  // From now on it reports the identifiers of the machine of that name.
  void pretend_to_be(std::string hostname) { hostname_ = std::move(hostname); }

  HttpAnswer enroll(const std::string& join_code) {
    const std::string token = tls::parse_join_code(join_code).value().token;
    const HttpAnswer answer =
        exchange(port(), {.method = "POST",
                          .path = "/.well-known/est/simpleenroll",
                          .headers = {{"Content-Type", "application/pkcs10"},
                                      {"Authorization", "Basic " + to_base64("muster:" + token)}},
                          .body = tls::to_base64_lines(tls::make_request(key_, "agent").value())});
    if (answer.status == 200) {
      certificate_ = tls::from_pkcs7(answer.body).value().front().to_pem();
    }
    return answer;
  }
  HttpAnswer renew() const {
    return exchange(port(),
                    {.method = "POST",
                     .path = "/.well-known/est/simplereenroll",
                     .headers = {{"Content-Type", "application/pkcs10"}},
                     .body = tls::to_base64_lines(tls::make_request(key_, "agent").value())},
                    identity());
  }

  RawTls identity() const {
    RawTls tls;
    tls.certificate_pem = certificate_;
    tls.key_pem = key_.to_pem();
    return tls;
  }
  std::string agent_id() const {
    return tls::agent_id_of(tls::Certificate::from_pem(certificate_).value()).value();
  }

  static HttpAsk ask_bytes(std::string body) {
    return {.method = "POST",
            .path = std::string(wire::kReportPath),
            .headers = {{"Content-Encoding", "zstd"}, {"Content-Type", "application/json"}},
            .body = std::move(body)};
  }
  HttpAnswer send_bytes(std::string body) const {
    return exchange(port(), ask_bytes(std::move(body)), identity());
  }
  HttpAnswer send(const std::string& json) const { return send_bytes(wire::compress(json)); }

  // A right report of the machine's os and system, whole.
  std::string report_json(std::int64_t sequence) const {
    inventory::Snapshot now;
    inventory::OperatingSystem os;
    os.hostname = hostname_;
    os.name = "Debian GNU/Linux";
    os.machine_id = sha256_hex(hostname_).substr(0, 32);
    inventory::System system;
    system.manufacturer = "Muster Works";
    system.serial_number = "MW-" + sha256_hex(hostname_).substr(0, 10);
    put(now, "os", inventory::to_row(os));
    put(now, "system", inventory::to_row(system));
    put(now, "interfaces", std::nullopt);
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
      report.sections[name] = {.schema = section.schema,
                               .collected_at = clock.now(),
                               .collected_boottime_ms = clock.boottime_ms(),
                               .sources = section.sources,
                               .delta = inventory::full_delta(section)};
    }
    return wire::to_json(report);
  }

 private:
  static void put(inventory::Snapshot& now, const std::string& name,
                  std::optional<inventory::Row> row) {
    const inventory::SectionSchema* schema = inventory::find_section(name);
    inventory::CollectedSection collected{.schema = schema, .sources = {}, .rows = {}};
    if (row) collected.rows.push_back(*std::move(row));
    for (const std::string_view source : schema->sources) {
      collected.sources.emplace(std::string(source), inventory::SourceStatus{});
    }
    now[name] = inventory::next_snapshot(nullptr, std::move(collected)).value();
  }

  std::uint16_t port() const { return port_ != 0 ? port_ : server_.agents_port(); }

  ServerProcess& server_;
  std::string hostname_;
  std::uint16_t port_;
  tls::PrivateKey key_ = tls::PrivateKey::generate().value();
  std::string certificate_;
  std::string boot_id_ = random_uuid();
};

}  // namespace muster::test
