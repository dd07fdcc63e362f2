// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/issue.h"
#include "common/support/text.h"
#include "server/cli/http_client.h"
#include "server/cli/problem.h"

namespace muster::cli {
namespace {

constexpr std::int64_t kDefaultPort = 8443;

}  // namespace

std::string checked_server(const std::string& url) {
  const auto bad = [&](const std::string& why) {
    return Problem(kUsage, "the server's address \"" + url + "\" " + why,
                   "https://cmdb.example.org:8443");
  };
  std::string_view rest = url;
  if (rest.starts_with("http://"))
    throw bad("is not https: a password would be readable on the way");
  if (rest.starts_with("https://")) rest.remove_prefix(8);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  std::string_view host = rest;
  std::string_view port;
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) throw bad("lacks a ]");
    host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
  } else if (const std::size_t colon = rest.find(':'); colon != std::string_view::npos) {
    host = rest.substr(0, colon);
    port = rest.substr(colon);
  }
  if (!muster::crypto::is_ip_address(host) && !muster::crypto::is_dns_name(host))
    throw bad("names no host");
  std::int64_t number = kDefaultPort;
  if (!port.empty()) {
    const auto parsed = port.front() == ':' ? parse_integer(port.substr(1)) : std::nullopt;
    if (!parsed || *parsed < 1 || *parsed > 65535) throw bad("has no right port");
    number = *parsed;
  }
  const bool is_v6 = host.find(':') != std::string_view::npos;
  return "https://" + (is_v6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" +
         std::to_string(number);
}

}  // namespace muster::cli
