// SPDX-License-Identifier: Apache-2.0
#include "server/api/agents/agent_budget.h"

#include <algorithm>
#include <cmath>

#include "server/error.h"

namespace muster::server::api {
namespace {

constexpr double kSecondsPerMinute = 60;
// Nobody is sent away for longer: it may be a disk that was restored, not an attack.
constexpr double kLongestRetryS = 900;

}  // namespace

double AgentBudgets::most_reports() const {
  return static_cast<double>(options_.reports_per_minute * options_.reports_burst_minutes);
}
double AgentBudgets::most_bytes() const {
  return static_cast<double>(options_.bytes_per_minute * options_.bytes_burst_minutes);
}

void AgentBudgets::refill(Bucket& bucket, Time now) const {
  const double minutes =
      std::chrono::duration<double>(std::max(now - bucket.at, Time::duration::zero())).count() /
      kSecondsPerMinute;
  const auto more = [&](double have, std::int64_t rate, double most) {
    return std::min(have + minutes * static_cast<double>(rate), most);
  };
  bucket.reports = more(bucket.reports, options_.reports_per_minute, most_reports());
  bucket.bytes = more(bucket.bytes, options_.bytes_per_minute, most_bytes());
  bucket.at = std::max(now, bucket.at);
}

AgentBudgets::Bucket& AgentBudgets::refilled(const std::string& agent_id, Time now) {
  const auto found = buckets_.find(agent_id);
  if (found != buckets_.end()) {
    refill(found->second, now);
    return found->second;
  }
  if (buckets_.size() >= options_.most_agents) forget_some(now);
  return buckets_.emplace(agent_id, Bucket{most_reports(), most_bytes(), now}).first->second;
}

// Those that are full again, and where these are none, the fullest tenth.
void AgentBudgets::forget_some(Time now) {
  std::vector<double> left;
  for (auto& [id, bucket] : buckets_) {
    refill(bucket, now);
    left.push_back(bucket.reports);
  }
  const auto cut = left.begin() + static_cast<std::ptrdiff_t>(left.size() * 9 / 10);
  std::nth_element(left.begin(), cut, left.end());
  const double least = std::min(*cut, most_reports());
  std::erase_if(buckets_, [&](const auto& each) { return each.second.reports >= least; });
}

void AgentBudgets::refuse_if_spent(const Bucket& bucket) const {
  if (bucket.reports >= 1 && bucket.bytes >= 0) return;
  const auto minutes = [](double missing, std::int64_t rate) {
    return missing > 0 ? missing / static_cast<double>(std::max<std::int64_t>(rate, 1)) : 0;
  };
  const double wait_s =
      kSecondsPerMinute * std::max(minutes(1 - bucket.reports, options_.reports_per_minute),
                                   minutes(-bucket.bytes, options_.bytes_per_minute));
  // At least a minute, so that a replay goes on in handfuls rather than one by one.
  const double asked_s = std::clamp(wait_s, kSecondsPerMinute, kLongestRetryS);
  throw Error(Status::kTooManyRequests, "too_many_reports",
              "This agent has reported more than one machine has to say; it may go on later.")
      .retry_after(static_cast<int>(std::ceil(asked_s)));
}

void AgentBudgets::check(const std::string& agent_id, Time now) {
  if (options_.reports_per_minute == 0) return;
  const std::lock_guard lock(mutex_);
  const auto found = buckets_.find(agent_id);
  if (found == buckets_.end()) return;
  refill(found->second, now);
  refuse_if_spent(found->second);
}

void AgentBudgets::take_report(const std::string& agent_id, Time now) {
  if (options_.reports_per_minute == 0) return;
  const std::lock_guard lock(mutex_);
  Bucket& bucket = refilled(agent_id, now);
  refuse_if_spent(bucket);
  bucket.reports -= 1;
}

void AgentBudgets::take_bytes(const std::string& agent_id, std::int64_t bytes, Time now) {
  if (options_.reports_per_minute == 0) return;
  const std::lock_guard lock(mutex_);
  refilled(agent_id, now).bytes -= static_cast<double>(bytes);
}

std::size_t AgentBudgets::size() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace muster::server::api
