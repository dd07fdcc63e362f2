// SPDX-License-Identifier: Apache-2.0
#include "server/store/read_point.h"

#include <catch2/catch.hpp>

namespace muster::server::store {

TEST_CASE("the present is what is open, a moment is compared with both times", "[read_point]") {
  const auto now = ReadPoint::now({1000});
  CHECK(now.at_ms == 1000);
  CHECK(now.holds("t") == "t.until IS NULL");
  CHECK(now.holds_of("t", "?3") == "(t.source_record = ?3 AND t.until IS NULL)");
  const ReadPoint moment{.at_ms = 1000};
  CHECK(moment.holds("t").find("t.since <= ?1 AND t.opened_by <= ?2") != std::string::npos);
  CHECK(moment.holds_of("t", "?3").find("t.closed_by > ?2") != std::string::npos);
}

}  // namespace muster::server::store
