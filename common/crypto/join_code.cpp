// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/join_code.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/crypto/issue.h"
#include "common/support/digest.h"
#include "common/support/text.h"

namespace muster::crypto {
namespace {

constexpr std::string_view kPrefix = "muster1_";
constexpr std::string_view kFamily = "muster";
constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kMaxTokenBytes = 128;
constexpr std::size_t kMaxCodeCharacters = 1024;

struct Decoded {
  std::string bytes;
  bool exact = false;  // no bits left over but the zeros that fill the last digit
};

// `text` holds characters of the alphabet only.
Decoded from_base32(std::string_view text) {
  Decoded result;
  unsigned pending = 0;
  unsigned bits = 0;
  for (const char c : text) {
    pending = (pending << 5 | static_cast<unsigned>(kAlphabet.find(c))) & 0xfffU;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      result.bytes += static_cast<char>(pending >> bits & 0xffU);
    }
  }
  result.exact = bits < 5 && (pending & ((1U << bits) - 1U)) == 0;
  return result;
}

std::string checksum(std::string_view content) {
  return sha256(std::string(kPrefix) + std::string(content)).substr(0, kChecksumBytes);
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

bool is_token(std::string_view token) {
  return !token.empty() && token.size() <= kMaxTokenBytes &&
         std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

Failure no_join_code(const char* what) {
  return {FailureKind::kMalformed, std::string("the join code ") + what};
}

Failure mistyped() {
  return no_join_code("has a wrong character: copy it again, or make a new one");
}
Failure incomplete() {
  return no_join_code("is incomplete: copy it whole, to its last character");
}

// "host:port" or "[v6]:port", only in the form that encode_join_code writes.
std::optional<JoinCode> parse_address(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = address.substr(0, colon);
  const auto port = parse_integer(address.substr(colon + 1));
  if (!port || *port < 1 || *port > 65535) return std::nullopt;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!is_ip_address(host) && !is_dns_name(host)) return std::nullopt;
  JoinCode code;
  code.host = std::string(host);
  code.port = static_cast<std::uint16_t>(*port);
  // "host:08444" and "[host]:8444" would be second spellings of one code.
  if (bracketed(code.host) + ":" + std::to_string(code.port) != address) return std::nullopt;
  return code;
}

Result<JoinCode> parse_content(const Decoded& decoded) {
  const std::string_view content = decoded.bytes;
  std::string_view left = content;
  const auto take = [&left](std::size_t count) -> std::optional<std::string_view> {
    if (left.size() < count) return std::nullopt;
    const std::string_view taken = left.substr(0, count);
    left.remove_prefix(count);
    return taken;
  };
  const auto take_sized = [&take]() -> std::optional<std::string_view> {
    const auto size = take(1);
    return size ? take(static_cast<unsigned char>(size->front())) : std::nullopt;
  };
  const auto address = take_sized();
  const auto hash = take(kSha256Bytes);
  const auto token = hash ? take_sized() : std::nullopt;
  const auto sum = token ? take(kChecksumBytes) : std::nullopt;
  if (!address || !sum) return incomplete();
  if (!left.empty()) return no_join_code("has characters behind its end: copy it alone");
  if (!decoded.exact || checksum(content.substr(0, content.size() - kChecksumBytes)) != *sum) {
    return mistyped();
  }
  std::optional<JoinCode> code = parse_address(*address);
  if (!code || !is_token(*token)) {
    return no_join_code(
        "was not made by a Muster server: make a new one with muster join-token create");
  }
  code->ca_spki_sha256_hex = to_hex(*hash);
  code->token = std::string(*token);
  return *std::move(code);
}

}  // namespace

std::string JoinCode::url() const {
  return "https://" + bracketed(host) + ":" + std::to_string(port);
}

Result<std::string> encode_join_code(const JoinCode& code) {
  const std::string address = bracketed(code.host) + ":" + std::to_string(code.port);
  if (address.size() > 255 || !parse_address(address)) {
    return Failure{FailureKind::kMalformed,
                   "\"" + printable(code.host) + "\" is not a host name, or the port is 0"};
  }
  const std::optional<std::string> hash = from_hex(code.ca_spki_sha256_hex);
  if (!hash || hash->size() != kSha256Bytes) {
    return Failure{FailureKind::kMalformed, "the hash of the authority's key is not a SHA-256"};
  }
  if (!is_token(code.token)) {
    return Failure{FailureKind::kMalformed,
                   "a join token is 1 to 128 printable characters without spaces"};
  }
  std::string content;
  content += static_cast<char>(address.size());
  content += address;
  content += *hash;
  content += static_cast<char>(code.token.size());
  content += code.token;
  content += checksum(content);
  return std::string(kPrefix) + to_base32(content);
}

Result<JoinCode> parse_join_code(std::string_view text) {
  text = trim(text);
  if (text.empty()) return no_join_code("is empty");
  if (text.size() > kMaxCodeCharacters) return no_join_code("is too long: copy it alone");
  if (text.find_first_of(" \t\r\n") != std::string_view::npos) {
    return no_join_code("has white space inside: join its lines into one");
  }
  if (!text.starts_with(kPrefix)) {
    const std::size_t end = text.find('_');
    if (kPrefix.starts_with(text)) return incomplete();
    if (end != std::string_view::npos && text.starts_with(kFamily) &&
        parse_integer(text.substr(kFamily.size(), end - kFamily.size())).value_or(0) > 1) {
      return no_join_code("is of a newer kind: upgrade the agent, or check its first characters");
    }
    return no_join_code("does not begin with muster1_: copy it whole, from its first character");
  }
  const std::string_view digits = text.substr(kPrefix.size());
  if (digits.find_first_not_of(kAlphabet) != std::string_view::npos) return mistyped();
  return parse_content(from_base32(digits));
}

}  // namespace muster::crypto
