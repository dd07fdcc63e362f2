// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/status_advice.h"

#include <catch2/catch.hpp>

namespace muster::agent {
namespace {

constexpr std::int64_t kDayMs = 24LL * 60 * 60 * 1000;
constexpr Instant kNow{1'800'000'000'000};  // 2027-01-15T08:00:00Z

// Enrolled for a month, the last try a minute ago.
sync::AgentStatus status_with(const std::string& code,
                              const std::string& message = "as it was told") {
  sync::AgentStatus status;
  status.now = kNow;
  status.server = "https://cmdb.example.org:8444";
  status.certificate_begins = kNow - 30 * kDayMs;
  status.certificate_ends = kNow + 60 * kDayMs;
  status.record.attempted_at = kNow - 60'000;
  if (!code.empty())
    status.record.problem = sync::ExchangeProblem{code, message, kNow - 3'600'000, 2};
  return status;
}

constexpr const char* kEnrolAgain = "sudo muster-agent enroll --force -";
constexpr const char* kStart = "sudo systemctl enable --now muster-agent";
constexpr const char* kClock =
    "set the clock, here or on the server: this machine's says 2027-01-15T08:00:00Z";

}  // namespace

TEST_CASE("status: the advice of each reason mends what the reason names", "[sync][status]") {
  struct Row {
    const char* code;
    const char* advice;  // its beginning
  };
  const auto row = GENERATE(values<Row>({
      {"wrong_clock", kClock},
      // The server says so, and by this machine's clock it is not: one of the clocks is wrong.
      {"certificate_expired", kClock},
      {"agent_revoked", kEnrolAgain},
      {"certificate_revoked", kEnrolAgain},
      {"certificate_refused", kEnrolAgain},
      {"agent_unknown", "let it in on the server (muster agent waiting, muster agent approve), or"},
      {"certificate_unknown", "let it in on the server"},
      {"refused", "tell the server's administrator the reason; if that server was made anew"},
      {"untrusted", "tell the server's administrator the reason; if that server was made anew"},
      {"unreachable", "check that https://cmdb.example.org:8444 can be reached from here"},
      {"timeout", "check that https://cmdb.example.org:8444 can be reached from here"},
      {"cancelled", kStart},
      {"certificate_missing", "check that https://cmdb.example.org:8444 is the agents' port"},
      {"not_found", "check that https://cmdb.example.org:8444 is the agents' port"},
      {"method_not_allowed", "check that https://cmdb.example.org:8444 is the agents' port"},
      {"http_401", "check that https://cmdb.example.org:8444 is the agents' port"},
      {"http_403", "check that https://cmdb.example.org:8444 is the agents' port"},
      {"http_404", "check that https://cmdb.example.org:8444 is the agents' port"},
      {"http_302", "check that https://cmdb.example.org:8444 is the agents' port"},
      {"malformed", "check that https://cmdb.example.org:8444 is the agents' port"},
      {"too_large", "check that https://cmdb.example.org:8444 is the agents' port"},
      {"bad_reply", "check that https://cmdb.example.org:8444 is the agents' port"},
      {"overloaded", "nothing here: the agent tries again by itself"},
      {"store_full", "nothing here: the agent tries again by itself"},
      {"http_503", "nothing here: the agent tries again by itself"},
      {"io", "nothing here: the agent tries again by itself"},
  }));
  INFO(row.code);
  const sync::AgentStatus status = status_with(row.code);
  CHECK_THAT(sync::what_to_do(status), Catch::StartsWith(row.advice));
  CHECK(sync::why_not(status) ==
        "as it was told (" + std::string(row.code) + ", first 60 min ago)");
  CHECK_THAT(sync::status_text(status),
             Catch::EndsWith("\ntry: " + sync::what_to_do(status) + "\n"));
}

TEST_CASE("status: a wrong clock comes before whatever else is told", "[sync][status]") {
  SECTION("ahead, so that the agent's own certificate seems to have ended as well") {
    sync::AgentStatus status = status_with("wrong_clock");
    status.certificate_ends = kNow - 1000 * kDayMs;
    CHECK_THAT(sync::what_to_do(status), Catch::StartsWith(kClock));
  }
  SECTION("ahead, and the last try was by the right clock") {
    sync::AgentStatus status = status_with("wrong_clock");
    status.record.attempted_at = kNow - 1000 * kDayMs;
    CHECK_THAT(sync::what_to_do(status), Catch::StartsWith(kClock));
  }
  SECTION("behind the beginning of the agent's certificate, whatever the server said") {
    sync::AgentStatus status =
        status_with(GENERATE("refused", "untrusted", "unreachable", "agent_unknown", "http_500"));
    status.certificate_begins = kNow + 5 * kDayMs;
    CHECK_THAT(sync::what_to_do(status), Catch::StartsWith(kClock));
    CHECK_THAT(sync::status_text(status), Catch::Contains("certificate: valid from 2027-01-20"));
  }
  SECTION("leapt ahead since the last try, or the machine was off for so long: a try tells") {
    sync::AgentStatus status = status_with("");
    status.record.attempted_at = kNow - 1000 * kDayMs;
    status.certificate_ends = kNow - 900 * kDayMs;
    CHECK(sync::why_not(status) == "the agent has not run for 1000 d");
    CHECK_THAT(sync::what_to_do(status),
               Catch::StartsWith("check this machine's clock, which says "
                                 "2027-01-15T08:00:00Z; then: sudo systemctl"));
  }
  SECTION("set back: what was written by it is not called new") {
    sync::AgentStatus status = status_with("unreachable");
    status.record.problem->since = kNow + 10 * kDayMs;
    CHECK_THAT(sync::why_not(status),
               Catch::Contains("first at 2027-01-25T08:00:00Z, by a clock that has been set back"));
  }
}

TEST_CASE("status: a certificate that has ended", "[sync][status]") {
  sync::AgentStatus status = status_with(GENERATE("certificate_expired", "refused"));
  SECTION("a while ago renews by itself") {
    status.certificate_ends = kNow - 100 * kDayMs;
    CHECK_THAT(sync::what_to_do(status),
               Catch::StartsWith("nothing here: the agent renews its certificate by itself"));
  }
  SECTION("too long ago to be renewed") {
    status.certificate_ends = kNow - 200 * kDayMs;
    CHECK_THAT(sync::what_to_do(status), Catch::StartsWith(kEnrolAgain));
  }
}

TEST_CASE("status: what keeps other problems is told of them, not of the certificate",
          "[sync][status]") {
  sync::AgentStatus status = status_with("unreachable");
  status.certificate_ends = kNow - 200 * kDayMs;
  CHECK_THAT(sync::what_to_do(status),
             Catch::StartsWith("check that https://cmdb.example.org:8444"));
}

TEST_CASE("status: an agent that does not run is started, unless that is in vain",
          "[sync][status]") {
  sync::AgentStatus status = status_with("");
  SECTION("never since it was enrolled") {
    status.record.attempted_at.reset();
    CHECK(sync::why_not(status) == "the agent has not run since it was enrolled");
    CHECK_THAT(sync::what_to_do(status), Catch::StartsWith(kStart));
  }
  SECTION("not for three days, after a server that was away") {
    status = status_with("unreachable", "no route");
    status.record.attempted_at = kNow - 3 * kDayMs;
    CHECK(sync::why_not(status) ==
          "the agent has not run for 3 d; before, it was told: no route (unreachable, first 60 min "
          "ago)");
    CHECK_THAT(sync::what_to_do(status), Catch::StartsWith(kStart));
  }
  SECTION("nor would a start help one that was revoked") {
    status = status_with("agent_revoked");
    status.record.attempted_at = kNow - 3 * kDayMs;
    CHECK_THAT(sync::what_to_do(status), Catch::StartsWith(kEnrolAgain));
  }
}

TEST_CASE("status: without an identity the advice goes by why there is none", "[sync][status]") {
  struct Row {
    FailureKind kind;
    const char* advice;
  };
  const auto row = GENERATE(values<Row>({
      {FailureKind::kNotFound, "sudo muster-agent enroll -   (ask for a join code)"},
      {FailureKind::kMalformed, kEnrolAgain},
      {FailureKind::kDenied, "sudo muster-agent status"},
      {FailureKind::kIo, "mend what the reason names"},
  }));
  sync::AgentStatus status = status_with("");
  status.not_enrolled = Failure{row.kind, "why"};
  CHECK(sync::why_not(status) == "why");
  CHECK_THAT(sync::what_to_do(status), Catch::StartsWith(row.advice));
}

}  // namespace muster::agent
