// SPDX-License-Identifier: Apache-2.0
// What counts as evidence of identity, whatever an agent sent.
#include "server/ingest/evidence_rule.h"

#include <catch2/catch.hpp>

namespace muster::server {
namespace {

TEST_CASE("shared and made-up values are no evidence", "[identity]") {
  for (const char* const serial : {"SystemSerialNumb",
                                   "SYS-1234567890",
                                   "SYS-9876543210",
                                   "SN-12345",
                                   "SN-1234567890",
                                   "MB-1234567890",
                                   "123456789000",
                                   "OEM_Serial",
                                   "EVAL",
                                   "IATPASS",
                                   "Unknow",
                                   "(null string)",
                                   "Serial Number xxxxxx",
                                   "Tulip Computers",
                                   "SN-123456fvgv3i0b8o5n6n7k",
                                   "NNNNNNN",
                                   "12345678",
                                   "System Serial Number",
                                   "unavailable",
                                   "QEMU",
                                   "0",
                                   "A1",
                                   ""}) {
    CAPTURE(serial);
    ingest::IdentityFacts facts;
    facts.serial_number = facts.board_serial_number = serial;
    CHECK(ingest::evidence_of(facts).empty());
  }
  for (const char* const uuid :
       {"6AB5B300-538D-1014-9FB5-B0684D007B53", "01010101-0101-0101-0101-010101010101",
        "03000200-0400-0500-0006-000700080009", "2", "not a uuid"}) {
    CAPTURE(uuid);
    ingest::IdentityFacts facts;
    facts.uuid = uuid;
    CHECK(ingest::evidence_of(facts).empty());
  }
  ingest::IdentityFacts facts;
  facts.permanent_mac_addresses = {"00:a0:c6:00:00:00", "00:50:56:c0:00:08", "02:00:4e:43:50:49",
                                   "00:00:00:00:00:00"};
  CHECK(ingest::evidence_of(facts).empty());
}

TEST_CASE("a machine's own values are evidence", "[identity]") {
  ingest::IdentityFacts facts;
  facts.uuid = "4C4C4544-0035-3010-8056-B4C04F4A3432";
  facts.manufacturer = "Dell Inc.";
  facts.serial_number = "5R0VJ42";
  facts.permanent_mac_addresses = {"00:1B:21:00:00:01"};
  CHECK(ingest::evidence_of(facts) ==
        std::vector<ingest::Evidence>{
            {ingest::EvidenceKind::kSmbiosUuid, "4c4c4544-0035-3010-8056-b4c04f4a3432"},
            {ingest::EvidenceKind::kSerialNumber, "dell inc. 5r0vj42"},
            {ingest::EvidenceKind::kMacAddress, "00:1b:21:00:00:01"}});
}

TEST_CASE("the hardware that a container shows is no evidence of it", "[identity]") {
  ingest::IdentityFacts facts;
  facts.container = true;
  facts.uuid = "4C4C4544-0035-3010-8056-B4C04F4A3432";
  facts.serial_number = facts.board_serial_number = "5R0VJ42";
  facts.permanent_mac_addresses = {"00:1B:21:00:00:01"};  // with its host's network
  facts.hostname = "web-1";
  CHECK(ingest::evidence_of(facts) ==
        std::vector<ingest::Evidence>{{ingest::EvidenceKind::kHostname, "web-1"}});
  ingest::IdentityFacts host = facts;
  host.container = false;
  CHECK_FALSE(ingest::compare_evidence(ingest::evidence_of(facts), ingest::evidence_of(host)).same);
  CHECK_FALSE(ingest::compare_evidence(ingest::evidence_of(host), ingest::evidence_of(facts)).same);
}

}  // namespace
}  // namespace muster::server
