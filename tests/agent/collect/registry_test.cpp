// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>

#include "agent/collect/collector.h"
#include "tests/support/agent/map_host.h"

namespace muster::agent {
namespace {

TEST_CASE("every declared section has a collector, in the same order", "[collect]") {
  std::vector<std::string_view> declared, collected;
  for (const inventory::SectionSchema& schema : inventory::section_schemas())
    declared.push_back(schema.name);
  for (const collect::Collector& collector : collect::collectors()) {
    collected.push_back(collector.section);
    CHECK(collector.deadline_ms > 0);
  }
  CHECK(collected == declared);
}

TEST_CASE("a machine that answers nothing closes no row and says why", "[collect]") {
  class Mute final : public host::Host {
   public:
    Result<std::string> read(std::string_view, std::size_t) override { return no(); }
    Result<std::vector<std::string>> list(std::string_view) override { return no(); }
    Result<std::string> read_link(std::string_view) override { return no(); }
    Result<host::FileStatus> status(std::string_view) override { return no(); }
    Result<host::FilesystemSpace> space(std::string_view) override { return no(); }
    Result<host::Uname> uname() override { return no(); }
    Result<std::string> netlink(host::NetlinkDump) override { return no(); }

   private:
    static Failure no() { return {FailureKind::kDenied, "It may not be read."}; }
  };
  Mute host;
  for (const collect::Collector& collector : collect::collectors()) {
    CAPTURE(std::string(collector.section));
    const collect::CollectedSection collected = collector.collect(host);
    CHECK(collected.rows.empty());
    CHECK_FALSE(collected.providers.empty());
    const auto& declared = inventory::find_section(collector.section)->providers;
    for (const auto& [name, status] : collected.providers) {
      CAPTURE(name);
      // The function is of that section: it tells of no other's sources.
      CHECK(std::find(declared.begin(), declared.end(), name) != declared.end());
      CHECK(inventory::keeps_rows(status.status));
      CHECK_FALSE(status.reason.empty());
    }
  }
}

TEST_CASE("a failed read gives the status that fits it", "[collect]") {
  using inventory::Status;
  const std::pair<FailureKind, Status> table[] = {
      {FailureKind::kNotFound, Status::kNotApplicable}, {FailureKind::kDenied, Status::kDenied},
      {FailureKind::kTimeout, Status::kTimeout},        {FailureKind::kTooLarge, Status::kFailed},
      {FailureKind::kMalformed, Status::kFailed},       {FailureKind::kIo, Status::kFailed}};
  for (const auto& [kind, status] : table)
    CHECK(collect::status_of({kind, "why"}) == inventory::ProviderStatus{status, "why"});
}

}  // namespace
}  // namespace muster::agent
