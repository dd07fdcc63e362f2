// SPDX-License-Identifier: Apache-2.0
// Case 21: SQL in whatever a person or a machine may write: the query language, sorting, columns,
// cursors, at=, names in paths and bodies, and texts that were stored before and are used later.
// Expected: a value is a value; a forged cursor is 400; no answer shows SQL, a path of the server
// or a stack; nothing is added to or taken from the store; the texts come back as they were. Not
// covered: sqlmap itself (not in this run); the SQL console (case 22).
#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

namespace {

const std::vector<std::string> kPayloads = {"'",
                                            "\"",
                                            "' OR '1'='1",
                                            "\" OR \"\"=\"",
                                            "1; DROP TABLE items; --",
                                            "'; SELECT pg_sleep(9); --",
                                            "' UNION SELECT hash FROM tokens --",
                                            "\\",
                                            "%",
                                            "_",
                                            "?1",
                                            "$1",
                                            ":a",
                                            "1 OR 1=1",
                                            "1/0",
                                            "') OR ('1'='1",
                                            "-- ",
                                            "/*",
                                            "x' AND randomblob(100000000) --",
                                            "char(39)",
                                            "\xef\xbc\x87 OR 1=1"};

std::string escaped(const std::string& text) {
  static const char* kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return out;
}

bool tells_too_much(const std::string& body) {
  const std::string lowered = lower_ascii(body);
  for (const char* word : {"sqlite", "syntax error", "pg_", "libpq", "select ", "no such column",
                           "/var/lib", "terminate called", "server/store"}) {
    if (lowered.find(word) != std::string::npos && lowered.find("pg_sleep") == std::string::npos &&
        lowered.find("union select") == std::string::npos)
      return true;
  }
  return false;
}

}  // namespace

TEST_CASE("21 every parameter takes values and nothing else", "[abuse]") {
  Attacked here;
  const WireAgent agent = here.enrolled("target");
  REQUIRE(agent.send(agent.report_json(1)).status == 200);
  for (const char* where : {"/api/v1/items?q=",
                            "/api/v1/items?sort=",
                            "/api/v1/items?cursor=",
                            "/api/v1/items?at=",
                            "/api/v1/items?known_at=",
                            "/api/v1/items?limit=",
                            "/api/v1/items?q=name:",
                            "/api/v1/items?q=name~",
                            "/api/v1/items?q=packages.version%3C",
                            "/api/v1/items?q=memory_bytes%3C",
                            "/api/v1/items/",
                            "/api/v1/items/1/sections/",
                            "/api/v1/items/1/changes?section=",
                            "/api/v1/items/1/changes?cursor=",
                            "/api/v1/items/1/sections/os?cursor=",
                            "/api/v1/compare?b=1&a=",
                            "/api/v1/compare?a=1&b=1&section=",
                            "/api/v1/tickets?q=",
                            "/api/v1/tickets?state=",
                            "/api/v1/tickets?assignee=",
                            "/api/v1/tickets?item=",
                            "/api/v1/tickets/",
                            "/api/v1/agents?state=",
                            "/api/v1/agents?cursor=",
                            "/api/v1/agents/",
                            "/api/v1/audit?actor=",
                            "/api/v1/audit?action=",
                            "/api/v1/audit?object=",
                            "/api/v1/audit?cursor=",
                            "/api/v1/users/",
                            "/api/v1/users?cursor=",
                            "/api/v1/tokens?cursor=",
                            "/api/v1/join-tokens?cursor="}) {
    for (const std::string& payload : kPayloads) {
      const auto begin = std::chrono::steady_clock::now();
      const HttpAnswer answer = here.server.ask_as_admin({.path = where + escaped(payload)});
      INFO(where << payload << ' ' << answer.status << answer.body);
      CHECK((answer.status == 200 || (answer.status >= 400 && answer.status < 500)));
      CHECK_FALSE(tells_too_much(answer.body));
      CHECK(ms_since(begin) < 8000);  // nothing slept for 9 s
      if (std::string_view(where).ends_with("cursor=")) CHECK(answer.status == 400);
    }
  }
  CHECK(here.items() == 1);
  here.check_unharmed();
}

TEST_CASE("21 what was stored is still only a value when it is used later", "[abuse]") {
  Attacked here;
  std::int64_t count = 0;
  for (const std::string& payload : kPayloads) {
    const WireAgent agent = here.enrolled(payload);
    const HttpAnswer answer = agent.send(agent.report_json(1));
    INFO(payload << answer.body);
    REQUIRE(answer.status == 200);
    CHECK(here.items() == ++count);
  }
  for (const std::string& payload : kPayloads) {
    JsonWriter json;
    json.begin_object().member("name", payload).member("owner", payload).end_object();
    const HttpAnswer made =
        here.server.ask_as_admin({.method = "POST", .path = "/api/v1/items", .body = json.text()});
    INFO(payload << made.body);
    REQUIRE(made.status == 201);
    ++count;
    const auto made_json = JsonValue::parse(made.body).value();
    const std::string item = std::to_string(made_json.integer_at("item_id").value());
    for (const char* part : {"", "/changes", "/tickets"})
      CHECK(here.server.ask_as_admin({.path = "/api/v1/items/" + item + part}).status == 200);
    JsonWriter ticket;
    ticket.begin_object().member("title", payload).member("description", payload).end_object();
    CHECK(here.server
              .ask_as_admin({.method = "POST", .path = "/api/v1/tickets", .body = ticket.text()})
              .status == 201);
  }
  CHECK(here.items() == count);
  const auto all =
      JsonValue::parse(here.server.ask_as_admin({.path = "/api/v1/items?limit=500"}).body).value();
  std::set<std::string> names;
  for (const JsonValue& item : *all.find("data")->array())
    names.insert(item.text_at("name").value_or(""));
  for (const std::string& payload : kPayloads)
    CHECK(names.contains(payload));
  here.check_unharmed();
}

TEST_CASE("21 no SQL text is put together from what was received", "[abuse]") {
  // A gate for the sources: a query begins with a constant; what is added to one is a constant too,
  // of the table of fields or of the migrations.
  const char* source = std::getenv("MUSTER_SOURCE");
  REQUIRE(source != nullptr);
  int files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(source) + "/server")) {
    if (entry.path().extension() != ".cpp") continue;
    ++files;
    const std::string text = read_whole(entry.path());
    for (const char* door : {".execute(request", ".query(request", ".execute(call.", ".query(call.",
                             ".execute(body", ".query(body", "execute(\"\" +", "query(\"\" +"})
      CHECK(text.find(door) == std::string::npos);
  }
  CHECK(files > 50);
}
