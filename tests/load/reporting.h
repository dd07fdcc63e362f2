// SPDX-License-Identifier: Apache-2.0
// Agents that report: what each says next is the profile's choice, how it says it is the agent's
// way. A report is sent again, with the same bytes, until it is acknowledged; 503 and 429 are
// waited out as agent/sync/back_off.h has it; what the server asks for is sent in the same cycle.
// Nobody but the client's threads (client.h) calls it while they run.
#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/load/population.h"

namespace muster::load {

LoadAgent::Waiting waiting(const wire::Report& report);
// Head and body of the request.
std::string report_request(const std::string& body);

class Reporting final : public Exchanges {
 public:
  // Called when the agent has nothing left to send: puts its next report into `waiting`.
  using Next = std::function<void(LoadAgent&)>;
  // After an acknowledgement that left nothing to send: when it comes again; nullopt: not any more.
  using Pace = std::function<std::optional<Clock::time_point>(LoadAgent&)>;

  Reporting(const Fleet& fleet, std::vector<LoadAgent>& agents, Next next, Pace pace)
      : fleet_(fleet), agents_(agents), next_(std::move(next)), pace_(std::move(pace)) {}

  std::string request(std::size_t agent) override;
  const Credential* credential(std::size_t agent) override;
  std::optional<Clock::time_point> answered(std::size_t agent, const Answer& answer) override;

  std::uint64_t acknowledged() const { return acknowledged_; }
  std::uint64_t asked_again() const { return asked_again_; }  // whole sections or hashes
  // Answers that no agent should get; at most 10 texts.
  std::uint64_t unexpected() const { return unexpected_; }
  std::vector<std::string> unexpected_texts() const;

 private:
  std::optional<Clock::time_point> taken(LoadAgent& agent, const agent::sync::HttpReply& reply);
  std::optional<Clock::time_point> give_up(const LoadAgent& agent,
                                           const agent::sync::HttpReply& reply);

  const Fleet& fleet_;
  std::vector<LoadAgent>& agents_;
  Next next_;
  Pace pace_;
  std::atomic<std::uint64_t> acknowledged_{0}, asked_again_{0}, unexpected_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

// The same reports to the echo server: nothing is kept of its answers.
class Echoing final : public Exchanges {
 public:
  Echoing(const Fleet& fleet, const std::vector<LoadAgent>& agents)
      : fleet_(fleet), agents_(agents) {}
  std::string request(std::size_t agent) override;
  const Credential* credential(std::size_t agent) override {
    return agents_[agent].credential.get();
  }
  std::optional<Clock::time_point> answered(std::size_t, const Answer&) override {
    return Clock::now();
  }

 private:
  const Fleet& fleet_;
  const std::vector<LoadAgent>& agents_;
};

}  // namespace muster::load
