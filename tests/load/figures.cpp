// SPDX-License-Identifier: Apache-2.0
#include "tests/load/figures.h"

#include <cstdio>

namespace muster::load {
namespace {

void print_figures(const Figures& figures) {
  std::printf("  %-34s %9.1f /s  %8llu in %6.1f s", figures.name.c_str(), figures.rate(),
              static_cast<unsigned long long>(figures.done), figures.wall_s);
  if (figures.server_cpu_s > 0) std::printf("  server cpu %7.3f ms each", figures.server_cpu_ms());
  if (figures.client_cpu_s > 0 && figures.done > 0)
    std::printf("  client cpu %6.3f ms",
                figures.client_cpu_s * 1000 / static_cast<double>(figures.done));
  std::printf("\n");
  const Tally& tally = figures.tally;
  if (!tally.latencies_ms.empty()) {
    std::printf("    answers p50 %.1f  p95 %.1f  p99 %.1f  max %.1f ms; most open %zu",
                percentile(tally.latencies_ms, 50), percentile(tally.latencies_ms, 95),
                percentile(tally.latencies_ms, 99), percentile(tally.latencies_ms, 100),
                tally.most_open);
    const auto count = static_cast<double>(tally.latencies_ms.size());
    std::printf("; %.0f bytes sent, %.0f received each (with TLS)\n",
                static_cast<double>(tally.bytes_sent) / count,
                static_cast<double>(tally.bytes_received) / count);
  }
  if (!tally.statuses.empty() || tally.faults() > 0) {
    std::printf("   ");
    for (const auto& [status, number] : tally.statuses)
      std::printf(" %d: %llu", status, static_cast<unsigned long long>(number));
    for (const auto& [ending, number] : tally.endings) {
      if (ending != Ending::kAnswered)
        std::printf(" %s: %llu", kEndingNames[static_cast<int>(ending)],
                    static_cast<unsigned long long>(number));
    }
    if (tally.without_retry_after > 0)
      std::printf(" without Retry-After: %llu",
                  static_cast<unsigned long long>(tally.without_retry_after));
    if (figures.asked_again > 0)
      std::printf(" asked again: %llu", static_cast<unsigned long long>(figures.asked_again));
    std::printf("\n");
  }
  if (figures.peak_mib > 0)
    std::printf("    peak resident %.0f MiB; store %.0f MiB, WAL at most %.1f MiB\n",
                figures.peak_mib, figures.store_mib, figures.peak_wal_mib);
}

void print_people(const char* what, const std::vector<float>& samples) {
  if (samples.empty()) return;
  std::printf("  people: %-20s p50 %7.1f  p95 %7.1f  p99 %7.1f ms  (%zu)\n", what,
              percentile(samples, 50), percentile(samples, 95), percentile(samples, 99),
              samples.size());
}

void write_percentiles(JsonWriter& json, std::string_view name, const std::vector<float>& samples) {
  if (samples.empty()) return;
  json.key(name).begin_object();
  for (const auto& [key, p] :
       {std::pair{"p50", 50.0}, {"p95", 95.0}, {"p99", 99.0}, {"max", 100.0}})
    json.member(key, percentile(samples, p));
  json.member("count", static_cast<std::int64_t>(samples.size())).end_object();
}

void write(JsonWriter& json, const Figures& figures) {
  json.begin_object().member("name", figures.name);
  json.member("done", static_cast<std::int64_t>(figures.done)).member("wall_s", figures.wall_s);
  json.member("per_s", figures.rate()).member("server_cpu_ms_each", figures.server_cpu_ms());
  json.member("client_cpu_s", figures.client_cpu_s).member("peak_resident_mib", figures.peak_mib);
  json.member("store_mib", figures.store_mib).member("peak_wal_mib", figures.peak_wal_mib);
  json.member("bytes_sent", static_cast<std::int64_t>(figures.tally.bytes_sent));
  json.member("bytes_received", static_cast<std::int64_t>(figures.tally.bytes_received));
  json.member("asked_again", static_cast<std::int64_t>(figures.asked_again));
  json.member("without_retry_after", static_cast<std::int64_t>(figures.tally.without_retry_after));
  json.key("answers").begin_object();
  for (const auto& [status, number] : figures.tally.statuses)
    json.member(std::to_string(status), static_cast<std::int64_t>(number));
  for (const auto& [ending, number] : figures.tally.endings) {
    if (ending != Ending::kAnswered)
      json.member(kEndingNames[static_cast<int>(ending)], static_cast<std::int64_t>(number));
  }
  json.end_object();
  write_percentiles(json, "latency_ms", figures.tally.latencies_ms);
  json.end_object();
}

}  // namespace

void print(const Outcome& outcome) {
  std::printf("== %s\n", outcome.profile.c_str());
  for (const std::string& note : outcome.notes)
    std::printf("  %s\n", note.c_str());
  for (const Figures& figures : outcome.figures)
    print_figures(figures);
  print_people("item page", outcome.people.item_ms);
  print_people("list", outcome.people.list_ms);
  print_people("query", outcome.people.query_ms);
  if (outcome.people.failed > 0)
    std::printf("  people: %llu failed, first %s\n",
                static_cast<unsigned long long>(outcome.people.failed),
                outcome.people.first_failure.c_str());
  for (const Ratio& ratio : outcome.ratios) {
    std::printf("  %-58s %9.3f  wanted %s%s\n", ratio.what.c_str(), ratio.value,
                ratio.wanted.c_str(),
                !ratio.reached   ? ""
                : *ratio.reached ? "  reached"
                                 : "  NOT reached");
  }
  for (const std::string& mistake : outcome.mistakes)
    std::printf("  WRONG: %s\n", mistake.c_str());
  std::fflush(stdout);
}

std::string to_json(const std::vector<Outcome>& outcomes) {
  JsonWriter json;
  json.begin_object().key("profiles").begin_array();
  for (const Outcome& outcome : outcomes) {
    json.begin_object().member("profile", outcome.profile).member("notes", outcome.notes);
    json.key("figures").begin_array();
    for (const Figures& figures : outcome.figures)
      write(json, figures);
    json.end_array().key("ratios").begin_array();
    for (const Ratio& ratio : outcome.ratios) {
      json.begin_object().member("what", ratio.what).member("value", ratio.value);
      json.member("wanted", ratio.wanted).member("reached", ratio.reached).end_object();
    }
    json.end_array().key("people").begin_object();
    write_percentiles(json, "item_page_ms", outcome.people.item_ms);
    write_percentiles(json, "list_ms", outcome.people.list_ms);
    write_percentiles(json, "query_ms", outcome.people.query_ms);
    json.member("failed", static_cast<std::int64_t>(outcome.people.failed)).end_object();
    json.member("mistakes", outcome.mistakes).end_object();
  }
  return std::move(json.end_array().end_object()).text() + "\n";
}

}  // namespace muster::load
