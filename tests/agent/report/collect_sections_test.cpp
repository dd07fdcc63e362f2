// SPDX-License-Identifier: Apache-2.0
#include "agent/report/collect_sections.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "agent/host/captured_host.h"
#include "agent/report/inventory_json.h"
#include "common/inventory/sections/users.h"
#include "common/json/value.h"
#include "tests/support/agent/map_host.h"

using namespace muster::agent;
using muster::Instant;
using muster::JsonValue;
using muster::inventory::Status;
using muster::inventory::User;

namespace {

class FixedClock final : public muster::Clock {
 public:
  Instant now() const override { return {1'000'000}; }
  std::int64_t boottime_ms() const override { return 4242; }
};

// A gate that collectors wait at, so that a test decides when one returns. It is reached through
// the host, which the collectors keep alive.
class GatedHost final : public host::Host {
 public:
  muster::Result<std::string> read(std::string_view, std::size_t) override {
    std::unique_lock lock(mutex_);
    ++started_;
    signal_.notify_all();
    signal_.wait(lock, [this] { return open_; });
    ++returned_;
    signal_.notify_all();
    return std::string("late");
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    signal_.notify_all();
  }
  // False: not within the time in which a test may hang.
  bool wait_started(int count) {
    std::unique_lock lock(mutex_);
    return signal_.wait_for(lock, std::chrono::seconds(60), [&] { return started_ >= count; });
  }
  void wait_returned(int count) {
    std::unique_lock lock(mutex_);
    signal_.wait(lock, [&] { return returned_ >= count; });
  }
  int started() {
    const std::lock_guard lock(mutex_);
    return started_;
  }

  muster::Result<std::vector<std::string>> list(std::string_view) override { return none(); }
  muster::Result<std::string> read_link(std::string_view) override { return none(); }
  muster::Result<host::FileStatus> status(std::string_view) override { return none(); }
  muster::Result<host::FilesystemSpace> space(std::string_view) override { return none(); }
  muster::Result<host::Uname> uname() override { return none(); }
  muster::Result<std::string> netlink(host::NetlinkDump) override { return none(); }

 private:
  static muster::Failure none() { return {muster::FailureKind::kNotFound, "not here"}; }

  std::mutex mutex_;
  std::condition_variable signal_;
  bool open_ = false;
  int started_ = 0;
  int returned_ = 0;
};

User user(std::string name, std::int64_t uid) {
  User out;
  out.name = std::move(name);
  out.uid = uid;
  return out;
}

collect::CollectedSection two_users(host::Host&) {
  return collect::collected(std::vector<User>{user("zoe", 1001), user("ana", 1000)});
}
collect::CollectedSection waits(host::Host& host) {
  static_cast<void>(host.read("/slow"));
  return collect::collected(std::vector<User>{});
}
collect::CollectedSection throws(host::Host&) {
  throw std::runtime_error("broken on purpose");
}
collect::CollectedSection throws_a_number(host::Host&) {
  throw 7;
}
collect::CollectedSection same_key_twice(host::Host&) {
  return collect::collected(std::vector<User>{user("ana", 1), user("ana", 2)});
}
collect::CollectedSection forgets_all(host::Host&) {
  return {};
}
collect::CollectedSection dpkg_partly_and_rpm(host::Host&) {
  collect::CollectedSection out;
  out.providers.emplace("dpkg", muster::inventory::ProviderStatus{Status::kPartial, "cut"});
  out.providers.emplace("rpm", muster::inventory::ProviderStatus{Status::kNotApplicable, {}});
  return out;
}
collect::CollectedSection dpkg_unless_broken(host::Host& host) {
  if (host.read("/broken")) throw std::runtime_error("broken");
  collect::CollectedSection out;
  out.providers.emplace("dpkg", muster::inventory::ProviderStatus{});
  return out;
}
std::string some_vitals(host::Host&) {
  return R"({"uptime_s":5})";
}
std::string broken_vitals(host::Host&) {
  throw std::runtime_error("no vitals");
}

std::shared_ptr<host::Host> empty_host() {
  return std::make_shared<host::CapturedHost>(std::vector<host::CaptureEntry>{});
}

report::SectionCollector collector_of(std::vector<collect::Collector> collectors,
                                      std::shared_ptr<host::Host> host = empty_host(),
                                      report::VitalsFunction vitals = &some_vitals) {
  return report::SectionCollector(std::move(host), std::make_shared<FixedClock>(),
                                  std::move(collectors), vitals);
}

std::string json_of(report::SectionCollector& collector, bool pretty = false) {
  auto sections = collector.collect();
  for (report::CollectionResult& result : sections)
    result.duration_ms = 1;  // the only thing that differs from run to run
  return report::inventory_json(
      std::move(sections),
      {.collected_at = {1'000'000}, .vitals = collector.vitals(), .pretty = pretty});
}

}  // namespace

TEST_CASE("a collector that is done in time gives its rows and its time", "[report]") {
  auto collector = collector_of({{"users", &two_users}});
  const auto results = collector.collect();
  REQUIRE(results.size() == 1);
  CHECK(results[0].section.rows.size() == 2);
  CHECK(results[0].section.providers.at("users").status == Status::kOk);
  CHECK(results[0].collected.at == Instant{1'000'000});
  CHECK(results[0].collected.boottime_ms == 4242);
  CHECK(results[0].duration_ms >= 0);
}

TEST_CASE("a collector that overran is a timeout and not started again until it returns",
          "[report]") {
  auto host = std::make_shared<GatedHost>();
  auto collector = collector_of({{"users", &waits, 1}, {"disks", &two_users}}, host);
  auto results = collector.collect({"users"});
  CHECK(results[0].section.providers.at("users").status == Status::kTimeout);
  CHECK(results[0].section.providers.at("users").reason == "did not finish within 1 ms");
  REQUIRE(collector.overrun().size() == 1);
  CHECK(collector.overrun()[0].name == "users");
  CHECK(collector.overrun()[0].since == Instant{1'000'000});

  results = collector.collect({"users"});
  CHECK(results[0].section.providers.at("users").status == Status::kTimeout);
  CHECK(results[0].section.providers.at("users").reason.find("still running since 1970-01-01") ==
        0);
  CHECK(host->started() <= 1);

  host->open();
  host->wait_returned(1);
  while (!collector.overrun().empty())
    std::this_thread::yield();
  static_cast<void>(collector.collect({"users"}));
  REQUIRE(host->wait_started(2));  // it may overrun again before it begins
  CHECK(host->started() == 2);
}

TEST_CASE("with four collectors that have not returned no other is started", "[report]") {
  auto host = std::make_shared<GatedHost>();
  auto collector = collector_of({{"cpus", &waits, 1},
                                 {"disks", &waits, 1},
                                 {"memory", &waits, 1},
                                 {"os", &waits, 1},
                                 {"users", &two_users}},
                                host);
  const auto results = collector.collect();
  REQUIRE(results.size() == 5);
  CHECK(collector.overrun().size() == report::kMostOverrun);
  CHECK(results[4].section.schema->name == "users");
  CHECK(results[4].section.providers.at("users").status == Status::kTimeout);
  CHECK(results[4].section.providers.at("users").reason ==
        "not started, since 4 others have not returned: cpus, disks, memory, os");
  CHECK(results[4].section.rows.empty());
  CHECK(collector.vitals() == "{}");
  host->open();
  while (!collector.overrun().empty())
    std::this_thread::yield();
  CHECK(collector.collect({"users"})[0].section.rows.size() == 2);
  CHECK(collector.vitals() == R"({"uptime_s":5})");
}

TEST_CASE("a collector that overran may outlive the one who started it", "[report]") {
  auto host = std::make_shared<GatedHost>();
  const std::weak_ptr<GatedHost> watched = host;
  {
    auto collector = collector_of({{"users", &waits, 1}}, host);
    static_cast<void>(collector.collect());
  }
  CHECK_FALSE(watched.expired());
  host->open();
  host.reset();
  while (!watched.expired())  // the thread lets go of the host as its last deed
    std::this_thread::yield();
}

TEST_CASE("a collector that throws has failed, and the others go on", "[report]") {
  auto collector =
      collector_of({{"disks", &throws}, {"memory", &throws_a_number}, {"users", &two_users}});
  const auto results = collector.collect();
  REQUIRE(results.size() == 3);
  CHECK(results[0].section.providers.at("disks").status == Status::kFailed);
  CHECK(results[0].section.providers.at("disks").reason ==
        "the collector failed: broken on purpose");
  CHECK(results[1].section.providers.at("memory").status == Status::kFailed);
  CHECK(results[2].section.providers.at("users").status == Status::kOk);
}

TEST_CASE("when a look fails, the sources that the machine has have failed and no others",
          "[report]") {
  const auto host = std::make_shared<MapHost>();
  auto collector = collector_of({{"packages", &dpkg_unless_broken}}, host);
  const auto line = [&](const report::SectionNames& disabled = {}) {
    return muster::inventory::status_line("packages",
                                          collector.collect({}, disabled).at(0).section.providers);
  };
  host->files["/broken"] = "";
  const std::string first = line();  // which of them it has is not known yet
  CHECK(first.find("dpkg:failed") != std::string::npos);
  CHECK(first.find("rpm:failed") != std::string::npos);
  host->files.clear();
  CHECK(line() == "dpkg:ok");
  host->files["/broken"] = "";
  CHECK(line() == "dpkg:failed");
  CHECK(line({"packages"}) == "dpkg:disabled");
}

TEST_CASE("a section that is switched off is not looked at", "[report]") {
  auto collector = collector_of({{"users", &throws}});
  const auto results = collector.collect({}, {"users"});
  REQUIRE(results.size() == 1);
  CHECK(results[0].section.providers.at("users").status == Status::kDisabled);
}

TEST_CASE("a source that a collector forgot is failed, never empty", "[report]") {
  auto collector = collector_of({{"packages", &forgets_all}});
  const auto results = collector.collect();
  REQUIRE(results.size() == 1);
  CHECK(results[0].section.providers.at("dpkg").status == Status::kFailed);
}

TEST_CASE("a collector of an undeclared section is a programming error", "[report]") {
  CHECK_THROWS_AS(collector_of({{"ghosts", &two_users}}), std::invalid_argument);
}

TEST_CASE("the inventory is written in a fixed order with canonical rows", "[report]") {
  auto collector = collector_of({{"users", &two_users}, {"disks", &throws}});
  CHECK(json_of(collector) ==
        R"({"format":1,"agent":{"version":")" MUSTER_VERSION
        R"("},"collected_at":"1970-01-01T00:16:40Z","sections":{"disks":{"status":"failed",)"
        R"("reason":"the collector failed: broken on purpose","duration_ms":1,"rows":[]},)"
        R"("users":{"status":"ok","duration_ms":1,"rows":[{"name":"ana","uid":1000},)"
        R"({"name":"zoe","uid":1001}]}},"vitals":{"uptime_s":5}})"
        "\n");
  CHECK(json_of(collector) == json_of(collector));
}

TEST_CASE("a section with several sources shows each of them", "[report]") {
  auto collector = collector_of({{"packages", &dpkg_partly_and_rpm}});
  const auto document = JsonValue::parse(json_of(collector));
  REQUIRE(document.ok());
  const JsonValue* packages = document->find("sections")->find("packages");
  CHECK(packages->text_at("status") == "partial");
  CHECK(packages->find("reason") == nullptr);
  CHECK(packages->find("sources")->dump() ==
        R"({"dpkg":{"status":"partial","reason":"cut"},"rpm":{"status":"not_applicable"}})");
}

TEST_CASE("rows that contradict each other make a section failed, never half true", "[report]") {
  auto collector = collector_of({{"users", &same_key_twice}});
  const auto document = JsonValue::parse(json_of(collector));
  REQUIRE(document.ok());
  const JsonValue* users = document->find("sections")->find("users");
  CHECK(users->text_at("status") == "failed");
  CHECK(users->text_at("reason")->find("[\"ana\"]") != std::string::npos);
  CHECK(users->find("rows")->array()->empty());
}

TEST_CASE("pretty output says the same", "[report]") {
  auto collector = collector_of({{"users", &two_users}});
  const std::string pretty = json_of(collector, true);
  CHECK(pretty.find("\n  \"format\": 1") != std::string::npos);
  CHECK(JsonValue::parse(pretty)->dump() + "\n" == json_of(collector));
}

TEST_CASE("vitals that cannot be read are an empty object", "[report]") {
  auto collector = collector_of({}, empty_host(), &broken_vitals);
  CHECK(collector.vitals() == "{}");
}
