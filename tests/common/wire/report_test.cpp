// SPDX-License-Identifier: Apache-2.0
#include "common/wire/report.h"

#include <catch2/catch.hpp>

#include "common/json/value.h"

using namespace muster;

TEST_CASE("a reason that names a file with any name makes no report unreadable", "[wire]") {
  wire::Report report;
  report.sections["packages"].providers["dpkg"] = {
      inventory::Status::kPartial, std::string("/var/lib/dpkg/status.d/a\xff\0b", 27)};
  const auto json = JsonValue::parse(wire::to_json(report));
  REQUIRE(json.ok());
  const JsonValue* const source =
      json->find("sections")->find("packages")->find("sources")->find("dpkg");
  CHECK(source->text_at("reason") == "/var/lib/dpkg/status.d/a\\xff\\x00b");
}
