// SPDX-License-Identifier: Apache-2.0
// GET /metrics: counters since the start and a few readings, named as Prometheus asks
// (https://prometheus.io/docs/practices/naming). No label holds a name that a stranger chose.
#include <array>
#include <initializer_list>
#include <utility>

#include "server/api/admin/operations.h"

namespace muster::server::api {
namespace {

constexpr std::string_view kAgentsByState = "SELECT state, COUNT(*) FROM agents GROUP BY state";
constexpr std::int64_t kMsPerSecond = 1000;

class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    out_.append("# HELP ").append(name).append(" ").append(help);
    out_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
  }
  void sample(Labels labels, std::uint64_t value) {
    out_ += name_;
    std::string_view separator = "{";
    for (const auto& [label, text] : labels) {
      out_.append(separator).append(label).append("=\"").append(text).append("\"");
      separator = ",";
    }
    if (labels.size() > 0) out_ += '}';
    out_ += ' ' + std::to_string(value) + '\n';
  }
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    family(name, "counter", help);
    sample({}, value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string name_;
  std::string out_;
};

void write_listeners(Exposition& out, const Listeners& listeners) {
  const auto all = listeners.all();
  out.family("muster_http_connections_accepted_total", "counter", "Connections accepted");
  for (const auto& [name, counters] : all)
    out.sample({{"listener", name}}, counters.accepted);
  out.family("muster_http_open_connections", "gauge", "Connections that are open now");
  for (const auto& [name, counters] : all) {
    out.sample({{"listener", name}}, counters.open_connections);
  }
  out.family("muster_http_refused_total", "counter", "Connections and requests refused, by reason");
  for (const auto& [name, counters] : all) {
    const std::pair<std::string_view, std::uint64_t> reasons[] = {
        {"proxy", counters.refused_proxy},
        {"handshake", counters.refused_handshake},
        {"deadline", counters.refused_deadline},
        {"malformed", counters.refused_malformed},
        {"overload", counters.refused_overload}};
    for (const auto& [reason, count] : reasons) {
      out.sample({{"listener", name}, {"reason", reason}}, count);
    }
  }
  out.family("muster_http_waited_total", "counter",
             "Connections that had to wait because their address has many");
  for (const auto& [name, counters] : all)
    out.sample({{"listener", name}}, counters.waited_address_limit);
  out.family("muster_http_displaced_total", "counter",
             "Silent or idle connections closed to make room for others");
  for (const auto& [name, counters] : all)
    out.sample({{"listener", name}}, counters.displaced);
  out.family("muster_http_accept_pauses_total", "counter",
             "Times that no connection could be accepted, for want of descriptors");
  for (const auto& [name, counters] : all)
    out.sample({{"listener", name}}, counters.accept_paused);
  out.family("muster_http_responses_total", "counter", "Answers by class of status");
  constexpr std::array<std::string_view, 6> kClasses = {"", "1xx", "2xx", "3xx", "4xx", "5xx"};
  for (const auto& [name, counters] : all) {
    for (std::size_t i = 2; i < kClasses.size(); ++i) {
      out.sample({{"listener", name}, {"status", kClasses[i]}}, counters.responses[i]);
    }
  }
}

void write_ingest(Exposition& out, const ingest::IngestCounters& counters) {
  out.counter("muster_reports_total", "Reports taken", counters.reports);
  out.counter("muster_reports_unchanged_total", "Reports that changed no row", counters.unchanged);
  out.counter("muster_reports_stale_total", "Reports refused as older than the last one",
              counters.stale);
  out.counter("muster_sections_refused_total", "Sections of reports that could not be taken",
              counters.sections_refused);
  out.counter("muster_sections_asked_whole_total", "Sections asked for as a whole",
              counters.sections_asked_whole);
}

void write_store(Exposition& out, store::Store& store) {
  const store::StoreCounters counters = store.counters();
  out.counter("muster_store_commits_total", "Commits", counters.commits);
  out.counter("muster_store_writes_total", "Writes, several of which may share a commit",
              counters.writes);
  out.counter("muster_store_batches_redone_total", "Commits redone one write at a time",
              counters.batches_redone);
  out.family("muster_agents", "gauge", "Agents by state");
  std::vector<std::pair<std::string, std::int64_t>> states;
  store.read([&](store::Transaction& transaction) {
    transaction.query(kAgentsByState, {}, [&](const store::ResultRow& row) {
      states.emplace_back(row.text(0), row.integer(1));
    });
  });
  for (const std::string_view state : {"active", "superseded", "revoked"}) {
    std::uint64_t count = 0;
    for (const auto& [name, agents] : states) {
      if (name == state) count = static_cast<std::uint64_t>(agents);
    }
    out.sample({{"state", state}}, count);
  }
}

}  // namespace

http::Response metrics(Services& services) {
  Exposition out;
  out.family("muster_build_info", "gauge", "The version of this program");
  out.sample({{"version", services.settings.version}}, 1);
  write_listeners(out, services.listeners);
  write_ingest(out, services.ingest.counters());
  write_store(out, services.store);
  out.family("muster_authority_not_after_seconds", "gauge",
             "When the newest certificate authority ends, in seconds since 1970");
  std::int64_t not_after_ms = 0;
  for (const crypto::Certificate& authority : services.authority.trusted(services.clock.now())) {
    not_after_ms = std::max(not_after_ms, authority.fields().not_after.ms);
  }
  out.sample({}, static_cast<std::uint64_t>(not_after_ms / kMsPerSecond));
  return http::Response::text(out.take())
      .set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace muster::server::api
