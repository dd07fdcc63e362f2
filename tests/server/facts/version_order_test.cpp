// SPDX-License-Identifier: Apache-2.0
#include "server/facts/version_order.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/support/test_data.h"

namespace muster::server {
namespace {

// Lines of "a < b"; how many.
int check_ordered_pairs(std::istream& pairs) {
  std::string line;
  int compared = 0;
  while (std::getline(pairs, line)) {
    std::istringstream words(line);
    std::string a, sign, b;
    if (!(words >> a >> sign >> b)) continue;
    INFO(line);
    const auto order = facts::compare_versions(facts::Ecosystem::kDebian, a, b);
    const auto reverse = facts::compare_versions(facts::Ecosystem::kDebian, b, a);
    if (sign == "<") {
      CHECK(order == std::strong_ordering::less);
      CHECK(reverse == std::strong_ordering::greater);
    } else {
      REQUIRE((sign == "=" || sign == ">"));
      CHECK((order == (sign == "=" ? std::strong_ordering::equal : std::strong_ordering::greater)));
    }
    ++compared;
  }
  return compared;
}

// Debian Policy 5.6.12, deb-version(7), and what stands in real archives.
constexpr const char* kDebianPairs = R"(
1.0 < 1.1
1.9 < 1.10
1.0 < 1.0.1
1.0~rc1 < 1.0
1.0~~ < 1.0~
1.0~beta1~svn1245 < 1.0~beta1
1.0 < 1.0a
1.0a < 1.0b
1.0a < 1.0+
1.0-1 < 1.0-2
1.0-1 < 1.0-1.1
1.0-1 < 1.0-1+b1
1.0-1~bpo12+1 < 1.0-1
1.0-1+deb12u1 > 1.0-1
3.0.22-1~deb12u2 < 3.0.23-1~deb12u1
0:1.0 = 1.0
1.0-0 = 1.0
1:0.1 > 2.0
1:1.0 < 2:0.5
00001.2 = 1.2
1.2.03 = 1.2.3
7.6p2-4 > 7.6-0
1.0.3-3 > 1.0-1
1.3 > 1.2.2-2
1.3 > 1.2.2
2.4.7-1 < 2.4.7-z
1.002-1+b2 > 1.00
)";

TEST_CASE("Debian versions have the order of Debian Policy", "[query]") {
  std::istringstream pairs(kDebianPairs);
  CHECK(check_ordered_pairs(pairs) == 27);
}

TEST_CASE("Debian versions have the order of another project's table", "[query][shared_data]") {
  std::ifstream file(test::shared_data("versions/debian.txt"));
  REQUIRE(file.good());
  CHECK(check_ordered_pairs(file) >= 25);
}

TEST_CASE("a tilde comes before the end, letters before signs", "[query]") {
  const std::vector<std::string> ascending = {
      "1.0~~", "1.0~~a",     "1.0~",     "1.0~rc1",
      "1.0",   "1.0-1",      "1.0-1+b1", "1.0-2",
      "1.0a",  "1.0+dfsg-1", "1.2",      "1.10",
      "1:0.1", "2:0.0",      "10:0",     "99999999999999999999999:1"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      INFO(ascending[i] << " and " << ascending[j]);
      CHECK((facts::compare_versions(facts::Ecosystem::kDebian, ascending[i], ascending[j]) ==
             (i <=> j)));
    }
  }
}

TEST_CASE("a literal ignores the epoch and the revision that it does not name", "[query]") {
  struct Case {
    std::string row, literal;
    int order;  // of the row: -1 before, 0 equal, 1 after
  };
  const std::vector<Case> cases = {
      {"3.0.9-1", "3.0.9", 0},          {"1:3.0.9-1", "3.0.9", 0},
      {"3.0.8-1~deb12u1", "3.0.9", -1}, {"3.0.11-1~deb12u2", "3.0.9", 1},
      {"1:2.0-1", "3.0", -1},           {"1:2.0-1", "0:3.0", 1},
      {"3.0.9-1", "3.0.9-2", -1},       {"1:3.0.9-3", "3.0.9-2", 1},
      {"3.0.9", "3.0.9-0", 0},          {"", "1", -1},
  };
  for (const Case& c : cases) {
    INFO(c.row << " and " << c.literal);
    CHECK((facts::compare_with_literal(facts::Ecosystem::kDebian, c.row, c.literal) ==
           (c.order <=> 0)));
  }
  CHECK((facts::compare_with_literal(facts::Ecosystem::kGeneric, "9", "12") ==
         std::strong_ordering::less));
}

struct LiteralCase {
  std::string row, literal;
  int order;  // of the row: -1 before, 0 equal, 1 after
};

TEST_CASE("a kernel's build and flavour count only where they are named", "[query]") {
  const std::vector<LiteralCase> cases = {
      {"6.1.0-40-amd64", "6.1.0-40", 0},
      {"6.1.0-41-amd64", "6.1.0-40", 1},
      {"6.1.0-9-amd64", "6.1.0-40", -1},
      {"6.1.0-40-cloud-amd64", "6.1.0-40", 0},
      {"6.1.0-40-amd64", "6.1.0", 0},
      {"6.1.0-40-amd64", "6.1", 0},
      {"6.1.55", "6.1", 1},
      {"6.10.2", "6.9", 1},
      {"6.1.0-40-amd64", "6.1.0-40-amd64", 0},
      {"6.1.0-41-amd64", "6.1.0-40-amd64", 1},
      {"6.1.0-40-amd64", "6.1.0-40-arm64", -1},
      {"5.10.0-0.bpo.15-amd64", "5.10.0", 0},
      {"5.15.0-91-generic", "5.15.0-91", 0},
      {"6.8.0-1015-aws", "6.8.0-1015", 0},
      {"5.14.0-427.13.1.el9_4.x86_64", "5.14.0-427.13.1", 0},
      {"5.14.0-427.13.1.el9_4.x86_64", "5.14.0-427", 1},
      {"6.5.6-300.fc39.x86_64", "6.5.6-300", 0},
      {"5.14.21-150500.55.39-default", "5.14.21-150500.55.39", 0},
      {"6.9.3-arch1-1", "6.9.3", 0},
      {"6.6.31+rpt-rpi-v8", "6.6.31", 0},
      {"6.1.21-v8+", "6.1.21", 0},
      {"6.8.12-1-pve", "6.8.12-1", 0},
      {"5.15.146.1-microsoft-standard-WSL2", "5.15.146.1", 0},
      {"5.15.146.1-microsoft-standard-WSL2", "5.15.146", 1},
      {"6.12.0-rc3", "6.12", -1},
      {"6.12.0-rc3", "6.12.0-rc3", 0},
      {"6.12.0-rc10", "6.12.0-rc3", 1},
      {"6.12.0-rc3-amd64", "6.11.9", 1},
      {"", "6.1", -1},
      {"6.1", "", 1},
  };
  for (const LiteralCase& c : cases) {
    INFO(c.row << " and " << c.literal);
    CHECK((facts::compare_with_literal(facts::Ecosystem::kKernel, c.row, c.literal) ==
           (c.order <=> 0)));
  }
  CHECK((facts::compare_versions(facts::Ecosystem::kKernel, "6.1.0-40-amd64", "6.1.0-40-arm64") ==
         std::strong_ordering::less));
}

TEST_CASE("what stands behind a blank is no part of a version", "[query]") {
  const std::vector<LiteralCase> cases = {{"22.04.3 LTS (Jammy Jellyfish)", "22.04.3", 0},
                                          {"22.04.3 LTS (Jammy Jellyfish)", "22.04", 1},
                                          {"9.3 (Blue Onyx)", "9.3", 0},
                                          {"9.3 (Blue Onyx)", "9.3 (Blue Onyx)", 0},
                                          {"12.5", "12", 1}};
  for (const LiteralCase& c : cases) {
    INFO(c.row << " and " << c.literal);
    CHECK((facts::compare_with_literal(facts::Ecosystem::kGeneric, c.row, c.literal) ==
           (c.order <=> 0)));
  }
}

}  // namespace
}  // namespace muster::server
