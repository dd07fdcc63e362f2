// SPDX-License-Identifier: Apache-2.0
#include "server/ca/est.h"

#include <catch2/catch.hpp>

#include "common/support/text.h"
#include "tests/common/crypto/support.h"

namespace muster::server {
using namespace muster::crypto_test;

TEST_CASE("the content type of a request may have parameters", "[ca][est]") {
  CHECK(ca::is_request_content_type("application/pkcs10"));
  CHECK(ca::is_request_content_type("Application/PKCS10 ; charset=utf-8"));
  CHECK_FALSE(ca::is_request_content_type(""));
  CHECK_FALSE(ca::is_request_content_type("application/pkcs10x"));
  CHECK_FALSE(ca::is_request_content_type("application/x-www-form-urlencoded"));
}

TEST_CASE("HTTP Basic is read exactly", "[ca][est]") {
  const auto credentials = ca::parse_basic_authorization("Basic " + to_base64("user:pass:word"));
  REQUIRE(failure_of(credentials) == "");
  CHECK(credentials->user == "user");
  CHECK(credentials->password == "pass:word");
  CHECK(ca::parse_basic_authorization("bAsIc   " + to_base64(":t") + " ")->password == "t");
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
    const auto refused = ca::parse_basic_authorization(bad.header);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().kind == bad.kind);
  }
}

TEST_CASE("a failure about credentials never repeats them", "[ca][est]") {
  const auto refused = ca::parse_basic_authorization("Basic " + to_base64("secret-token"));
  CHECK(refused.failure().message.find("secret") == std::string::npos);
  CHECK(refused.failure().message.find(to_base64("secret-token")) == std::string::npos);
}

TEST_CASE("the join token is the password, or the user where there is none", "[ca][est]") {
  CHECK(ca::join_token_of({"", "token"}) == "token");
  CHECK(ca::join_token_of({"agent", "token"}) == "token");
  CHECK(ca::join_token_of({"token", ""}) == "token");
}

TEST_CASE("answers have the content types of RFC 7030", "[ca][est]") {
  CHECK(ca::est_certificates("body").content_type == "application/pkcs7-mime");
  CHECK(ca::est_certificates("body").is_base64);
  const ca::EstAnswer enrolled = ca::est_enrolled("body");
  CHECK(enrolled.status == 200);
  CHECK(enrolled.content_type == "application/pkcs7-mime; smime-type=certs-only");
  CHECK(enrolled.body == "body");
  const ca::EstAnswer unknown = ca::est_refused(401, "no such token\nx");
  CHECK(unknown.www_authenticate.substr(0, 6) == "Basic ");
  CHECK(unknown.body.find('\n') == unknown.body.size() - 1);
  CHECK(unknown.content_type == "text/plain; charset=utf-8");
  CHECK_FALSE(unknown.is_base64);
  CHECK(ca::est_refused(400, "bad").www_authenticate.empty());
}

}  // namespace muster::server
