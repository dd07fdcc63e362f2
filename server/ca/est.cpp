// SPDX-License-Identifier: Apache-2.0
#include "server/ca/est.h"

#include <algorithm>
#include <utility>

#include "common/support/text.h"

namespace muster::server::ca {
namespace {

constexpr std::size_t kMaxAuthorizationBytes = 1024;
constexpr std::string_view kScheme = "basic";

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

bool is_request_content_type(std::string_view content_type) {
  return lower_ascii(trim(content_type.substr(0, content_type.find(';')))) == "application/pkcs10";
}

Result<BasicCredentials> parse_basic_authorization(std::string_view header) {
  if (header.size() > kMaxAuthorizationBytes) {
    return Failure{FailureKind::kTooLarge, "the Authorization header is longer than 1024 bytes"};
  }
  header = trim(header);
  const std::size_t space = header.find(' ');
  if (space == std::string_view::npos || lower_ascii(header.substr(0, space)) != kScheme) {
    return Failure{FailureKind::kDenied, "a join token in HTTP Basic is needed"};
  }
  const std::string_view encoded = trim(header.substr(space));
  const Failure unreadable = {FailureKind::kMalformed,
                              "the credentials of HTTP Basic are not base64 of user:password"};
  // from_base64 skips white space, which a header's token cannot have.
  if (encoded.find_first_of(" \t\r\n\v\f") != std::string_view::npos) return unreadable;
  const std::optional<std::string> text = from_base64(encoded);
  if (!text || !is_valid_utf8(*text) || std::any_of(text->begin(), text->end(), is_control)) {
    return unreadable;
  }
  const std::size_t colon = text->find(':');
  if (colon == std::string::npos) return unreadable;
  return BasicCredentials{text->substr(0, colon), text->substr(colon + 1)};
}

std::string join_token_of(const BasicCredentials& credentials) {
  return credentials.password.empty() ? credentials.user : credentials.password;
}

EstAnswer est_certificates(std::string pkcs7_base64) {
  EstAnswer answer;
  answer.content_type = "application/pkcs7-mime";
  answer.body = std::move(pkcs7_base64);
  answer.is_base64 = true;
  return answer;
}

EstAnswer est_enrolled(std::string pkcs7_base64) {
  EstAnswer answer = est_certificates(std::move(pkcs7_base64));
  answer.content_type = "application/pkcs7-mime; smime-type=certs-only";
  return answer;
}

EstAnswer est_refused(int status, std::string_view reason) {
  EstAnswer answer;
  answer.status = status;
  answer.content_type = "text/plain; charset=utf-8";
  answer.body = printable(reason) + "\n";
  if (status == 401)
    answer.www_authenticate = "Basic realm=\"muster join token\", charset=\"UTF-8\"";
  return answer;
}

}  // namespace muster::server::ca
