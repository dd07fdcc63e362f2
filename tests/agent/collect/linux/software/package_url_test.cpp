// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/software/package_url.h"

#include <catch2/catch.hpp>

#include "common/json/value.h"
#include "tests/support/test_data.h"

namespace muster::agent {

using test::read_test_file;
using test::shared_data;

TEST_CASE("package URLs of deb packages are those of the specification's own tests",
          "[packages][shared_data]") {
  const auto tests = JsonValue::parse(read_test_file(shared_data("purl/types/deb-test.json")));
  REQUIRE(tests);
  std::size_t built = 0;
  for (const JsonValue& test : *tests->find("tests")->array()) {
    if (test.text_at("test_type") != "build") continue;
    const JsonValue& input = *test.find("input");
    const JsonValue& qualifiers = *input.find("qualifiers");
    CHECK(collect::deb_package_url(
              *input.text_at("name"), *input.text_at("version"), *qualifiers.text_at("arch"),
              {*input.text_at("namespace"), qualifiers.text_at("distro").value_or("")}) ==
          *test.text_at("expected_output"));
    ++built;
  }
  CHECK(built >= 4);
}

TEST_CASE("package URLs of deb packages are canonical: lower case, escaped, qualifiers sorted",
          "[packages]") {
  CHECK(collect::deb_package_url("g++", "4:12.2~rc1 x/y@z", "amd64", {"Ubuntu", "ubuntu-22.04"}) ==
        "pkg:deb/ubuntu/g%2B%2B@4:12.2~rc1%20x%2Fy%40z?arch=amd64&distro=ubuntu-22.04");
  CHECK(collect::deb_package_url("a", "1", "", {"debian", ""}) == "pkg:deb/debian/a@1");
  CHECK(collect::deb_package_url("a", "1", "amd64", {}).empty());
}

TEST_CASE("the distribution comes from os-release", "[packages]") {
  const collect::Distribution debian = collect::parse_distribution(
      "NAME=\"Debian\"\nVERSION_CODENAME=bookworm\nID=debian\nVERSION_ID=\"12\"");
  CHECK(debian.vendor == "debian");
  CHECK(debian.release == "bookworm");
  CHECK(collect::parse_distribution("ID='Foo'\nVERSION_ID=7\n").release == "foo-7");
  CHECK(collect::parse_distribution("ID=arch\n").release.empty());
  CHECK(collect::parse_distribution("no equals\n=x\n\"").vendor.empty());
}

}  // namespace muster::agent
