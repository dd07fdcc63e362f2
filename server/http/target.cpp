// SPDX-License-Identifier: Apache-2.0
#include "server/http/target.h"

#include <algorithm>

#include "common/support/text.h"

namespace muster::server::http {
namespace {

constexpr std::size_t kMaxSegments = 32;
constexpr std::size_t kMaxSegmentBytes = 1024;
constexpr std::size_t kMaxParameters = 64;

Refusal bad_path(const char* message) {
  return {400, "invalid_path", message};
}
Refusal bad_query(const char* message) {
  return {400, "invalid_query", message};
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::variant<Target, Refusal> parse_path(std::string_view path) {
  Target target;
  if (path == "/") return target;
  const auto parts = split(path.substr(1), '/');
  if (parts.size() > kMaxSegments) return bad_path("The path has too many segments.");
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty() && i + 1 < parts.size()) return bad_path("The path has an empty segment.");
    auto segment = percent_decode(parts[i], false);
    if (!segment)
      return bad_path("The path is not percent-encoded UTF-8 without control characters.");
    if (*segment == "." || *segment == "..") return bad_path("The path has a dot segment.");
    if (segment->size() > kMaxSegmentBytes) return bad_path("A segment of the path is too long.");
    target.segments.push_back(std::move(*segment));
  }
  return target;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const auto byte = from_hex(text.substr(i + 1, 2));
      if (!byte || byte->size() != 1) return std::nullopt;
      out += *byte;
      i += 2;
    } else {
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  // Line ends and tabs are ordinary in a query (a SQL text, a note), and harmless there; NUL never
  // is.
  const auto refused = [&](char c) {
    return is_control(c) && !(plus_is_space && (c == '\n' || c == '\r' || c == '\t'));
  };
  if (std::any_of(out.begin(), out.end(), refused) || !is_valid_utf8(out)) return std::nullopt;
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += "0123456789ABCDEF"[byte >> 4];
      out += "0123456789ABCDEF"[byte & 15];
    }
  }
  return out;
}

std::variant<Target, Refusal> parse_target(std::string_view text) {
  if (text.empty() || text.front() != '/') return bad_path("The path does not begin with a slash.");
  // A fragment is never sent; a reader that cuts it off would see another path than we do.
  if (text.find('#') != std::string_view::npos) return bad_path("The target has a fragment.");
  const auto mark = text.find('?');
  auto parsed = parse_path(text.substr(0, mark));
  if (mark == std::string_view::npos || mark + 1 == text.size()) return parsed;
  auto* target = std::get_if<Target>(&parsed);
  if (target == nullptr) return parsed;
  for (const std::string_view part : split(text.substr(mark + 1), '&')) {
    if (target->query.size() == kMaxParameters) return bad_query("There are too many parameters.");
    const auto equals = part.find('=');
    auto name = percent_decode(part.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::string()
                                                  : percent_decode(part.substr(equals + 1), true);
    if (!name || name->empty() || !value) {
      return bad_query("The query is not name=value pairs of percent-encoded UTF-8.");
    }
    target->query.emplace_back(std::move(*name), std::move(*value));
  }
  return parsed;
}

}  // namespace muster::server::http
