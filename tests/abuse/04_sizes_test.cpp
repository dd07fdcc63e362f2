// SPDX-License-Identifier: Apache-2.0
// Case 4: too much of everything: a text of 10 MB, a million rows, 100,000 keys in an object, a
// head of 16 KiB and one byte more, bodies at the limit and one byte beyond. Expected: 413, 422 or
// 431 naming the limit; other sections are kept; memory does not follow. Not covered: attachments
// and imports, which do not exist yet.
#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("04 too much of anything is refused by a limit that is named", "[abuse]") {
  Attacked here;
  const WireAgent agent = here.enrolled("victim");
  REQUIRE(agent.send(agent.report_json(1)).status == 200);
  const std::int64_t before_kb = status_kb(here.server.id(), "VmHWM");

  const std::string name = "Debian GNU/Linux";
  const HttpAnswer text =
      agent.send(replaced(agent.report_json(2), name, std::string(10'000'000, 'x')));
  CHECK(text.status == 400);
  CHECK(text.body.find("too long") != std::string::npos);
  const HttpAnswer row_text =
      agent.send(replaced(agent.report_json(2), name, std::string(16 * 1024 + 1, 'x')));
  CHECK(row_text.status == 200);
  CHECK(row_text.body.find("text_too_long") != std::string::npos);
  CHECK(row_text.body.find("\"system\"") == std::string::npos);  // the other section was taken

  std::string keys = "\"x\":{";
  for (int i = 0; i < 100'000; ++i)
    keys += "\"k" + std::to_string(i) + "\":1,";
  const HttpAnswer many_keys =
      agent.send(replaced(agent.report_json(3), "{", "{" + keys + "\"z\":1},"));
  CHECK(many_keys.status == 400);
  CHECK(many_keys.body.find("too many members") != std::string::npos);

  std::string rows;
  const int count = whole_loops() ? 1'000'000 : 320'000;
  for (int i = 0; i < count; ++i)
    rows += "{\"name\":\"u" + std::to_string(i) + "\"},";
  const HttpAnswer many_rows = agent.send(
      replaced(agent.report_json(4), "\"sections\":{",
               "\"sections\":{\"users\":{\"schema\":1,\"collected_at\":\"2026-01-01T00:00:00Z\","
               "\"collected_boottime_ms\":1,\"sources\":{},\"base\":null,\"hash\":\"" +
                   std::string(32, '0') + "\",\"rows\":[" + rows + "{}]},"));
  INFO(many_rows.status << many_rows.body.substr(0, 300));
  CHECK((many_rows.status == 422 ||
         many_rows.body.find("\"refused\":{\"users\"") != std::string::npos));

  const std::int64_t grown_mb = (status_kb(here.server.id(), "VmHWM") - before_kb) / 1024;
  std::printf("case 04: the server's memory grew by %lld MiB at most\n",
              static_cast<long long>(grown_mb));
  if (!kSanitized) CHECK(grown_mb <= 128 + 64);
  here.check_unharmed();
}

TEST_CASE("04 heads and bodies are cut at their limit to the byte", "[abuse]") {
  Attacked here;
  const WireAgent agent = here.enrolled("victim");
  const auto head_of = [](std::size_t bytes) {
    std::string head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ";
    return head + std::string(bytes - head.size() - 4, 'a') + "\r\n\r\n";
  };
  for (const std::uint16_t port : {here.server.people_port(), here.server.agents_port()}) {
    for (const auto& [bytes, refused] : {std::pair<std::size_t, bool>{16 * 1024, false},
                                         {16 * 1024 + 1, true},
                                         {200 * 1024, true}}) {
      RawClient client(port);
      REQUIRE(client.start_tls());
      client.send(head_of(bytes));
      CHECK((read_answer(client).status == 431) == refused);
    }
    RawClient client(port);
    REQUIRE(client.start_tls());
    client.send("GET /" + std::string(100'000, 'a'));
    CHECK(read_answer(client).status == 414);
  }
  const auto enrolment = [&](std::size_t bytes) {
    return here.ask_agents({.method = "POST",
                            .path = "/.well-known/est/simpleenroll",
                            .headers = {{"Content-Type", "application/pkcs10"}},
                            .body = std::string(bytes, 'A')});
  };
  CHECK(enrolment(64 * 1024).status == 401);
  CHECK(enrolment(64 * 1024 + 1).status == 413);
  const auto item = [&](std::size_t bytes) {
    std::string body = "{\"name\":\"";
    return here.server.ask_as_admin(
        {.method = "POST",
         .path = "/api/v1/items",
         .body = body + std::string(bytes - body.size() - 2, 'a') + "\"}"});
  };
  CHECK(item(1024 * 1024).status == 400);  // the text in it is too long
  CHECK(item(1024 * 1024 + 1).status == 413);
  CHECK(item(1024 * 1024 + 1).body.find("\"limit_bytes\":1048576") != std::string::npos);
  // A stranger has less to say.
  CHECK(here.sign_in("ana", std::string(64 * 1024, 'x')).status == 413);

  // Bytes that zstd keeps as they are (a raw block of 128 KiB each), at the limit of a report's
  // body.
  if (whole_loops()) {
    std::string noise;
    while (noise.size() < wire::kReportCompressedBytes)
      noise += sha256(noise.substr(noise.size() > 64 ? noise.size() - 64 : 0) +
                      std::to_string(noise.size()));
    std::string body = wire::compress(noise);
    REQUIRE(body.size() > wire::kReportCompressedBytes);
    CHECK(agent.send_bytes(body).status == 413);
    body.resize(wire::kReportCompressedBytes);
    CHECK(agent.send_bytes(body).status == 400);
  }
  here.check_unharmed();
}
