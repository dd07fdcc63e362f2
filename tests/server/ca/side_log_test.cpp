// SPDX-License-Identifier: Apache-2.0
#include "server/ca/side_log.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "tests/common/crypto/support.h"

namespace muster::server {
using namespace muster::crypto_test;
using Catch::Contains;

namespace {

std::vector<ca::SideLogRecord> examples() {
  return {{kNow, ca::SideLogKind::kAgentRevoked, kAgentId},
          {kNow + 1, ca::SideLogKind::kCertificateRevoked, "40ab"},
          {kNow + 2000, ca::SideLogKind::kTokenUsed, "k7wq2m4xpa"},
          {kNow + 3000, ca::SideLogKind::kTokenRevoked, "k7wq2m4xpa"}};
}

std::string example_text() {
  std::string text;
  for (const ca::SideLogRecord& record : examples())
    text += ca::format_side_log_line(record);
  return text;
}

}  // namespace

TEST_CASE("records of the side log are there after opening it again", "[ca][side_log]") {
  const Folder folder;
  const auto path = folder / "revoked.log";
  {
    auto log = ca::SideLog::open(path);
    REQUIRE(failure_of(log) == "");
    CHECK(log->records().empty());
    for (const ca::SideLogRecord& record : examples())
      REQUIRE(failure_of(log->append(record)) == "");
  }
  CHECK(mode_of(path) == 0600);
  CHECK(get(path) == example_text());
  {
    auto log = ca::SideLog::open(path);
    REQUIRE(failure_of(log) == "");
    CHECK(log->records() == examples());
    CHECK_FALSE(log->was_torn());
    REQUIRE(log->append(examples().front()).ok());
  }
  CHECK(ca::SideLog::open(path)->records().size() == 5);
}

TEST_CASE("the form of the side log stays as it is: it outlives upgrades", "[ca][side_log]") {
  CHECK_THAT(
      ca::format_side_log_line(examples().front()),
      Catch::EndsWith(std::string(" 2026-11-23T08:00:00Z agent_revoked ") + kAgentId + "\n"));
  CHECK(ca::parse_side_log("").value().records.empty());
  CHECK(ca::parse_side_log(example_text())->records == examples());
}

TEST_CASE("a last line torn at any byte is cut off, and the log goes on", "[ca][side_log]") {
  const Folder folder;
  const auto path = folder / "revoked.log";
  const std::string whole = example_text();
  const std::string last = ca::format_side_log_line(examples().back());
  for (std::size_t kept = 1; kept < last.size(); ++kept) {
    INFO(kept);
    put(path, whole + last.substr(0, kept));
    {
      auto log = ca::SideLog::open(path);
      REQUIRE(failure_of(log) == "");
      CHECK(log->was_torn());
      CHECK(log->records() == examples());
      REQUIRE(log->append(examples().front()).ok());
    }
    CHECK(get(path) == whole + ca::format_side_log_line(examples().front()));
  }
}

TEST_CASE("a last line whose blocks did not all reach the disk is cut off too", "[ca][side_log]") {
  const std::string whole = example_text();
  const std::string last = ca::format_side_log_line(examples().back());
  for (std::size_t i = 0; i + 1 < last.size(); ++i) {
    std::string torn = last;
    torn[i] = '\0';
    const auto content = ca::parse_side_log(whole + torn);
    REQUIRE(failure_of(content) == "");
    CHECK(content->good_bytes == whole.size());
  }
  CHECK(ca::parse_side_log(whole + std::string(4096, '\0'))->records == examples());
}

TEST_CASE("damage before the last line refuses to open and names the line", "[ca][side_log]") {
  const Folder folder;
  const auto path = folder / "revoked.log";
  const std::string whole = example_text();
  const std::size_t second = whole.find('\n') + 1;
  const std::size_t third = whole.find('\n', second) + 1;
  for (std::size_t i = second; i < third; ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x01);
    INFO("byte " << i);
    put(path, damaged);
    const auto log = ca::SideLog::open(path);
    REQUIRE_FALSE(log.ok());
    CHECK_THAT(log.failure().message, Contains("line 2") && Contains("revoked.log"));
    CHECK(get(path) == damaged);
  }
}

TEST_CASE("what could not be read back is not written", "[ca][side_log]") {
  const Folder folder;
  auto log = ca::SideLog::open(folder / "revoked.log");
  for (const std::string& subject :
       {std::string(), std::string("a b"), std::string("a\nb"), std::string("a\0b", 3),
        std::string(129, 'a'), std::string("\xc4\x8d")}) {
    CHECK_FALSE(log->append({kNow, ca::SideLogKind::kTokenUsed, subject}).ok());
  }
  CHECK(get(folder / "revoked.log").empty());
  CHECK(log->append({kNow, ca::SideLogKind::kTokenUsed, std::string(128, 'a')}).ok());
}

TEST_CASE("only one process writes the side log", "[ca][side_log]") {
  const Folder folder;
  const auto path = folder / "revoked.log";
  const auto log = ca::SideLog::open(path);
  REQUIRE(log.ok());
  const auto second = ca::SideLog::open(path);
  REQUIRE_FALSE(second.ok());
  CHECK_THAT(second.failure().message, Contains("another muster-server"));
}

TEST_CASE("what could not be written whole is taken out again, and with space the log goes on",
          "[ca][side_log]") {
  const Folder folder;
  const auto path = folder / "revoked.log";
  auto log = ca::SideLog::open(path);
  REQUIRE(log->append(examples()[0]).ok());
  // A limit in the middle of the next line stands in for a full disk.
  struct rlimit before = {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  struct rlimit limit = before;
  limit.rlim_cur = get(path).size() + 10;
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  const auto failed = log->append(examples()[1]);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, previous);
  CHECK_THAT(failure_of(failed), Contains("cannot write"));
  CHECK(get(path) == ca::format_side_log_line(examples()[0]));
  CHECK(failure_of(log->append(examples()[2])) == "");
  { const ca::SideLog closed = *std::move(log); }
  const auto again = ca::SideLog::open(path);
  REQUIRE(failure_of(again) == "");
  CHECK_FALSE(again->was_torn());
  CHECK(again->records() == std::vector<ca::SideLogRecord>{examples()[0], examples()[2]});
}

TEST_CASE("threads may append at the same time", "[ca][side_log]") {
  const Folder folder;
  const auto path = folder / "revoked.log";
  {
    auto log = ca::SideLog::open(path);
    bool fine[4] = {true, true, true, true};
    std::thread threads[4];
    for (int i = 0; i < 4; ++i) {
      threads[i] = std::thread([&log, &fine, i] {
        for (int n = 0; n < 25; ++n)
          fine[i] = fine[i] && log->append(examples()[0]).ok();
      });
    }
    for (std::thread& thread : threads)
      thread.join();
    for (const bool each : fine)
      CHECK(each);
  }
  CHECK(ca::SideLog::open(path)->records().size() == 100);
}

}  // namespace muster::server
