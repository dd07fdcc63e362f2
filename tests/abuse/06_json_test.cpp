// SPDX-License-Identifier: Apache-2.0
// Case 6: JSON at its edges: 10^6 levels, duplicate keys, 2^63, 2^64, 1e999, NaN, -0, bytes behind
// the end, and reports with sections, enumerations and types that nobody knows. Expected: 400 or
// 422 with the path; no number is rounded and no key wins silently; a wrong section costs only
// itself; the server goes on. The same for the bodies that people send. Not covered: nothing known.
#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("06 what is no JSON, or means two things, is refused whole", "[abuse]") {
  Attacked here;
  const WireAgent agent = here.enrolled("victim");
  const std::string right = agent.report_json(1);
  const auto with = [&](const std::string& member) {
    return replaced(right, "{", "{" + member + ",");
  };
  const std::string deep(1'000'000, '[');
  for (const std::string& json : {deep,
                                  with("\"x\":" + deep),
                                  with("\"x\":" + deep + std::string(deep.size(), ']')),
                                  std::string(1'000'000, '{'),
                                  right + "x",
                                  right + right,
                                  right + std::string(1, '\0'),
                                  with("\"sequence\":1"),
                                  with("\"x\":1,\"x\":2"),
                                  with("\"x\":NaN"),
                                  with("\"x\":Infinity"),
                                  with("\"x\":-0"),
                                  with("\"x\":1e999"),
                                  with("\"x\":9223372036854775808"),
                                  with("\"x\":18446744073709551616"),
                                  with("\"x\":01"),
                                  with("\"x\":+1"),
                                  with("\"x\":.5"),
                                  with("\"x\":0x10"),
                                  with("\"x\":'a'"),
                                  with("x:1"),
                                  with("\"x\":1,"),
                                  std::string("{}x"),
                                  "/**/" + right,
                                  right.substr(0, right.size() - 1)}) {
    const HttpAnswer answer = agent.send(json);
    INFO(json.substr(0, 100) << "... " << answer.status << answer.body);
    // Where an array begins that has no business there, that is said before its depth.
    const bool begins_array = json.starts_with("[") || json.starts_with("{\"x\":[");
    CHECK((answer.status == 400 || (begins_array && answer.status == 422)));
    CHECK(answer.text("code") == (answer.status == 400 ? "invalid_json" : "invalid_report"));
  }
  for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{
           {"\"sequence\":1", "\"sequence\":1.0"},
           {"\"sequence\":1", "\"sequence\":1e0"},
           {"\"sequence\":1", "\"sequence\":-1"},
           {"\"sequence\":1", "\"sequence\":\"1\""},
           {"\"sequence\":1", "\"sequence\":null"},
           {"\"sequence\":1", "\"sequence\":[1]"},
           {"\"sections\":{", "\"sections\":[],\"y\":{"},
           {"\"format\":1", "\"format\":2"},
           {"\"format\":1", "\"y\":1"}}) {
    const HttpAnswer answer = agent.send(replaced(right, what, by));
    INFO(by << ' ' << answer.status << answer.body);
    CHECK((answer.status == 400 || answer.status == 422));
    if (answer.status == 422) CHECK_FALSE(answer.text("path").empty());
  }
  CHECK(here.items() == 0);
  here.check_unharmed();
}

TEST_CASE("06 a wrong section costs itself, with the path of the value", "[abuse]") {
  Attacked here;
  const WireAgent agent = here.enrolled("mixed");
  std::int64_t sequence = 0;
  for (const auto& [what, by, code] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"\"name\":\"Debian GNU/Linux\"", "\"name\":17", "wrong_type"},
           {"\"name\":\"Debian GNU/Linux\"", "\"name\":null", "wrong_type"},
           {"\"name\":\"Debian GNU/Linux\"", "\"name\":[\"a\"]", "wrong_type"},
           {"\"name\":\"Debian GNU/Linux\"", "\"name\":{}", "wrong_type"},
           {"\"name\":\"Debian GNU/Linux\"", "\"name\":1.5", "wrong_type"},
           {"\"name\":\"Debian GNU/Linux\"", "\"name\":\"\"", "empty_value"},
           {"\"name\":\"Debian GNU/Linux\"", "\"name\":\"Other\"", "hash_mismatch"}}) {
    const HttpAnswer answer = agent.send(replaced(agent.report_json(++sequence), what, by));
    INFO(by << ' ' << answer.body);
    REQUIRE(answer.status == 200);
    const auto json = JsonValue::parse(answer.body).value();
    const JsonValue* os =
        json.find("refused") == nullptr ? nullptr : json.find("refused")->find("os");
    if (code == "hash_mismatch") {
      CHECK(answer.body.find("os") != std::string::npos);
    } else {
      REQUIRE(os != nullptr);
      CHECK(os->text_at("code") == code);
      CHECK(os->text_at("path").value_or("").starts_with("sections.os"));
    }
    CHECK(json.find("refused")->find("system") == nullptr);
  }
  const HttpAnswer unknown =
      agent.send(replaced(agent.report_json(++sequence), "\"system\":{", "\"teapots\":{"));
  CHECK(unknown.body.find("\"ignored\":[\"teapots\"]") != std::string::npos);
  const HttpAnswer status = agent.send(
      replaced(agent.report_json(++sequence), "\"status\":\"ok\"", "\"status\":\"fine\""));
  INFO(status.body);
  CHECK((status.status == 200 || status.status == 422));
  here.check_unharmed();
}

TEST_CASE("06 people's bodies are read by the same rules", "[abuse]") {
  Attacked here;
  const std::string deep(500'000, '[');
  for (const std::string& body :
       {deep, std::string("{\"name\":\"a\",\"name\":\"b\"}"), std::string("{\"name\":\"a\"}x"),
        std::string("{\"name\":1e999}"), std::string("{\"name\":\"\\ud800\"}"),
        std::string("{\"name\":\"a\0b\"}", 14), std::string("nul")}) {
    const HttpAnswer answer =
        here.server.ask_as_admin({.method = "POST", .path = "/api/v1/items", .body = body});
    INFO(body.substr(0, 60) << ' ' << answer.body);
    CHECK((answer.status == 400 || answer.status == 422));
  }
  CHECK(here.items() == 0);
  here.check_unharmed();
}
