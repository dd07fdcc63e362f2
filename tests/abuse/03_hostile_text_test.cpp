// SPDX-License-Identifier: Apache-2.0
// Case 3: texts that break programs: NUL, invalid UTF-8, lone surrogates, overlong forms, a byte
// order mark, right-to-left overrides, terminal escapes and line breaks in a machine's names.
// Expected: what is no valid text refuses the report (NUL and broken UTF-8 are not valid there);
// what is valid is kept as it is, with its hash agreed; log and command line print it escaped, on
// one line. The same on both stores: nothing that PostgreSQL cannot keep gets that far. Not
// covered: the web pages, which come later (case 1).
#include "tests/support/programs/attacked.h"
#include "tests/support/programs/installation.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("03 what is no text is refused with its place, and nothing is stored", "[abuse]") {
  Attacked here;
  const WireAgent agent = here.enrolled("victim");
  const std::string right = agent.report_json(1);
  const std::string name = "Debian GNU/Linux";
  for (const std::string& bad :
       {std::string("a\0b", 3), std::string("\xff\xfe"), std::string("\xc0\xaf"),
        std::string("\xed\xa0\x80"), std::string("\xf4\x90\x80\x80"), std::string("\xe2\x82"),
        std::string("\\ud800"), std::string("\\udc00\\ud800"), std::string("\\u0000"),
        std::string("raw\nline"), std::string("raw\x1b[31m")}) {
    const HttpAnswer answer = agent.send(replaced(right, name, bad));
    INFO(printable(bad) << ' ' << answer.body);
    CHECK(answer.status == 400);
    CHECK(answer.text("code") == "invalid_json");
    CHECK(answer.body.find("SQL") == std::string::npos);
  }
  CHECK(agent.send("\xEF\xBB\xBF" + right).text("code") == "invalid_json");
  CHECK(here.items() == 0);
  CHECK(agent.send(right).status == 200);
  here.check_unharmed();
}

TEST_CASE("03 odd but valid names are kept as they are and printed on one line", "[abuse]") {
  Installation here;
  const std::vector<std::string> names = {"evil\x1b[2J\x1b[31mred",
                                          "two\nlines",
                                          "tab\tbed",
                                          "\xe2\x80\xaegnp.exe",  // right-to-left override
                                          "\xef\xbb\xbf"
                                          "bom",
                                          "\xf0\x9f\x92\xa9",
                                          "a\\u0000b",
                                          "quote\"'`$(id)"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    WireAgent agent(here.server(), names[i]);
    REQUIRE(agent.enroll(here.join_code()).status == 200);
    const HttpAnswer answer = agent.send(agent.report_json(1));
    INFO(printable(names[i]) << answer.body);
    REQUIRE(answer.status == 200);
    CHECK(answer.body.find("refused") == std::string::npos);
    CHECK(answer.body.find("send_full") == std::string::npos);  // so the hashes agree
    const HttpAnswer again = agent.send(agent.report_json(2));
    CHECK(again.status == 200);
  }
  std::set<std::string> kept;
  for (const JsonValue& item : here.list({"items"}))
    kept.insert(item.text_at("hostname").value_or(item.text_at("name").value_or("")));
  for (const std::string& name : names) {
    INFO(printable(name));
    CHECK(kept.contains(name));
  }
  const Ended shown = here.muster({"items"});
  CHECK(shown.code == 0);
  for (const char c : shown.out)
    CHECK((c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20));
  CHECK(shown.out.find("\xe2\x80\xae") == std::string::npos);
  const auto lines = std::count(shown.out.begin(), shown.out.end(), '\n');
  INFO(shown.out);
  CHECK(lines <= static_cast<std::ptrdiff_t>(names.size()) + 2);
  const std::string log = here.server().log();
  CHECK(log.find('\x1b') == std::string::npos);
  for (std::size_t at = 0; at < log.size(); at = log.find('\n', at) + 1) {
    if (log.find('\n', at) == std::string::npos) break;
    CHECK(log.substr(at, 2) == "20");  // each line begins with its time: no name has made one
  }
}
