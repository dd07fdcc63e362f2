// SPDX-License-Identifier: Apache-2.0
#include "server/store/database.h"

namespace muster::server {

std::optional<std::int64_t> Session::find_integer(std::string_view sql, const Values& values) {
  std::optional<std::int64_t> out;
  run(sql, values, [&](const ResultRow& row) { out = row.optional_integer(0); });
  return out;
}

std::optional<std::string> Session::find_text(std::string_view sql, const Values& values) {
  std::optional<std::string> out;
  run(sql, values, [&](const ResultRow& row) { out = row.optional_text(0); });
  return out;
}

}  // namespace muster::server
