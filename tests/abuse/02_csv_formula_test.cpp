// SPDX-License-Identifier: Apache-2.0
// Case 2: cells that a spreadsheet would run (= + - @ TAB CR LF first, also behind a quote or a
// separator), in what people and machines wrote, come out of an export.
// Expected: in CSV such a cell has a ' before it and is quoted where it must be; JSON is unchanged.
// Not covered: importing such a file again, since there is no import yet.
#include "tests/support/programs/attacked.h"
#include "tests/support/programs/installation.h"

using namespace muster;
using namespace muster::test;

namespace {

const std::vector<std::string> kFormulas = {
    "=1+1",    "+1",    "-1",   "@SUM(A1)", "=HYPERLINK(\"http://x/\",\"y\")", "=cmd|'/c calc'!A0",
    "\",=1+1", ";=1+1", ",=1+1"};

// RFC 4180.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      rows.back().back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      rows.back().emplace_back();
    } else if (!quoted && c == '\n') {
      rows.emplace_back(1, "");
    } else if (quoted || c != '\r') {
      rows.back().back() += c;
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("02 a cell that a spreadsheet would run is defused in CSV and unchanged in JSON",
          "[abuse]") {
  Installation here;
  std::string body;
  for (const std::string& formula : kFormulas) {
    JsonWriter json;
    json.begin_object()
        .member("name", "item " + std::to_string(body.size()))
        .member("owner", formula);
    json.member("location", formula).end_object();
    body += '.';
    const HttpAnswer made = here.server().ask_as_admin(
        {.method = "POST", .path = "/api/v1/items", .body = json.text()});
    INFO(formula << made.body);
    REQUIRE(made.status == 201);
  }
  const Ended csv = here.muster({"items", "--csv", "--columns", "name,owner,location"});
  INFO(all_of(csv));
  REQUIRE(csv.code == 0);
  std::size_t seen = 0;
  for (const auto& row : parse_csv(csv.out)) {
    REQUIRE(row.size() <= 3);  // no separator of a value became one of the table
    for (const std::string& cell : row) {
      INFO(cell);
      // A whole number is left alone: there is nothing in it to be run.
      CHECK((cell.empty() || parse_integer(cell) ||
             std::string("=+-@\t\r\n").find(cell[0]) == std::string::npos));
    }
    if (row.size() == 3 && row[0].starts_with("item ")) {
      const std::string& formula = kFormulas.at(std::stoul(row[0].substr(5)));
      CHECK(row[1].ends_with(formula));
      CHECK((row[1] == formula || row[1] == "'" + formula));
      ++seen;
    }
  }
  CHECK(seen == kFormulas.size());
  std::set<std::string> owners;
  for (const JsonValue& item : here.list({"items"}))
    owners.insert(item.text_at("owner").value_or(""));
  for (const std::string& formula : kFormulas)
    CHECK(owners.contains(formula));
}
