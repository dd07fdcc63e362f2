// SPDX-License-Identifier: Apache-2.0
// What leaves a machine is what its owner was shown before.
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/programs/installation.h"

using muster::JsonValue;
using namespace muster::test;

namespace {

JsonValue preview_of(const Machine& machine) {
  const Ended ran = run_program(machine.agent({"report", "--preview", "--root", machine.root()}));
  INFO(all_of(ran));
  REQUIRE(ran.code == 0);
  const auto document = JsonValue::parse(ran.out);
  REQUIRE(document.ok());
  return *document;
}

std::vector<std::string> sections_of(const JsonValue& report) {
  std::vector<std::string> names;
  const JsonValue* sections = report.find("sections");
  if (sections == nullptr) return names;
  for (const auto& [name, section] : *sections->object())
    names.push_back(name);
  return names;
}

// A row without its order.
std::string sorted(const JsonValue& row) {
  std::set<std::string> members;
  for (const auto& [name, value] : *row.object())
    members.insert(name + "=" + value.dump());
  std::string out;
  for (const std::string& member : members)
    out += member + "\n";
  return out;
}

}  // namespace

TEST_CASE("the preview of a report is what is then sent", "[end_to_end]") {
  Installation installation;
  Machine machine("lap-0421");
  const JsonValue before = preview_of(machine);  // nobody need be enrolled to see it
  CHECK(machine.status().code == 1);
  CHECK_FALSE(std::filesystem::exists(machine.state()));

  REQUIRE(machine.enroll(installation.join_code()).code == 0);
  const Reported first = reported(machine.run_once());
  CHECK(first.changed == sections_of(before));
  CHECK(before.integer_at("sequence") == first.sequence);
  for (const std::string& section : sections_of(before)) {
    INFO("section " << section);
    std::multiset<std::string> previewed;
    const JsonValue* rows = before.find("sections")->find(section)->find("rows");
    // A section that could not be looked at, or cannot be there, has none.
    for (const JsonValue& row : rows == nullptr ? JsonValue::Array() : *rows->array())
      previewed.insert(sorted(row));
    std::multiset<std::string> shown;
    for (const JsonValue& row : installation.list({"show", machine.name(), "--section", section}))
      shown.insert(sorted(*row.find("values")));
    CHECK(previewed == shown);
  }

  machine.install("htop", "3.2.2-2");
  const JsonValue next = preview_of(machine);
  // Looking at it changes nothing: the next look says the same.
  CHECK(preview_of(machine).text_at("root") == next.text_at("root"));
  CHECK(preview_of(machine).integer_at("sequence") == next.integer_at("sequence"));
  const Reported second = reported(machine.run_once());
  CHECK(second.changed == sections_of(next));
  CHECK(second.sequence == next.integer_at("sequence"));
  const JsonValue* upsert = next.find("sections")->find("packages")->find("upsert");
  REQUIRE(upsert != nullptr);
  REQUIRE(upsert->array()->size() == 1);
  CHECK(upsert->array()->front().text_at("name") == "htop");
  CHECK(sections_of(preview_of(machine)).empty());
}

TEST_CASE("a capture gives nothing away that would name the machine", "[end_to_end]") {
  const Machine machine("lap-0421");
  const std::string file = machine.root() + "/../lap.capture";
  const Ended ran = run_program(machine.agent({"capture", file, "--root", machine.root()}));
  INFO(all_of(ran));
  REQUIRE(ran.code == 0);
  const std::string capture = read_whole(file);
  REQUIRE(capture.find("library-7") != std::string::npos);
  for (const std::string& secret : {machine.name(), machine.machine_id(), machine.serial_number(),
                                    machine.uuid(), machine.mac_address()}) {
    INFO("looking for " << secret);
    CHECK(capture.find(secret) == std::string::npos);
  }
  // It is still a machine: the same sections, the same software.
  const Ended inventory =
      run_program(machine.agent({"inventory", "--capture", file, "--section", "packages"}));
  INFO(all_of(inventory));
  CHECK(inventory.code == 0);
  CHECK(inventory.out.find("library-7") != std::string::npos);
}
