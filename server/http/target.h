// SPDX-License-Identifier: Apache-2.0
// The target of a request, decoded: path segments and query parameters (RFC 3986, origin form).
// Refuses every spelling by which a path could mean something else to a proxy in front of us:
// empty, "." and ".." segments (also encoded), control characters, bytes that are not UTF-8. Pure.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/http/parser.h"

namespace muster::server::http {

struct Target {
  // Decoded one by one, so that an encoded slash stays inside its segment. "/" has none; a slash at
  // the end gives an empty last one, which no route matches.
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>>
      query;  // in the order sent, repeated names included
};

std::variant<Target, Refusal> parse_target(std::string_view text);

// "%41" and, where `plus_is_space`, "+". nullopt: not decodable, a control character or not UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
// Everything but unreserved characters encoded; fit for a segment or a query value.
std::string percent_encode(std::string_view text);

}  // namespace muster::server::http
