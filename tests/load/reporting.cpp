// SPDX-License-Identifier: Apache-2.0
#include "tests/load/reporting.h"

#include <random>

#include "agent/sync/back_off.h"
#include "common/support/text.h"
#include "common/wire/compress.h"

namespace muster::load {
namespace {

constexpr std::size_t kTextsKept = 10;

double chance() {
  thread_local std::mt19937_64 engine(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

Clock::time_point after_ms(std::int64_t ms) {
  return Clock::now() + std::chrono::milliseconds(ms);
}

}  // namespace

LoadAgent::Waiting waiting(const wire::Report& report) {
  return {report.sequence, wire::compress(wire::to_json(report)), !report.sections.empty()};
}

std::string report_request(const std::string& body) {
  std::string out = "POST " + std::string(wire::kReportPath) +
                    " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                    "Content-Encoding: zstd\r\nContent-Length: ";
  return out + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string Reporting::request(std::size_t agent) {
  LoadAgent& who = agents_[agent];
  if (who.waiting.empty()) next_(who);
  return report_request(who.waiting.front().body);
}

const Credential* Reporting::credential(std::size_t agent) {
  return agents_[agent].credential.get();
}

std::optional<Clock::time_point> Reporting::answered(std::size_t agent, const Answer& answer) {
  LoadAgent& who = agents_[agent];
  if (answer.ending != Ending::kAnswered) {
    who.in_doubt = true;
    return after_ms(agent::sync::retry_delay_ms(++who.failures, std::nullopt, chance));
  }
  const agent::sync::HttpReply& reply = answer.reply;
  if (reply.status == 200) return taken(who, reply);
  if (reply.status == 503 || reply.status == 429)
    return after_ms(agent::sync::retry_delay_ms(++who.failures, reply.retry_after_s, chance));
  return give_up(who, reply);
}

std::optional<Clock::time_point> Reporting::taken(LoadAgent& agent,
                                                  const agent::sync::HttpReply& reply) {
  const auto parsed = wire::parse_reply(reply.body);
  LoadAgent::Waiting& sent = agent.waiting.front();
  if (!parsed || parsed->acknowledged != sent.sequence || !parsed->refused.empty())
    return give_up(agent, reply);
  agent.failures = 0;
  agent.in_doubt = false;
  agent.acknowledged = sent.sequence;
  const bool asked = !parsed->send_full.empty() || parsed->send_hashes;
  if (sent.changes && !asked) agent.changes_taken.push_back(sent.sequence);
  agent.waiting.pop_front();
  ++acknowledged_;
  if (asked) ++asked_again_;
  if (asked && agent.waiting.empty()) {
    agent.waiting.push_back(waiting(parsed->send_full.empty()
                                        ? fleet_.hashes_report(agent.machine)
                                        : fleet_.whole_report(agent.machine, parsed->send_full)));
  }
  if (!agent.waiting.empty()) return Clock::now();
  return pace_(agent);
}

std::optional<Clock::time_point> Reporting::give_up(const LoadAgent& agent,
                                                    const agent::sync::HttpReply& reply) {
  ++unexpected_;
  const std::lock_guard lock(mutex_);
  if (texts_.size() < kTextsKept) {
    texts_.push_back("machine " + std::to_string(agent.machine.number) + ": " +
                     std::to_string(reply.status) + ' ' + printable(reply.body.substr(0, 300)));
  }
  return std::nullopt;
}

std::vector<std::string> Reporting::unexpected_texts() const {
  const std::lock_guard lock(mutex_);
  return texts_;
}

std::string Echoing::request(std::size_t agent) {
  Machine machine = agents_[agent].machine;
  return report_request(waiting(fleet_.unchanged_report(machine)).body);
}

}  // namespace muster::load
