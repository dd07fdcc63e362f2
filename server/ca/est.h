// SPDX-License-Identifier: Apache-2.0
// The parts of EST (RFC 7030, clarified by RFC 8951) that need neither HTTP nor database: which
// operation a path names, what stands in an Authorization header, and how answers look. Whatever is
// not listed here does not exist (404). Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "common/support/result.h"

namespace muster::server::ca {

constexpr std::string_view kEstRoot = "/.well-known/est/";

// Is it application/pkcs10, with or without parameters? (RFC 8951 forbids to insist on
// Content-Transfer-Encoding.)
bool is_request_content_type(std::string_view content_type);

// HTTP Basic (RFC 7617): `user` without colon, both valid UTF-8 without control characters.
struct BasicCredentials {
  std::string user;
  std::string password;
};
// kDenied: no credentials or another scheme; kMalformed: Basic, but not readable; kTooLarge.
Result<BasicCredentials> parse_basic_authorization(std::string_view header);

// The join token: the password, or the user where somebody gave only that ("curl -u TOKEN:").
std::string join_token_of(const BasicCredentials& credentials);

struct EstAnswer {
  int status = 200;
  std::string content_type;
  std::string body;
  bool is_base64 = false;        // send Content-Transfer-Encoding: base64
  std::string www_authenticate;  // where not empty
};

EstAnswer est_certificates(std::string pkcs7_base64);  // cacerts
EstAnswer est_enrolled(std::string pkcs7_base64);      // simpleenroll, simplereenroll
// 401 asks for Basic; any other status is 400 to 599. The reason is text for a person.
EstAnswer est_refused(int status, std::string_view reason);

}  // namespace muster::server::ca
