// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/decode.h"

#include <catch2/catch.hpp>

#include "common/support/text.h"

using namespace muster;
using namespace muster::server;

TEST_CASE("a reason that is too long is not cut inside a character", "[ingest][hostile]") {
  wire::Report report;
  report.sequence = 1;
  report.boot_id = "boot";
  report.root = std::string(64, '0');
  wire::SectionReport& section = report.sections["packages"];
  const std::string start(2047, 'a');
  section.providers["dpkg"] = {inventory::Status::kFailed, start + "\xc3\xa9 and so on"};
  const ingest::DecodedReport decoded = ingest::decode_report(wire::to_json(report));
  REQUIRE(decoded.sections.contains("packages"));
  const std::string& reason = decoded.sections.at("packages").providers.at("dpkg").reason;
  CHECK(is_valid_utf8(reason));
  CHECK(reason == start);
}
