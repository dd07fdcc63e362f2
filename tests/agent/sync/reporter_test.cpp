// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/reporter.h"

#include <catch2/catch.hpp>

#include "server_double.h"

namespace muster::agent::test {
namespace {

JsonValue last_report(const World& world) {
  return JsonValue::parse(world.server.reports.back()).value();
}

std::vector<std::string> names_in(const JsonValue& report) {
  std::vector<std::string> names;
  for (const auto& [name, section] : *report.find("sections")->object())
    names.push_back(name);
  return names;
}

bool is_whole(const JsonValue& report, std::string_view section) {
  return report.find("sections")->find(section)->find("base")->is_null();
}

}  // namespace

TEST_CASE("The first report has every section whole, the next only what changed", "[sync]") {
  World world;
  auto outcome =
      world.cycle({packages({"bash 5.2", "curl 7"}, world.clock), users({"ana"}, world.clock)});
  CHECK(outcome.acknowledged);
  CHECK(outcome.changed == std::vector<std::string>{"packages", "users"});
  CHECK(outcome.exchanges == 1);
  CHECK(is_whole(last_report(world), "packages"));
  CHECK(is_whole(last_report(world), "users"));

  outcome =
      world.cycle({packages({"bash 5.2", "curl 8"}, world.clock), users({"ana"}, world.clock)});
  CHECK(outcome.acknowledged);
  CHECK(names_in(last_report(world)) == std::vector<std::string>{"packages"});
  const JsonValue report = last_report(world);
  const JsonValue& section = *report.find("sections")->find("packages");
  CHECK(section.find("upsert")->array()->size() == 1);
  CHECK(section.find("remove")->array()->size() == 1);
  CHECK(world.server.sections["packages"].rows.size() == 2);
  CHECK(world.waiting() == 0);
}

TEST_CASE("An unchanged machine sends one small report without sections, which never waits",
          "[sync]") {
  World world;
  world.cycle({packages({"bash 5.2"}, world.clock)});
  const auto outcome = world.cycle({packages({"bash 5.2"}, world.clock)});
  CHECK(outcome.acknowledged);
  CHECK(outcome.changed.empty());
  CHECK(outcome.exchanges == 1);
  CHECK(names_in(last_report(world)).empty());
  CHECK(last_report(world).text_at("root") == world.server.root());
  CHECK(outcome.sent_bytes < 500);
  world.server.away = true;
  const auto lost = world.cycle({packages({"bash 5.2"}, world.clock)});
  CHECK_FALSE(lost.acknowledged);
  CHECK(world.waiting() == 0);
}

// A section made for this test: who was connected to the machine.
struct Contact {
  std::string peer;
  static constexpr auto kSection = inventory::section<Contact>(
      {.name = "contacts", .title = "Contacts", .meaning = "Who was connected", .linger_days = 2},
      inventory::key("peer", &Contact::peer, "Peer"));
};

const inventory::SectionSchema& contact_schema() {
  static const inventory::SectionSchema kSchema = inventory::make_schema<Contact>();
  return kSchema;
}

sync::CollectionResult contacts(const std::vector<std::string>& peers, const FakeClock& clock) {
  sync::CollectionResult result;
  result.section.schema = &contact_schema();
  result.section.providers["contacts"] = {};
  for (const std::string& peer : peers)
    result.section.rows.push_back(inventory::to_row(Contact{peer}));
  result.collected = {clock.now(), clock.boottime_ms()};
  return result;
}

// Each cycle reads the agent's state from its disk, so what is not saved is forgotten.
TEST_CASE("What lingers is reported as there until its days are over", "[sync]") {
  constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
  World world;
  world.server.made = &contact_schema();
  world.cycle({contacts({"a", "b"}, world.clock)});
  CHECK(world.server.sections["contacts"].rows.size() == 2);
  for (int day = 1; day <= 5; ++day) {
    world.clock.pass(kDayMs - 3'600'000);
    const auto outcome = world.cycle({contacts({"a"}, world.clock)});
    CHECK(outcome.acknowledged);
    // b goes on the third day; a is seen every day, though nothing is reported of it.
    CHECK(outcome.changed.empty() == (day != 3));
    CHECK(world.server.sections["contacts"].rows.size() == (day < 3 ? 2U : 1U));
    CHECK(last_report(world).text_at("root") == world.server.root());
  }
  world.clock.pass(kDayMs);
  world.cycle({contacts({}, world.clock)});
  CHECK(world.server.sections["contacts"].rows.size() == 1);
  world.clock.pass(kDayMs);
  world.cycle({contacts({}, world.clock)});
  CHECK(world.server.sections["contacts"].rows.empty());
}

TEST_CASE("A lost reply is answered by the same report again, and it changes nothing twice",
          "[sync]") {
  World world;
  world.server.faults = {ServerDouble::Fault::kLoseReply};
  CHECK_FALSE(world.cycle({users({"ana"}, world.clock)}).acknowledged);
  CHECK(world.server.sections.contains("users"));
  CHECK(world.waiting() == 1);
  const auto outcome = world.cycle({users({"ana"}, world.clock)});
  CHECK(outcome.acknowledged);
  const JsonValue first = JsonValue::parse(world.server.reports[0]).value();
  const JsonValue again = JsonValue::parse(world.server.reports[1]).value();
  CHECK(first.integer_at("sequence") == again.integer_at("sequence"));
  CHECK(first.text_at("root") == again.text_at("root"));
  CHECK(world.waiting() == 0);
}

TEST_CASE("Lost requests wait on disk and are replayed in order, so history survives", "[sync]") {
  World world;
  world.cycle({users({"ana"}, world.clock)});
  world.server.away = true;
  world.cycle({users({"ana", "bor"}, world.clock)});
  world.cycle({users({"bor"}, world.clock)});
  const auto last = world.cycle({users({"bor", "cene"}, world.clock)});
  CHECK_FALSE(last.acknowledged);
  CHECK(last.waiting == 3);
  REQUIRE(last.problem);
  CHECK(last.problem->failures == 3);
  world.server.away = false;
  const auto outcome = world.cycle({users({"bor", "cene"}, world.clock)});
  CHECK(outcome.acknowledged);
  CHECK(outcome.exchanges == 4);  // three that waited, and the present
  CHECK(world.server.sections["users"].rows.size() == 2);
  CHECK(last_report(world).text_at("root") == world.server.root());
  std::int64_t sequence = 0;
  for (const std::string& text : world.server.reports) {
    const auto next = JsonValue::parse(text)->integer_at("sequence").value();
    CHECK(next > sequence);
    sequence = next;
  }
}

TEST_CASE("Times are by CLOCK_BOOTTIME within a boot, whatever was done to the wall clock",
          "[sync]") {
  World world;
  world.server.away = true;
  const Instant result = world.clock.now();
  world.cycle({users({"ana"}, world.clock)});
  world.clock.wall = world.clock.wall + 10LL * 365 * 86'400'000;  // ten years ahead
  world.server.away = false;
  world.cycle({users({"ana"}, world.clock)});
  const JsonValue report = JsonValue::parse(world.server.reports.front()).value();
  CHECK(report.text_at("boot_id") == world.boot_id);
  CHECK(report.find("sent_boot_id") == nullptr);
  const Instant sent = parse_rfc3339(report.text_at("sent_at").value()).value();
  const Instant collected =
      parse_rfc3339(report.find("collected")->text_at("hourly").value()).value();
  CHECK(sent - collected == 900'000);
  const JsonValue& section = *report.find("sections")->find("users");
  CHECK(section.text_at("collected_at") == to_rfc3339(result));
  CHECK(report.integer_at("sent_boottime_ms").value() -
            section.integer_at("collected_boottime_ms").value() ==
        900'000);
}

TEST_CASE("A report that waited over a restart keeps its boot and its wall times", "[sync]") {
  World world;
  world.server.away = true;
  const Instant result = world.clock.now();
  world.cycle({users({"ana"}, world.clock)});
  const std::string first_boot = world.boot_id;
  world.boot_id = "22222222-2222-4222-8222-222222222222";
  world.clock.boottime = 1000;
  world.server.away = false;
  CHECK(world.cycle({users({"ana"}, world.clock)}).acknowledged);
  const JsonValue report = JsonValue::parse(world.server.reports.front()).value();
  CHECK(report.text_at("boot_id") == first_boot);
  CHECK(report.text_at("sent_boot_id") == world.boot_id);
  CHECK(report.find("collected")->text_at("hourly") == to_rfc3339(result));
  const JsonValue now = last_report(world);
  CHECK(now.text_at("boot_id") == world.boot_id);
  CHECK(now.find("sent_boot_id") == nullptr);
}

TEST_CASE("A server restored from an older backup gets what it lost within one cycle", "[sync]") {
  World world;
  world.cycle({users({"ana"}, world.clock), packages({"bash 5.2"}, world.clock)});
  const auto backup = world.server.sections;
  world.cycle({users({"ana", "bor"}, world.clock), packages({"bash 5.2"}, world.clock)});
  SECTION("when nothing changed since: the roots disagree") {
    world.server.sections = backup;
    const auto outcome = world.cycle({users({"ana", "bor"}, world.clock)});
    CHECK(outcome.acknowledged);
    CHECK(outcome.exchanges == 3);  // heartbeat, hashes, the section whole
  }
  SECTION("when the section changed since: the base disagrees") {
    world.server.sections = backup;
    const auto outcome = world.cycle({users({"bor"}, world.clock)});
    CHECK(outcome.acknowledged);
    CHECK(outcome.exchanges == 2);
  }
  SECTION("when it lost everything") {
    world.server.sections.clear();
    world.server.last_sequence = 0;
    CHECK(world.cycle({users({"ana", "bor"}, world.clock)}).acknowledged);
  }
  CHECK(last_report(world).text_at("root") == world.server.root());
}

TEST_CASE("An agent whose disk was restored continues after the server's last sequence", "[sync]") {
  World world;
  world.cycle({users({"ana"}, world.clock)});
  world.server.last_sequence = 500;
  world.server.last_root = "another";
  const auto outcome = world.cycle({users({"bor"}, world.clock)});
  CHECK(outcome.acknowledged);
  CHECK(last_report(world).integer_at("sequence") == 501);
  CHECK(is_whole(last_report(world), "users"));
  CHECK(last_report(world).text_at("root") == world.server.root());
  CHECK(world.waiting() == 0);
  CHECK(world.cycle({users({"bor"}, world.clock)}).sequence == 502);
}

TEST_CASE("A stale answer with an absurd number moves nothing", "[sync]") {
  World world;
  world.cycle({users({"ana"}, world.clock)});
  for (const char* number : {"9223372036854775807", "-1", "0", "1.5", "\"x\""}) {
    world.server.canned = {
        answer_of(409, std::string(R"({"code":"stale_sequence","last_sequence":)") + number + "}")};
    CHECK_FALSE(world.cycle({users({"ana"}, world.clock)}).acknowledged);
  }
  CHECK(world.cycle({users({"ana"}, world.clock)}).sequence == 7);
}

TEST_CASE("A refused section is not sent again unchanged, and the roots still agree", "[sync]") {
  World world;
  world.cycle({users({"ana=sh"}, world.clock), packages({"bash 5.2"}, world.clock)});
  world.server.refuses["users"] = "evil";
  world.cycle({users({"ana=evil"}, world.clock), packages({"bash 5.2"}, world.clock)});
  const auto again =
      world.cycle({users({"ana=evil"}, world.clock), packages({"bash 5.2"}, world.clock)});
  CHECK(again.acknowledged);
  CHECK(again.exchanges == 1);
  CHECK(names_in(last_report(world)).empty());
  CHECK(last_report(world).text_at("root") == world.server.root());

  SECTION("other sections go on") {
    CHECK(world.cycle({packages({"bash 5.3"}, world.clock)}).exchanges == 1);
    CHECK(last_report(world).text_at("root") == world.server.root());
  }
  SECTION("it is sent whole once it changes") {
    CHECK(world.cycle({users({"ana=good"}, world.clock)}).acknowledged);
    CHECK(is_whole(last_report(world), "users"));
    CHECK(last_report(world).text_at("root") == world.server.root());
    CHECK(world.cycle({users({"ana=good"}, world.clock)}).changed.empty());
  }
  SECTION("it is remembered for status") {
    const auto record =
        sync::parse_exchange_record(world.directory.read(sync::kExchangeFile).value());
    REQUIRE(record);
    CHECK(record->refused.at("users").code == "bad_value");
  }
}

TEST_CASE("A section refused in the first report is not in the root", "[sync]") {
  World world;
  world.server.refuses["users"] = "evil";
  world.cycle({users({"evil"}, world.clock), packages({"bash 5.2"}, world.clock)});
  CHECK(world.cycle({users({"evil"}, world.clock)}).exchanges == 1);
  CHECK(last_report(world).text_at("root") == world.server.root());
}

TEST_CASE("A section that the server does not know is left out of the root and offered daily",
          "[sync]") {
  World world;
  world.server.unknown = {"users"};
  world.cycle({users({"ana"}, world.clock), packages({"bash 5.2"}, world.clock)});
  const auto outcome = world.cycle({users({"ana"}, world.clock)});
  CHECK(outcome.acknowledged);
  CHECK(outcome.exchanges == 1);
  CHECK(last_report(world).text_at("root") == world.server.root());
  world.server.unknown.clear();  // upgraded
  world.clock.pass(sync::kIgnoredRetryMs);
  CHECK(world.cycle({users({"ana"}, world.clock)}).acknowledged);
  CHECK(world.server.sections.contains("users"));
  CHECK(last_report(world).text_at("root") == world.server.root());
}

TEST_CASE("A collector that fails keeps the rows and reports its status", "[sync]") {
  World world;
  world.cycle({users({"ana"}, world.clock)});
  const auto outcome = world.cycle({users({}, world.clock, inventory::Status::kTimeout)});
  CHECK(outcome.acknowledged);
  CHECK(world.server.sections["users"].rows.size() == 1);
  CHECK(world.server.sections["users"].status == "timeout");
  CHECK(last_report(world).text_at("root") == world.server.root());
  const auto record =
      sync::parse_exchange_record(world.directory.read(sync::kExchangeFile).value());
  CHECK(record->timed_out.contains("users"));
}

TEST_CASE("A collector that brings one key twice is reported as failed, not lost in silence",
          "[sync]") {
  World world;
  world.cycle({users({"ana"}, world.clock)});
  CHECK(world.cycle({users({"ana", "ana"}, world.clock)}).acknowledged);
  CHECK(world.server.sections["users"].status == "failed");
  CHECK(world.server.sections["users"].rows.size() == 1);
  CHECK(world.logged("cannot be reported"));
}

TEST_CASE("A crash between the spool and the snapshot loses nothing and repeats nothing",
          "[sync]") {
  World world;
  world.cycle({users({"ana"}, world.clock)});
  const std::string before = world.directory.read(sync::kSnapshotFile).value();
  world.server.away = true;
  world.cycle({users({"ana", "bor"}, world.clock)});
  // As if the agent had died before the snapshot was written.
  REQUIRE(world.directory.write(sync::kSnapshotFile, before));
  world.server.away = false;
  const auto outcome = world.cycle({users({"ana", "bor"}, world.clock)});
  CHECK(outcome.acknowledged);
  CHECK(outcome.changed.empty());
  CHECK(world.server.sections["users"].rows.size() == 2);
  CHECK(last_report(world).text_at("root") == world.server.root());
}

TEST_CASE("A lost or rotten snapshot makes everything go whole once", "[sync]") {
  World world;
  world.cycle({users({"ana"}, world.clock), packages({"bash 5.2"}, world.clock)});
  const std::string good = world.directory.read(sync::kSnapshotFile).value();
  const std::string bad =
      GENERATE(std::string(), std::string("MUSTER-STATE-1\nxxx"), std::string("half"));
  REQUIRE(world.directory.write(sync::kSnapshotFile,
                                bad == "half" ? good.substr(0, good.size() / 2) : bad));
  const auto outcome =
      world.cycle({users({"ana"}, world.clock), packages({"bash 5.2"}, world.clock)});
  CHECK(outcome.acknowledged);
  CHECK(outcome.changed.size() == 2);
  CHECK(outcome.sequence == 2);
  CHECK(last_report(world).text_at("root") == world.server.root());
  CHECK(world.logged("damaged"));
}

TEST_CASE("A rotten waiting report is set aside, said, and its state arrives all the same",
          "[sync]") {
  World world;
  world.cycle({users({"ana"}, world.clock)});
  world.server.away = true;
  world.cycle({users({"ana", "bor"}, world.clock)});
  world.cycle({users({"ana", "bor", "cene"}, world.clock)});
  const std::string name = "spool/00000000000000000002.report";
  std::string bytes = world.directory.read(name).value();
  bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] ^ 1);
  REQUIRE(world.directory.write(name, bytes));
  world.server.away = false;
  CHECK(world.cycle({users({"ana", "bor", "cene"}, world.clock)}).acknowledged);
  CHECK(world.server.sections["users"].rows.size() == 3);
  CHECK(world.logged("set aside"));
  CHECK(world.directory.contains(name + ".damaged"));
  CHECK(last_report(world).text_at("root") == world.server.root());
}

TEST_CASE("A full spool merges its oldest reports and keeps the state", "[sync]") {
  World world;
  world.cycle({users({"ana", "bor"}, world.clock)});
  world.server.away = true;
  world.spool_bytes = 2000;
  std::vector<std::string> names = {"ana"};
  for (int i = 0; i < 20; ++i) {
    names.push_back("user" + std::to_string(i));
    if (i % 3 == 0) names.erase(names.begin());
    world.cycle({users(names, world.clock)});
  }
  CHECK(world.waiting() < 8);
  world.server.away = false;
  const auto outcome = world.cycle({users(names, world.clock)});
  CHECK(outcome.acknowledged);
  // No section had to go whole: merging kept bases and hashes right.
  for (std::size_t i = 1; i < world.server.reports.size(); ++i) {
    const JsonValue report = JsonValue::parse(world.server.reports[i]).value();
    for (const std::string& name : names_in(report))
      CHECK_FALSE(is_whole(report, name));
  }
  CHECK(JsonValue::parse(world.server.reports[1])->integer_at("coalesced").value_or(0) > 1);
  CHECK(world.server.sections["users"].rows.size() == names.size());
  CHECK(last_report(world).text_at("root") == world.server.root());
}

TEST_CASE("Back-pressure and refusals keep what waits and say why", "[sync]") {
  struct Case {
    int status;
    const char* body;
    sync::AnswerKind kind;
    const char* code;
  };
  const Case given = GENERATE(
      Case{503, R"({"code":"busy"})", sync::AnswerKind::kLater, "busy"},
      Case{503, "<html>", sync::AnswerKind::kLater, "http_503"},
      Case{301, "", sync::AnswerKind::kLater, "http_301"},
      Case{401, "", sync::AnswerKind::kNotAllowed, "http_401"},
      Case{403, R"({"code":"revoked","detail":"revoked by ana"})", sync::AnswerKind::kNotAllowed,
           "revoked"},
      Case{400, "<html>a proxy</html>", sync::AnswerKind::kLater, "http_400"},
      Case{200, "not JSON", sync::AnswerKind::kLater, "bad_reply"},
      Case{200, R"({"acknowledged":77})", sync::AnswerKind::kLater, "bad_reply"},
      Case{200, R"({"acknowledged":1,"acknowledged":1})", sync::AnswerKind::kLater, "bad_reply"});
  World world;
  world.server.canned = {answer_of(given.status, given.body)};
  const auto outcome = world.cycle({users({"ana"}, world.clock)});
  CHECK_FALSE(outcome.acknowledged);
  CHECK(outcome.answer == given.kind);
  REQUIRE(outcome.problem);
  CHECK(outcome.problem->code == given.code);
  CHECK(outcome.waiting == 1);
  CHECK(world.cycle({users({"ana"}, world.clock)}).acknowledged);
}

TEST_CASE("A report that can never be taken is sent section by section, and the culprit is named",
          "[sync]") {
  World world;
  const auto too_large = answer_of(413, R"({"code":"too_large","detail":"too large"})");
  world.server.canned = {too_large, too_large};  // the report, then "packages" alone
  const auto outcome =
      world.cycle({users({"ana"}, world.clock), packages({"bash 5.2"}, world.clock)});
  CHECK(outcome.acknowledged);
  CHECK(world.server.sections.contains("users"));
  CHECK_FALSE(world.server.sections.contains("packages"));
  CHECK(world.waiting() == 0);
  const auto quiet =
      world.cycle({users({"ana"}, world.clock), packages({"bash 5.2"}, world.clock)});
  CHECK(quiet.exchanges == 1);
  CHECK(last_report(world).text_at("root") == world.server.root());
}

TEST_CASE("A server that always asks for more is given a bounded number of exchanges", "[sync]") {
  World world;
  world.cycle({users({"ana"}, world.clock)});
  for (int i = 0; i < 50; ++i) {
    world.server.canned.push_back(answer_of(
        200,
        R"({"acknowledged":)" + std::to_string(2 + i) +
            R"(,"send_full":["users","nonsense","../../etc"],"send_hashes":true,"interval_s":-5})",
        "application/json"));
  }
  const auto outcome = world.cycle({users({"ana"}, world.clock)});
  CHECK(outcome.exchanges <= 1 + sync::Reporter::kFollowUps);
  CHECK(outcome.interval_s >= 10);
}

TEST_CASE("The preview is what would be sent, and changes nothing", "[sync]") {
  World world;
  world.cycle({users({"ana"}, world.clock)});
  const std::string before = world.directory.read(sync::kSnapshotFile).value();
  sync::Reporter reporter(world.directory, world.clock, world.log);
  const auto preview = reporter.preview(world.collect({users({"ana", "bor"}, world.clock)}));
  REQUIRE(preview);
  CHECK(world.directory.read(sync::kSnapshotFile).value() == before);
  world.cycle({users({"ana", "bor"}, world.clock)});
  CHECK(JsonValue::parse(*preview)->dump() == world.server.reports.back());
}

}  // namespace muster::agent::test
