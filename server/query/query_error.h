// SPDX-License-Identifier: Apache-2.0
// The refusal of a query: 400 invalid_query with the column and the length of the mistake, so that
// a client can underline it, and with a suggestion. The message is complete in itself: `query,
// column 14: "8Gx" is not a size`. Pure; any thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/error.h"

namespace muster::server::query {

// A stretch of the query's text, in characters (code points) as a person counts them.
struct Span {
  std::size_t column = 1;  // of the first character, from 1
  std::size_t length = 1;
  friend bool operator==(const Span&, const Span&) = default;
};

Error query_error(const Span& where, const std::string& what, const std::string& expected);

// A text of the query for a message: on one line, without control characters, cut at 60 bytes.
std::string shown_text(std::string_view text);

}  // namespace muster::server::query
