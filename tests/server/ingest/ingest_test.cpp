// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <set>

#include "common/support/text.h"
#include "server/cmdb/items.h"
#include "server/error.h"
#include "server/facts/changes.h"
#include "server/facts/compare.h"
#include "server/facts/section_tables.h"
#include "server/facts/sections.h"
#include "server/store/read_point.h"
#include "tests/support/ingest/reporting_machine.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {
namespace {

struct Fixture {
  StoreFixture base;
  Log log{LogLevel::kError};
  ingest::Ingest ingest{base.store(), log};
  ReportingMachine machine{base.store(), ingest, "web-1"};

  void later(std::int64_t ms) { base.clock.now_ms += ms; }
  std::int64_t count(const std::string& sql) {
    return base.store().read_value<std::int64_t>([&](store::Transaction& transaction) {
      return transaction.find_integer(sql).value_or(-1);
    });
  }
  facts::ChangePage changes(std::int64_t item = 1) {
    return base.store().read_value<facts::ChangePage>([&](store::Transaction& transaction) {
      return facts::item_changes(transaction, item, base.now(), {});
    });
  }
  bool in_sync() {
    const wire::Reply reply = machine.report();
    return reply.send_full.empty() && !reply.send_hashes && reply.refused.empty();
  }
};

std::string code_of(Fixture& f, const std::string& json) {
  try {
    f.ingest.report(f.machine.agent_id, json, "192.0.2.7");
  } catch (const Error& error) {
    return error.code;
  }
  return "taken";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a first report makes one item with its rows and no observed change", "[ingest]") {
  Fixture f;
  f.machine.install("openssl", "3.0.8-1");
  f.machine.install("curl", "7.88.1-10");
  const wire::Reply reply = f.machine.report();
  CHECK(reply.acknowledged == 1);
  CHECK(reply.send_full.empty());
  CHECK_FALSE(reply.send_hashes);
  CHECK(f.count("SELECT COUNT(*) FROM items") == 1);
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 2);
  CHECK(f.changes().changes.empty());
}

TEST_CASE("an unchanged report changes no row and makes no revision", "[ingest]") {
  Fixture f;
  f.machine.install("openssl", "3.0.8-1");
  f.machine.report();
  const std::int64_t revisions = f.count("SELECT COUNT(*) FROM revisions");
  for (int i = 0; i < 20; ++i) {
    f.later(900'000);
    CHECK(f.in_sync());
  }
  CHECK(f.count("SELECT COUNT(*) FROM revisions") == revisions);
  CHECK(f.count("SELECT COUNT(*) FROM presence") == 1);
  CHECK(f.ingest.counters().unchanged == 20);
}

TEST_CASE("an upgrade is one observed change between two looks", "[ingest]") {
  Fixture f;
  f.machine.install("openssl", "3.0.8-1");
  f.machine.report();
  const std::int64_t looked = f.base.clock.now_ms;
  f.later(900'000);
  f.machine.install("openssl", "3.0.11-1");
  f.machine.report();
  const facts::ChangePage page = f.changes();
  REQUIRE(page.changes.size() == 1);
  CHECK(page.changes[0].sentence == "openssl upgraded 3.0.8-1 to 3.0.11-1");
  CHECK(page.changes[0].at.ms == looked + 900'000);
  REQUIRE(page.changes[0].not_before.has_value());
  CHECK(page.changes[0].not_before->ms == looked);
}

TEST_CASE("reports spooled while the server was away appear at their own times", "[ingest]") {
  Fixture f;
  f.machine.report();
  f.later(900'000);
  f.machine.install("one", "1");
  f.machine.collect();
  const std::int64_t first = f.base.clock.now_ms;
  f.later(900'000);
  f.machine.install("two", "2");
  f.machine.collect();
  const std::int64_t second = f.base.clock.now_ms;
  f.later(3'600'000);
  f.machine.clock_error_ms =
      -86'400'000;  // set back a day meanwhile: the boot clock is what counts
  f.machine.deliver();
  const facts::ChangePage page = f.changes();
  REQUIRE(page.changes.size() == 2);
  CHECK(page.changes[0].label == "two");
  CHECK(page.changes[0].at.ms == second);
  CHECK(page.changes[1].at.ms == first);
  CHECK_FALSE(page.changes[1].time_uncertain);
  CHECK(page.changes[0].recorded_at.ms == f.base.clock.now_ms);
}

TEST_CASE("a report of an earlier boot is placed by the corrected clock and marked uncertain",
          "[ingest]") {
  Fixture f;
  f.machine.clock_error_ms = 7'200'000;  // always two hours fast
  f.machine.report();
  f.later(900'000);
  f.machine.install("one", "1");
  f.machine.collect();
  const std::int64_t collected = f.base.clock.now_ms;
  f.later(600'000);
  const std::string old_boot = f.machine.boot_id;
  f.machine.reboot();
  f.machine.deliver();
  const facts::ChangePage page = f.changes();
  REQUIRE(page.changes.size() == 1);
  CHECK(page.changes[0].at.ms == collected);
  CHECK(page.changes[0].time_uncertain);
}

TEST_CASE("the same report again gets the same answer, an older one is stale", "[ingest]") {
  Fixture f;
  f.machine.report();
  const std::string first = f.machine.last_json;
  CHECK(code_of(f, first) == "taken");
  f.later(900'000);
  f.machine.install("one", "1");
  f.machine.report();
  CHECK(code_of(f, first) == "stale_sequence");
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 1);
}

TEST_CASE("an agent whose disk was restored catches up in one exchange", "[ingest]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  const inventory::Snapshot old_belief = f.machine.believed_;
  f.later(900'000);
  f.machine.install("two", "2");
  f.machine.report();
  f.machine.packages.erase("two");
  f.machine.believed_ = old_belief;
  f.machine.sequence = 1;
  f.later(900'000);
  f.machine.report();
  CHECK(f.in_sync());
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 1);
  CHECK(f.count("SELECT COUNT(*) FROM items") == 1);
}

TEST_CASE("a source that is denied keeps yesterday's rows, and ok closes them", "[ingest]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  f.later(900'000);
  f.machine.statuses["dpkg"] = {inventory::Status::kDenied,
                                "/var/lib/dpkg/status: permission denied"};
  f.machine.packages.clear();
  f.machine.report();
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 1);
  CHECK(f.count("SELECT COUNT(*) FROM section_status WHERE section = 'packages' AND until IS NULL "
                "AND status = 'denied'") == 1);
  f.later(900'000);
  f.machine.statuses.clear();
  f.machine.report();
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 0);
  REQUIRE(f.changes().changes.size() == 1);
  CHECK(f.changes().changes[0].sentence == "one 1 removed");
}

TEST_CASE("a source that the machine cannot have takes nothing from one that is ok", "[ingest]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.statuses["rpm"] = {inventory::Status::kNotApplicable, "it is beside dpkg"};
  f.machine.report();
  const std::string ok_at =
      "SELECT COUNT(*) FROM section_state WHERE section = 'packages' AND ok_at = collected_at";
  CHECK(f.count(ok_at) == 1);
  f.later(900'000);
  f.machine.statuses["rpm"] = {inventory::Status::kFailed, "it is not read"};
  f.machine.report();
  CHECK(f.count(ok_at) == 0);
  f.later(900'000);
  f.machine.statuses.clear();  // it is gone from the machine
  f.machine.report();
  CHECK(f.count(ok_at) == 1);
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 1);
}

TEST_CASE("an agent that lost its memory while a source is denied closes nothing", "[ingest]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  f.machine.reinstall_agent();
  f.later(900'000);
  f.machine.packages.clear();
  f.machine.statuses["dpkg"] = {inventory::Status::kDenied, "permission denied"};
  f.machine.report();
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 1);
  f.later(900'000);
  f.machine.statuses.clear();
  f.machine.report();
  CHECK(f.in_sync());
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 0);
}

TEST_CASE("a section switched off is closed without an observed change, and back again",
          "[ingest]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  f.later(900'000);
  f.machine.statuses["dpkg"] = {inventory::Status::kDisabled, "switched off in agent.ini"};
  f.machine.report();
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 0);
  f.later(900'000);
  f.machine.statuses.clear();
  f.machine.report();
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 1);
  CHECK(f.changes().changes.empty());
}

TEST_CASE("a re-enrolled machine stays one item, whatever its name", "[ingest][identity]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  f.machine.reinstall_agent();
  f.machine.os.hostname = "renamed";
  f.machine.os.machine_id = to_hex(random_bytes(16));
  f.later(900'000);
  f.machine.install("two", "2");
  f.machine.report();
  CHECK(f.in_sync());
  CHECK(f.count("SELECT COUNT(*) FROM items") == 1);
  CHECK(f.count("SELECT COUNT(*) FROM agents WHERE state = 'superseded'") == 1);
  // Its last report is still told, though the record's state is the new agent's now.
  CHECK(f.count("SELECT COUNT(*) FROM agents WHERE state = 'superseded' AND last_reported_at IS "
                "NOT NULL AND last_version IS NOT NULL AND last_address IS NOT NULL") == 1);
  const facts::ChangePage page = f.changes();
  CHECK(page.changes.size() == 2);  // the package, and the operating system's name and machine-id
}

TEST_CASE("another machine with a placeholder serial number is another item",
          "[ingest][identity]") {
  Fixture f;
  f.machine.system.uuid = "03000200-0400-0500-0006-000700080009";
  f.machine.system.serial_number = "To be filled by O.E.M.";
  f.machine.report();
  ReportingMachine other(f.base.store(), f.ingest, "web-2");
  other.system = f.machine.system;
  other.report();
  CHECK(f.count("SELECT COUNT(*) FROM items") == 2);
}

TEST_CASE("two machines without hardware evidence and with one machine-id are told apart by name",
          "[ingest][identity]") {
  Fixture f;
  f.machine.system = {};
  f.machine.report();
  ReportingMachine clone(f.base.store(), f.ingest, "web-2");
  clone.system = {};
  clone.os.machine_id = f.machine.os.machine_id;
  clone.report();
  CHECK(f.count("SELECT COUNT(*) FROM items") == 2);
  f.machine.reinstall_agent();
  f.machine.report();
  CHECK(f.count("SELECT COUNT(*) FROM items") == 2);
}

TEST_CASE("a machine whose twin took over its record is given one of its own",
          "[ingest][identity]") {
  Fixture f;
  f.machine.system = {};
  f.machine.report();
  ReportingMachine twin(f.base.store(), f.ingest, "web-1");
  twin.system = {};
  twin.os = f.machine.os;
  twin.report();
  CHECK(f.count("SELECT COUNT(*) FROM items") == 1);
  f.later(900'000);
  f.machine.report();
  f.later(900'000);
  CHECK(f.count("SELECT COUNT(*) FROM items") == 2);
  CHECK(f.in_sync());
  CHECK(twin.report().send_full.empty());
  CHECK(f.count("SELECT COUNT(*) FROM items") == 2);
}

TEST_CASE("a database restored from an older backup agrees again after one exchange, with a gap",
          "[ingest]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  const auto copy = f.base.backup();
  f.later(900'000);
  f.machine.install("two", "2");
  f.machine.report();
  f.later(900'000);
  f.machine.install("three", "3");
  f.machine.report();

  store::Store restored(copy->open(), facts::with_section_tables(), f.base.clock);
  ingest::Ingest ingest(restored, f.log);
  f.later(900'000);
  f.machine.packages.erase("one");
  f.machine.collect();
  bool agreed = false;
  int exchanges = 0;
  while (!f.machine.queued_.empty() && exchanges < 5) {
    wire::Report report = f.machine.queued_.front();
    f.machine.queued_.pop_front();
    report.sent_at = {f.machine.wall_ms()};
    report.sent_boottime_ms = f.machine.boottime_ms();
    const wire::Reply reply = ingest.report(f.machine.agent_id, wire::to_json(report), "192.0.2.7");
    ++exchanges;
    agreed = reply.send_full.empty() && !reply.send_hashes;
    if (!reply.send_full.empty())
      f.machine.queued_.push_back(f.machine.make_report(f.machine.believed_, reply.send_full));
  }
  CHECK(agreed);
  CHECK(exchanges == 2);
  restored.read([&](store::Transaction& transaction) {
    CHECK(transaction.find_integer("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") ==
          2);
    CHECK(transaction.find_integer("SELECT COUNT(*) FROM items") == 1);
    const facts::ChangePage page = facts::item_changes(transaction, 1, f.base.now(), {});
    REQUIRE(page.gaps.size() == 1);
    CHECK(page.gaps[0].reason == "history_gap");
    CHECK(page.gaps[0].until.ms == f.base.clock.now_ms);
  });
}

TEST_CASE("an agent that lost a section altogether gets its rows closed", "[ingest]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  f.machine.believed_.erase("packages");
  wire::Report report = f.machine.make_report(f.machine.believed_, {});
  wire::Reply reply = f.machine.send(report);
  CHECK(reply.send_hashes);
  report = f.machine.make_report(f.machine.believed_, {});
  for (const auto& [name, section] : f.machine.believed_) {
    report.hashes[name] = {section.schema_version, section.hash.to_hex(),
                           inventory::status_line(name, section.providers)};
  }
  reply = f.machine.send(report);
  CHECK_FALSE(reply.send_hashes);
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 0);
  CHECK(f.changes().changes.empty());
}

TEST_CASE("reports that are not right are refused with a stable code and store nothing",
          "[ingest][hostile]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  f.later(900'000);
  f.machine.install("two", "2");
  f.machine.collect();
  wire::Report report = f.machine.queued_.front();
  report.sent_at = {f.machine.wall_ms()};
  const std::string good = wire::to_json(report);
  struct Case {
    const char* what;
    std::string json;
    const char* code;
  };
  const std::vector<Case> cases = {
      {"no JSON", "{", "invalid_json"},
      {"a NUL after the end", good + std::string(1, '\0'), "invalid_json"},
      {"a byte order mark", "\xEF\xBB\xBF" + good, "invalid_json"},
      {"an array", "[]", "invalid_report"},
      {"a future format", replaced(good, "\"format\":1", "\"format\":2"), "unsupported_format"},
      {"a sequence as text", replaced(good, "\"sequence\":2", "\"sequence\":\"2\""),
       "invalid_report"},
      {"a sequence beyond 64 bits",
       replaced(good, "\"sequence\":2", "\"sequence\":9223372036854775808"), "invalid_json"},
      {"a duplicate key", replaced(good, "\"sequence\":2", "\"sequence\":2,\"sequence\":2"),
       "invalid_json"},
      {"an old sequence", replaced(good, "\"sequence\":2", "\"sequence\":1"), "stale_sequence"},
      {"no root", replaced(good, "\"root\"", "\"toor\""), "invalid_report"},
  };
  for (const Case& each : cases) {
    INFO(each.what);
    CHECK(code_of(f, each.json) == each.code);
  }
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 1);
  CHECK(code_of(f, good) == "taken");
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 2);
}

TEST_CASE("one bad section is refused with the path, and the others are kept",
          "[ingest][hostile]") {
  struct Case {
    const char* what;
    std::string from, to;
    const char* code;
    const char* path;
  };
  const std::vector<Case> cases = {
      {"wrong type", "\"installed_size_bytes\":1024", "\"installed_size_bytes\":\"1024\"",
       "wrong_type", "sections.packages.rows[0].installed_size_bytes"},
      {"a fraction", "\"installed_size_bytes\":1024", "\"installed_size_bytes\":1024.5",
       "wrong_type", "sections.packages"},
      {"null", "\"installed_size_bytes\":1024", "\"installed_size_bytes\":null", "wrong_type",
       "sections.packages"},
      {"empty text", "\"summary\":\"one itself\"", "\"summary\":\"\"", "empty_value",
       "sections.packages.rows[0].summary"},
      {"missing key", "\"version\":\"1\"", "\"nothing\":\"1\"", "missing_field",
       "sections.packages.rows[0].version"},
      {"an object", "\"version\":\"1\"", "\"version\":{\"a\":1}", "wrong_type",
       "sections.packages.rows[0].version"},
      {"wrong hash", "\"summary\":\"one itself\"", "\"summary\":\"one else\"", "hash_mismatch",
       "sections.packages.hash"},
      {"unknown status", "\"dpkg\":{\"status\":\"ok\"", "\"dpkg\":{\"status\":\"fine\"",
       "unknown_value", "sections.packages.sources.dpkg.status"},
      {"unknown source", "\"sources\":{\"dpkg\"", "\"sources\":{\"winget\"", "unknown_source",
       "sections.packages.sources.winget"},
  };
  for (const Case& each : cases) {
    INFO(each.what);
    Fixture f;
    f.machine.install("one", "1");
    f.machine.collect();
    wire::Report report = f.machine.queued_.front();
    report.sent_at = {f.machine.wall_ms()};
    const wire::Reply reply = f.ingest.report(
        f.machine.agent_id, replaced(wire::to_json(report), each.from, each.to), "192.0.2.7");
    REQUIRE(reply.refused.contains("packages"));
    CHECK(reply.refused.at("packages").code == each.code);
    CHECK(reply.refused.at("packages").path.rfind(each.path, 0) == 0);
    CHECK(f.count("SELECT COUNT(*) FROM section_packages") == 0);
    CHECK(f.count("SELECT COUNT(*) FROM section_os") == 1);
  }
}

TEST_CASE("a delta may not remove rows of a source that is not ok", "[ingest][hostile]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  f.later(900'000);
  f.machine.packages.clear();
  f.machine.collect();
  wire::Report report = f.machine.queued_.front();
  report.sent_at = {f.machine.wall_ms()};
  report.sections["packages"].providers["dpkg"] = {inventory::Status::kTimeout, "took too long"};
  const wire::Reply reply = f.ingest.report(f.machine.agent_id, wire::to_json(report), "192.0.2.7");
  REQUIRE(reply.refused.contains("packages"));
  CHECK(reply.refused.at("packages").code == "removal_without_ok");
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") == 1);
}

TEST_CASE("members of a report that only a newer agent knows are passed over", "[ingest]") {
  Fixture f;
  ReportingMachine machine(f.base.store(), f.ingest, "host");
  machine.report();
  machine.install("openssl", "1");
  machine.report();
  std::string json = machine.last_json;
  json.insert(
      1, R"("newer":[1,{"a":[true,null]}],"flag":true,"ratio":0.5,"word":"x","map":{"a":[]},)");
  CHECK(ingest::decode_report(json).sequence == 2);
  json.replace(json.find("\"newer\":["), 9, "\"root\":[ ");
  CHECK_THROWS_AS(ingest::decode_report(json), Error);
}

TEST_CASE("sections and fields of a newer agent are ignored and kept", "[ingest]") {
  Fixture f;
  f.machine.collect();
  wire::Report report = f.machine.queued_.front();
  report.sent_at = {f.machine.wall_ms()};
  std::string json = wire::to_json(report);
  json = replaced(json, "\"sections\":{",
                  "\"sections\":{\"quarks\":{\"schema\":1,\"rows\":[{\"a\":[1,{\"b\":2}]}]},");
  const wire::Reply reply = f.ingest.report(f.machine.agent_id, json, "192.0.2.7");
  CHECK(reply.ignored == std::vector<std::string>{"quarks"});
  CHECK(reply.refused.empty());

  // A field that this server does not know: stored in extra, hash agreed.
  Fixture g;
  g.machine.collect();
  wire::Report newer = g.machine.queued_.front();
  newer.sent_at = {g.machine.wall_ms()};
  wire::SectionReport& os = newer.sections["os"];
  os.delta.upsert[0] = replaced(os.delta.upsert[0], "\"name\":", "\"mood\":\"fine\",\"name\":");
  os.delta.hash = inventory::row_hash(os.delta.upsert[0]);
  const wire::Reply taken = g.ingest.report(g.machine.agent_id, wire::to_json(newer), "192.0.2.7");
  CHECK(taken.refused.empty());
  CHECK(g.count("SELECT COUNT(*) FROM section_os WHERE extra = '{\"mood\":\"fine\"}'") == 1);
}

TEST_CASE("a server clock that is set back leaves no history that overlaps or runs backwards",
          "[ingest]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  f.later(3'600'000);
  f.machine.install("one", "2");
  f.machine.report();
  f.later(-1'800'000);
  f.machine.install("one", "3");
  f.machine.report();
  f.machine.os.hostname = "web-9";
  f.machine.report();
  CHECK(f.count("SELECT COUNT(*) FROM section_packages WHERE until < since") == 0);
  CHECK(
      f.count(
          "SELECT COUNT(*) FROM section_packages a JOIN section_packages b ON a.row_id < b.row_id "
          "AND a.source_record = b.source_record AND b.since < a.until") == 0);
  CHECK(f.count("SELECT COUNT(*) FROM evidence WHERE until < since") == 0);
}

TEST_CASE("a server clock that was ahead for a while does not keep machines alive", "[ingest]") {
  Fixture f;
  f.machine.report();
  f.later(86'400'000);
  f.machine.report();
  f.later(-86'400'000 + 1000);
  f.machine.report();
  CHECK(f.count("SELECT COUNT(*) FROM presence WHERE last_seen > " +
                std::to_string(f.base.clock.now_ms)) <= 1);
  CHECK(f.count("SELECT COUNT(*) FROM agent_state WHERE collected_hourly > " +
                std::to_string(f.base.clock.now_ms)) == 0);
}

TEST_CASE("a key that is removed twice is refused", "[ingest][hostile]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  f.machine.packages.clear();
  f.machine.collect();
  wire::Report report = f.machine.queued_.front();
  report.sent_at = {f.machine.wall_ms()};
  report.sections["packages"].delta.remove.push_back(
      report.sections["packages"].delta.remove.front());
  const wire::Reply reply = f.ingest.report(f.machine.agent_id, wire::to_json(report), "192.0.2.7");
  REQUIRE(reply.refused.contains("packages"));
  CHECK(reply.refused.at("packages").code == "duplicate_key");
}

TEST_CASE("pages of changes neither repeat nor skip changes that look alike", "[cmdb]") {
  Fixture f;
  f.machine.report();
  f.later(900'000);
  for (const char* architecture : {"amd64", "i386", "arm64"}) {
    f.machine.install(std::string("libc6-") + architecture, "1");
    f.machine.packages[std::string("libc6-") + architecture].name = "libc6";
    f.machine.packages[std::string("libc6-") + architecture].architecture = architecture;
  }
  f.machine.report();
  std::set<std::int64_t> seen;
  facts::ChangeQuery query;
  query.limit = 1;
  for (int page = 0; page < 5; ++page) {
    const facts::ChangePage got =
        f.base.store().read_value<facts::ChangePage>([&](store::Transaction& transaction) {
          return facts::item_changes(transaction, 1, f.base.now(), query);
        });
    for (const facts::Change& change : got.changes)
      CHECK(seen.insert(change.row_id).second);
    if (!got.next) break;
    query.cursor = got.next;
  }
  CHECK(seen.size() == 3);
}

TEST_CASE("compare does not take what could not be looked at for what is not there", "[cmdb]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  ReportingMachine denied(f.base.store(), f.ingest, "web-2");
  denied.statuses["dpkg"] = {inventory::Status::kDenied, "permission denied"};
  denied.report();
  const auto compared = f.base.store().read_value<std::vector<facts::ComparedSection>>(
      [&](store::Transaction& transaction) {
        return facts::compare_items(transaction, {1, f.base.now()}, {2, f.base.now()},
                                    {.section = "packages"});
      });
  REQUIRE(compared.size() == 1);
  CHECK(compared[0].not_compared == "the second side could not be looked at: denied");
  CHECK(compared[0].only_a.empty());
}

TEST_CASE("a purge leaves nothing of the item but its number", "[cmdb]") {
  Fixture f;
  f.machine.install("one", "1");
  f.machine.report();
  f.base.store().write([&](store::Transaction& transaction) {
    cmdb::purge_item(transaction, 1, {"ana"}, f.base.clock.now());
  });
  for (const char* table :
       {"items", "assignments", "source_records", "section_packages", "section_os", "section_state",
        "section_status", "evidence", "agent_state", "presence", "item_values"}) {
    INFO(table);
    CHECK(f.count(std::string("SELECT COUNT(*) FROM ") + table) == 0);
  }
  CHECK(f.count("SELECT COUNT(*) FROM purged_items WHERE item_id = 1") == 1);
  // That its agent reported once stays said; from where does not.
  CHECK(f.count("SELECT COUNT(*) FROM agents WHERE state = 'revoked' AND last_reported_at IS NOT "
                "NULL AND last_address IS NULL") == 1);
  CHECK(code_of(f, f.machine.last_json) == "agent_revoked");
}

TEST_CASE("a revoked or unknown agent is refused", "[ingest]") {
  Fixture f;
  f.machine.report();
  const std::string agent = f.machine.agent_id;
  f.base.store().write([&](store::Transaction& transaction) {
    transaction.execute("UPDATE agents SET state = 'revoked' WHERE agent_id = ?1", {agent});
  });
  CHECK(code_of(f, f.machine.last_json) == "agent_revoked");
  f.machine.agent_id = random_uuid();
  CHECK(code_of(f, f.machine.last_json) == "agent_unknown");
}

}  // namespace muster::server
