// SPDX-License-Identifier: Apache-2.0
#include "server/facts/compare.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/store/store_fixture.h"

namespace muster::server {
namespace {

constexpr std::int64_t kSeen = 1'780'000'000'000;

struct Two : StoreFixture {
  std::int64_t item_a = 0, item_b = 0, a = 0, b = 0;

  Two() {
    clock.now_ms = kSeen + kHourMs;
    std::tie(item_a, a) = both();
    std::tie(item_b, b) = both();
  }
  std::pair<std::int64_t, std::int64_t> both() {
    const auto [item, record] = add_machine(kSeen);
    for (const char* section : {"os", "system", "disks", "interfaces", "addresses", "memory"})
      set_status(record, section, "ok", kSeen);
    set_status(record, "packages", "ok", kSeen, "dpkg");
    return {item, record};
  }
  // "section label field a | b", "section only_a label (summary)"; then the number of equal rows.
  std::vector<std::string> differences(const facts::CompareOptions& options = {}) {
    std::vector<std::string> out;
    std::int64_t same = 0;
    for (const facts::ComparedSection& section : read([&](store::Transaction& transaction) {
           return facts::compare_items(transaction, {item_a, now()}, {item_b, now()}, options);
         })) {
      const std::string name(section.schema->name);
      if (!section.not_compared.empty()) continue;  // no rows at all in this test
      same += section.same;
      for (const facts::ComparedRow& row : section.only_a)
        out.push_back(name + " only_a " + row.label + " (" + row.summary + ')');
      for (const facts::ComparedRow& row : section.only_b)
        out.push_back(name + " only_b " + row.label + " (" + row.summary + ')');
      for (const facts::ComparedRow& row : section.different) {
        for (const facts::FieldChange& field : row.fields)
          out.push_back(name + ' ' + row.label + ' ' + field.field + ' ' +
                        field.before.value_or("") + " | " + field.after.value_or(""));
      }
    }
    std::sort(out.begin(), out.end());
    out.push_back("same " + std::to_string(same));
    return out;
  }
  void disk(std::int64_t record, const std::string& name, const std::string& model,
            const std::string& serial, std::int64_t size) {
    add_row(record, "disks",
            {{"identifier", "serial:" + model + ':' + serial},
             {"instance", std::int64_t{1}},
             {"name", name},
             {"model", model},
             {"serial_number", serial},
             {"size_bytes", size}},
            kSeen);
  }
  void address(std::int64_t record, const std::string& family, const std::string& address,
               std::int64_t prefix) {
    add_row(record, "addresses",
            {{"interface", "eth0"},
             {"family", family},
             {"address", address},
             {"prefix_length", prefix}},
            kSeen);
  }
  void package(std::int64_t record, const std::string& name, const std::string& version,
               std::int64_t installed_at) {
    add_row(record, "packages",
            {{"manager", "dpkg"},
             {"scope", "system"},
             {"name", name},
             {"architecture", "amd64"},
             {"version", version},
             {"purl", "pkg:deb/debian/" + name + '@' + version},
             {"source_version", version},
             {"installed_at", installed_at}},
            kSeen);
  }
};

using Told = std::vector<std::string>;

TEST_CASE("what no two machines share is no difference, unless it is asked for", "[cmdb]") {
  Two f;
  for (const auto& [record, n] : {std::pair(f.a, "1"), std::pair(f.b, "2")}) {
    const std::string number = n;
    f.add_row(record, "os",
              {{"name", "Debian"}, {"hostname", "lap-" + number}, {"machine_id", "m" + number}},
              kSeen);
    f.add_row(record, "system",
              {{"product_name", "T14"},
               {"serial_number", "PF" + number},
               {"uuid", "u" + number},
               {"chassis_asset_tag", "tag" + number}},
              kSeen);
    f.disk(record, "nvme0n1", "SSD 980", "S" + number, 1000204886016);
    f.add_row(record, "interfaces",
              {{"identifier", "mac:00:00:00:00:00:0" + number},
               {"instance", std::int64_t{1}},
               {"name", "eth0"},
               {"mac_address", "00:00:00:00:00:0" + number}},
              kSeen);
    f.address(record, "ipv4", "10.20.1.1" + number, 24);
    f.address(record, "ipv6", "fe80::" + number, 64);
    f.package(record, "openssl", "3.0.11", kSeen + (number == "1" ? 0 : kHourMs));
  }
  CHECK(f.differences() == Told{"same 7"});
  const Told all = f.differences({.identity = true});
  CHECK(std::count(all.begin(), all.end(), "system System serial_number \"PF1\" | \"PF2\"") == 1);
  CHECK(std::count(all.begin(), all.end(),
                   "disks only_a nvme0n1 (SSD 980, 932 GiB, serial number S1)") == 1);
  CHECK(all.back() == "same 0");
}

TEST_CASE("what differs beside the identity is told, one line a thing", "[cmdb]") {
  Two f;
  f.disk(f.a, "nvme0n1", "SSD 980", "S1", 1000204886016);
  f.disk(f.b, "nvme0n1", "SSD 970", "S2", 500107862016);
  f.disk(f.b, "sdb", "Ultra", "S3", 30784094208);
  f.address(f.a, "ipv4", "10.20.1.10", 24);
  f.address(f.b, "ipv4", "10.30.9.10", 24);
  f.package(f.a, "openssl", "3.0.11", kSeen);
  f.package(f.b, "openssl", "3.0.9", kSeen - kHourMs);
  f.package(f.a, "zoom", "6.2.11", kSeen);
  CHECK(f.differences() == Told{"addresses 10.20.1.10 address \"10.20.1.10\" | \"10.30.9.10\"",
                                "disks nvme0n1 model \"SSD 980\" | \"SSD 970\"",
                                "disks nvme0n1 size_bytes 1000204886016 | 500107862016",
                                "disks only_b sdb (Ultra, 28.7 GiB)",
                                "packages only_a zoom (6.2.11)",
                                "packages openssl version \"3.0.11\" | \"3.0.9\"", "same 0"});
}

TEST_CASE("of rows with one name the equal ones pair first", "[cmdb]") {
  Two f;
  f.address(f.a, "ipv6", "2001:db8:1::1", 64);
  f.address(f.a, "ipv6", "fe80::1", 64);
  f.address(f.b, "ipv6", "fe80::2", 64);
  f.address(f.b, "ipv6", "2001:db8:1::2", 64);
  CHECK(f.differences() == Told{"same 2"});
  f.address(f.b, "ipv6", "2001:db8:2::2", 64);
  CHECK(f.differences() ==
        Told{"addresses only_b 2001:db8:2::2 (eth0, prefix length 64)", "same 2"});
}

}  // namespace
}  // namespace muster::server
