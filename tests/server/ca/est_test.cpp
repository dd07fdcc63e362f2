// SPDX-License-Identifier: Apache-2.0
#include "server/ca/est.h"

#include <catch2/catch.hpp>

#include "common/support/text.h"
#include "tests/common/tls/support.h"

namespace muster::server {
using namespace muster::tls_test;

TEST_CASE("only the three operations of EST exist, in one spelling", "[ca][est]") {
  CHECK(est_operation("/.well-known/est/cacerts") == EstOperation::kCaCertificates);
  CHECK(est_operation("/.well-known/est/simpleenroll") == EstOperation::kEnroll);
  CHECK(est_operation("/.well-known/est/simplereenroll") == EstOperation::kReenroll);
  CHECK(est_method(EstOperation::kCaCertificates) == "GET");
  CHECK(est_method(EstOperation::kEnroll) == "POST");
  CHECK(est_method(EstOperation::kReenroll) == "POST");
  for (const char* const path :
       {"", "/", "/.well-known/est", "/.well-known/est/", "/.well-known/est/cacerts/",
        "/.well-known/est/CACERTS", "/.well-known/est//cacerts", "/.well-known/est/label/cacerts",
        "/.well-known/est/serverkeygen", "/.well-known/est/fullcmc", "/.well-known/est/csrattrs",
        "/.well-known/est/cacerts?x", "/x/.well-known/est/cacerts", "/.well-known/est/%63acerts"}) {
    INFO(path);
    CHECK_FALSE(est_operation(path).has_value());
  }
}

TEST_CASE("the content type of a request may have parameters", "[ca][est]") {
  CHECK(is_request_content_type("application/pkcs10"));
  CHECK(is_request_content_type("Application/PKCS10 ; charset=utf-8"));
  CHECK_FALSE(is_request_content_type(""));
  CHECK_FALSE(is_request_content_type("application/pkcs10x"));
  CHECK_FALSE(is_request_content_type("application/x-www-form-urlencoded"));
}

TEST_CASE("HTTP Basic is read exactly", "[ca][est]") {
  const auto credentials = parse_basic_authorization("Basic " + to_base64("user:pass:word"));
  REQUIRE(failure_of(credentials) == "");
  CHECK(credentials->user == "user");
  CHECK(credentials->password == "pass:word");
  CHECK(parse_basic_authorization("bAsIc   " + to_base64(":t") + " ")->password == "t");
  struct Case {
    std::string header;
    FailureKind kind;
  };
  for (const Case& bad :
       std::vector<Case>{{"", FailureKind::kDenied},
                         {"Basic", FailureKind::kDenied},
                         {"Bearer abc", FailureKind::kDenied},
                         {"Basicx " + to_base64("a:b"), FailureKind::kDenied},
                         {"Basic !!!!", FailureKind::kMalformed},
                         {"Basic " + to_base64("nocolon"), FailureKind::kMalformed},
                         {"Basic " + to_base64("a:b").substr(0, 3), FailureKind::kMalformed},
                         {"Basic YT pi", FailureKind::kMalformed},
                         {"Basic " + to_base64(std::string("a:b\0c", 5)), FailureKind::kMalformed},
                         {"Basic " + to_base64("a:b\nc"), FailureKind::kMalformed},
                         {"Basic " + to_base64("a:\xff"), FailureKind::kMalformed},
                         {"Basic " + std::string(1100, 'A'), FailureKind::kTooLarge}}) {
    INFO(bad.header);
    const auto refused = parse_basic_authorization(bad.header);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().kind == bad.kind);
  }
}

TEST_CASE("a failure about credentials never repeats them", "[ca][est]") {
  const auto refused = parse_basic_authorization("Basic " + to_base64("secret-token"));
  CHECK(refused.failure().message.find("secret") == std::string::npos);
  CHECK(refused.failure().message.find(to_base64("secret-token")) == std::string::npos);
}

TEST_CASE("the join token is the password, or the user where there is none", "[ca][est]") {
  CHECK(join_token_of({"", "token"}) == "token");
  CHECK(join_token_of({"agent", "token"}) == "token");
  CHECK(join_token_of({"token", ""}) == "token");
}

TEST_CASE("answers have the content types of RFC 7030", "[ca][est]") {
  CHECK(est_certificates("body").content_type == "application/pkcs7-mime");
  CHECK(est_certificates("body").is_base64);
  const EstAnswer enrolled = est_enrolled("body");
  CHECK(enrolled.status == 200);
  CHECK(enrolled.content_type == "application/pkcs7-mime; smime-type=certs-only");
  CHECK(enrolled.body == "body");
  const EstAnswer pending = est_pending(300);
  CHECK(pending.status == 202);
  CHECK(pending.retry_after_s == 300);
  const EstAnswer unknown = est_refused(401, "no such token\nx");
  CHECK(unknown.www_authenticate.substr(0, 6) == "Basic ");
  CHECK(unknown.body.find('\n') == unknown.body.size() - 1);
  CHECK(unknown.content_type == "text/plain; charset=utf-8");
  CHECK_FALSE(unknown.is_base64);
  CHECK(est_refused(400, "bad").www_authenticate.empty());
}

}  // namespace muster::server
