// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/software/package_url.h"

#include <utility>

#include "agent/collect/linux/software/os_release.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_' || c == '~' || c == ':';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
}

}  // namespace

Distribution parse_distribution(std::string_view os_release) {
  const auto values = parse_assignments(os_release);
  const auto value_of = [&](std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
  Distribution out{lower_ascii(value_of("ID")), value_of("VERSION_CODENAME")};
  const std::string version = value_of("VERSION_ID");
  if (out.release.empty() && !out.vendor.empty() && !version.empty())
    out.release = out.vendor + "-" + version;
  return out;
}

std::string deb_package_url(std::string_view name, std::string_view version,
                            std::string_view architecture, const Distribution& distribution) {
  if (distribution.vendor.empty() || name.empty()) return {};
  std::string url;
  url.reserve(96);
  url += "pkg:deb/";
  append_percent_encoded(url, lower_ascii(distribution.vendor));
  url += '/';
  append_percent_encoded(url, lower_ascii(name));
  if (!version.empty()) {
    url += '@';
    append_percent_encoded(url, version);
  }
  char separator = '?';
  for (const auto& [key, value] :
       {std::pair<std::string_view, std::string_view>{"arch=", architecture},
        std::pair<std::string_view, std::string_view>{"distro=", distribution.release}}) {
    if (value.empty()) continue;
    url += separator;
    url += key;
    append_percent_encoded(url, value);
    separator = '&';
  }
  return url;
}

}  // namespace muster::agent::collect
