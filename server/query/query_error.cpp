// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_error.h"

#include "common/support/text.h"

namespace muster::server::query {
namespace {

constexpr std::size_t kShownBytes = 60;

}  // namespace

Error query_error(const Span& where, const std::string& what, const std::string& expected) {
  return Error(Status::kBadRequest, "invalid_query",
               "query, column " + std::to_string(where.column) + ": " + what)
      .with("column", static_cast<std::int64_t>(where.column))
      .with("length", static_cast<std::int64_t>(where.length))
      .with("expected", expected);
}

std::string shown_text(std::string_view text) {
  if (text.size() <= kShownBytes) return printable(text);
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return printable(text.substr(0, end)) + "...";
}

}  // namespace muster::server::query
