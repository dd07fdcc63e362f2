// SPDX-License-Identifier: Apache-2.0
#include "common/inventory/status.h"

#include <catch2/catch.hpp>

namespace muster::inventory {

TEST_CASE("a section's own source is told by its status alone, others by their names",
          "[inventory]") {
  CHECK(status_line("memory", {{"memory", {Status::kOk, ""}}}) == "ok");
  CHECK(status_line("packages", {{"dpkg", {Status::kOk, ""}}}) == "dpkg:ok");
  CHECK(status_line("packages", {{"rpm", {Status::kFailed, "It is torn."}},
                                 {"dpkg", {Status::kOk, ""}}}) == "dpkg:ok,rpm:failed");
  CHECK(status_line("packages", {}).empty());
}

TEST_CASE("the worst source speaks for a section, and one that cannot be there for none",
          "[inventory]") {
  const ProviderStatuses mixed = {{"dpkg", {Status::kOk, ""}},
                                  {"rpm", {Status::kNotApplicable, ""}}};
  CHECK(worst(mixed) == Status::kOk);
  CHECK(worst({{"dpkg", {Status::kPartial, ""}}, {"rpm", {Status::kDenied, ""}}}) ==
        Status::kDenied);
  CHECK(worst({{"dpkg", {Status::kFailed, ""}}, {"rpm", {Status::kTimeout, ""}}}) ==
        Status::kFailed);
  CHECK(worst({}) == Status::kNotApplicable);
}

}  // namespace muster::inventory
