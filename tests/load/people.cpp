// SPDX-License-Identifier: Apache-2.0
#include "tests/load/people.h"

#include <optional>
#include <random>

#include "common/json/value.h"
#include "tests/load/fleet.h"
#include "tests/support/http_exchange.h"
#include "tests/support/raw_client.h"

namespace muster::load {
namespace {

constexpr unsigned kPeople = 4;

// One kept connection; made anew when the server has closed it.
class Browser {
 public:
  Browser(std::uint16_t port, std::string authorization)
      : port_(port), authorization_(std::move(authorization)) {}

  test::HttpAnswer get(const std::string& path) {
    const std::string bytes =
        test::to_bytes({.path = path, .headers = {{"Authorization", authorization_}}});
    for (int attempt = 0; attempt < 2; ++attempt) {
      const bool is_new = !client_;
      if (is_new) {
        client_.emplace(port_);
        if (!client_->start_tls()) break;
      }
      if (client_->send(bytes)) {
        const test::HttpAnswer answer = test::read_answer(*client_);
        if (answer.head.find("\r\nConnection: close\r\n") != std::string::npos) client_.reset();
        if (answer.status != 0 || is_new) return answer;
      }
      client_.reset();
    }
    client_.reset();
    return {};
  }

 private:
  std::uint16_t port_;
  std::string authorization_;
  std::optional<test::RawClient> client_;
};

std::vector<std::string> item_ids(const test::HttpAnswer& answer) {
  std::vector<std::string> out;
  const Result<JsonValue> json = JsonValue::parse(answer.body);
  const JsonValue* items = json ? json->find("data") : nullptr;
  if (items == nullptr || items->array() == nullptr) return out;
  for (const JsonValue& item : *items->array()) {
    if (const auto id = item.integer_at("item_id")) out.push_back(std::to_string(*id));
  }
  return out;
}

}  // namespace

void PeopleTimes::add(const PeopleTimes& other) {
  item_ms.insert(item_ms.end(), other.item_ms.begin(), other.item_ms.end());
  list_ms.insert(list_ms.end(), other.list_ms.begin(), other.list_ms.end());
  query_ms.insert(query_ms.end(), other.query_ms.begin(), other.query_ms.end());
  failed += other.failed;
  if (first_failure.empty()) first_failure = other.first_failure;
}

People::People(std::uint16_t port, std::string api_token, double per_s)
    : port_(port), authorization_("Bearer " + std::move(api_token)), per_s_(per_s) {
  if (per_s_ <= 0) return;
  std::vector<std::string> items =
      item_ids(Browser(port_, authorization_).get("/api/v1/items?limit=100"));
  if (items.empty()) {
    times_.failed = 1;
    times_.first_failure = "the list of items is empty: there is no item page to ask for";
  }
  for (unsigned person = 0; person < kPeople; ++person)
    threads_.emplace_back([this, person, items] { ask(person, items); });
}

People::~People() {
  stop();
}

PeopleTimes People::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_)
    thread.join();
  threads_.clear();
  return std::move(times_);
}

void People::ask(unsigned person, std::vector<std::string> items) {
  Browser browser(port_, authorization_);
  std::mt19937_64 chance(person + 1);
  const auto period =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(kPeople / per_s_));
  Clock::time_point due = Clock::now() + period * person / kPeople;
  for (; !stopping_; due += period) {
    std::this_thread::sleep_until(due);
    const auto part = chance() % 10;
    std::string path = "/api/v1/items?limit=50";
    std::vector<float> PeopleTimes::*times = &PeopleTimes::list_ms;
    if (part < 6 && !items.empty()) {
      path = "/api/v1/items/" + items[chance() % items.size()];
      times = &PeopleTimes::item_ms;
    } else if (part < 8) {
      path = "/api/v1/items?limit=50&q=os.hostname:web-1000" + std::to_string(chance() % 90 + 10);
      times = &PeopleTimes::query_ms;
    }
    std::string failure;
    try {
      const test::HttpAnswer answer = browser.get(path);
      if (answer.status != 200) failure = path + ": " + std::to_string(answer.status) + answer.body;
    } catch (const std::exception& error) {
      failure = path + ": " + error.what();
    }
    const auto taken = static_cast<float>(seconds_since(due) * 1000);
    const std::lock_guard lock(mutex_);
    if (failure.empty()) {
      (times_.*times).push_back(taken);
    } else if (times_.failed++ == 0) {
      times_.first_failure = failure.substr(0, 300);
    }
  }
}

}  // namespace muster::load
