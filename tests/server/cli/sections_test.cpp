// SPDX-License-Identifier: Apache-2.0
// show --section: which columns programs and people get.
#include <catch2/catch.hpp>

#include "common/support/text.h"
#include "tests/server/cli/fleet_answers.h"

namespace muster::cli {
namespace {

std::vector<std::string> shown(const std::vector<std::string>& words) {
  FakeWorld world;
  answer_as_fleet(world);
  CHECK(world.run(words) == kDone);
  std::vector<std::string> out;
  const std::string text = world.out.str();
  for (const std::string_view line : lines(text))
    out.emplace_back(line);
  return out;
}

TEST_CASE("programs get all declared columns in declared order, whatever a machine has", "[cli]") {
  const std::string declared =
      "identifier,instance,name,vendor,model,serial_number,wwn,firmware_revision,size_bytes,"
      "transport";
  const auto csv = shown({"show", "lap-0408", "--section", "disks", "--csv"});
  REQUIRE(csv.size() == 3);
  CHECK(csv[0] == declared);
  CHECK(csv[1] ==
        "serial:SAMSUNG MZVL21T0HCLR-00BL7:S64MNX0T512345,1,nvme0n1,,SAMSUNG MZVL21T0HCLR-00BL7,"
        "S64MNX0T512345,eui.002538b511b2c3d4,,1024209543168,nvme");
  std::string tabs = declared;
  for (char& c : tabs)
    c = c == ',' ? '\t' : c;
  CHECK(shown({"show", "lap-0408", "--section", "disks"})[0] == tabs);
  // Also of one row, which a terminal shows as a list.
  CHECK(shown({"show", "lap-0408", "--section", "os", "--csv"})[0] ==
        "name,id,version,build_id,kernel_version");
  const auto names = shown({"show", "lap-0408", "--section", "disks", "--columns="});
  CHECK(names.size() == 15);
  CHECK(names[10] == "since");
}

TEST_CASE("show --columns= lists the columns of the page and asks nobody", "[cli]") {
  FakeWorld world;
  CHECK(world.run({"show", "lap-0408", "--columns="}) == kDone);
  CHECK(world.out.str().starts_with("item_id\nname\nclass\n"));
  CHECK(world.requests.empty());
  CHECK(shown({"show", "lap-0408", "--columns", "name,serial_number"}) ==
        std::vector<std::string>{"name\tserial_number", "lap-0408\t5CG1234X9Q"});
}

TEST_CASE("a page for people has units in a pipe as well", "[cli]") {
  std::string text;
  for (const std::string& line : shown({"show", "lap-0408"}))
    text += line + '\n';
  CHECK(text.find("memory\t23.5 GiB\n") != std::string::npos);
  CHECK(text.find("up\t24 h\n") != std::string::npos);
  CHECK(text.find("memory free\t7.7 GiB\n") != std::string::npos);
}

}  // namespace
}  // namespace muster::cli
