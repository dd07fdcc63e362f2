// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "common/support/digest.h"
#include "common/support/text.h"
#include "server/cli/http_client.h"
#include "tests/server/cli/fake_world.h"

namespace muster::cli {
namespace {

const std::string kItems = "GET /api/v1/items?limit=2";
const std::string kTwo =
    R"({"data":[{"item_id":1,"name":"lap-1","state":"ok","memory_bytes":17179869184,"seen_at":"2026-11-23T09:57:00Z"},)"
    R"({"item_id":2,"name":"=evil"}],"total":1204,"undetermined":3,"next":"c"})";

std::string temporary_folder() {
  const auto path = std::filesystem::temp_directory_path() / ("muster-cli-" + random_uuid());
  std::filesystem::create_directories(path);
  return path.string();
}

TEST_CASE("items are printed as a table for a person, with what was left out said", "[cli]") {
  FakeWorld world;
  world.terminal.out = true;
  world.answer(kItems, 200, kTwo);
  CHECK(world.run({"items", "--limit", "2", "--columns", "name,memory_bytes,seen_at"}) == kDone);
  CHECK(world.out.str() ==
        "\x1b[1mname\x1b[0m     \x1b[1mmemory\x1b[0m  \x1b[1mseen\x1b[0m\n"
        "lap-1  16.0 GiB  3 min\n"
        "=evil   \x1b[2munknown\x1b[0m  \x1b[2mnever\x1b[0m\n");
  CHECK(world.error.str() ==
        "2 of 1,204 shown; --all for the rest\n"
        "3 more could not be determined (the facts were never collected); --undetermined lists "
        "them\n");
  REQUIRE(world.requests.size() == 1);
  CHECK(world.requests[0].headers == Headers{{"Authorization", "Bearer secret"}});
}

TEST_CASE("programs get tabs, CSV or JSON with exact values", "[cli]") {
  FakeWorld world;
  world.answer(kItems, 200, kTwo);
  CHECK(world.run({"items", "--columns", "name,memory_bytes", "--no-headers", "-q", "--limit=2"}) ==
        kDone);
  CHECK(world.out.str() == "lap-1\t17179869184\n=evil\t\n");
  CHECK(world.error.str().empty());
  world.run({"items", "--csv", "--limit=2", "--columns", "name"});
  CHECK(world.out.str() == "name\nlap-1\n'=evil\n");
  world.run({"items", "--csv", "--exact", "--crlf", "--limit=2", "--columns", "name"});
  CHECK(world.out.str() == "name\r\nlap-1\r\n=evil\r\n");
  CHECK(world.run({"items", "--exact"}) == kUsage);
  world.run({"items", "--json", "--limit=2"});
  CHECK(world.out.str().starts_with(R"({"format":1,"data":[{"item_id":1,)"));
  world.run({"--jsonl", "--limit=2", "items"});
  CHECK(lines(world.out.str()).size() == 2);
  CHECK(world.run({"items", "--json", "--csv"}) == kUsage);
}

TEST_CASE("--all follows the pages", "[cli]") {
  FakeWorld world;
  world.answer("GET /api/v1/items?q=a%20b&limit=500", 200,
               R"({"data":[{"name":"x"}],"next":"n1"})");
  world.answer("GET /api/v1/items?q=a%20b&cursor=n1&limit=500", 200, R"({"data":[{"name":"y"}]})");
  CHECK(world.run({"items", "a", "b", "--all", "--columns=name", "--no-headers"}) == kDone);
  CHECK(world.out.str() == "x\ny\n");
}

TEST_CASE("a pipe gets all rows, a terminal a screenful and the remark", "[cli]") {
  FakeWorld world;
  world.answer("GET /api/v1/items?limit=500", 200, R"({"data":[{"name":"x"}],"next":"n1"})");
  world.answer("GET /api/v1/items?cursor=n1&limit=500", 200, R"({"data":[{"name":"y"}]})");
  world.answer("GET /api/v1/items?limit=50", 200, R"({"data":[{"name":"x"}],"next":"n1"})");
  world.answer("GET /api/v1/items?cursor=n1&limit=49", 200,
               R"({"data":[],"next":"n2","total":60})");
  for (const char* format : {"--csv", "--jsonl", "--columns=name"}) {
    CHECK(world.run({"items", format, "--no-headers"}) == kDone);
    CHECK(lines(world.out.str()).size() == 2);
    CHECK(world.error.str().empty());
  }
  world.run({"items", "--json"});
  CHECK(world.out.str() == "{\"format\":1,\"data\":[{\"name\":\"x\"},{\"name\":\"y\"}]}\n");
  // What was asked for by number stays a number.
  world.answer("GET /api/v1/items?limit=1", 200, R"({"data":[{"name":"x"}],"next":"n1"})");
  world.run({"items", "--json", "--limit", "1"});
  CHECK(world.out.str() == "{\"format\":1,\"data\":[{\"name\":\"x\"}],\"next\":\"n1\"}\n");
  CHECK(world.error.str() == "1 shown, there are more; --all for the rest\n");
}

TEST_CASE("a reader that has what it wanted is no error, a full disk is one", "[cli]") {
  FakeWorld world;
  world.answer("GET /api/v1/items?limit=2", 200, kTwo);
  world.out_fails = true;
  world.reader_left = true;
  CHECK(world.run({"items", "--limit", "2", "-q"}) == kReaderLeft);
  CHECK(world.error.str().empty());
  world.reader_left = false;
  CHECK(world.run({"items", "--limit", "2", "-q"}) == kFailed);
  CHECK(world.error.str().find("standard output could not be written") != std::string::npos);
}

TEST_CASE("a question that nothing answers is answered", "[cli]") {
  FakeWorld world;
  world.answer("GET /api/v1/audit?actor=nosuch&limit=500", 200, R"({"data":[]})");
  world.answer("GET /api/v1/users?limit=500", 200, R"({"data":[{"name":"ana"}]})");
  CHECK(world.run({"audit", "--actor", "nosuch"}) == kDone);
  CHECK(world.out.str().empty());
  CHECK(world.error.str() == "no entry matches\nthere is no user nosuch (muster user list)\n");
  for (const char* command : {"audit", "changes"}) {
    std::vector<std::string> words = {command, "--from", "2026-11-20", "--to", "2026-11-19"};
    if (command == std::string_view("changes")) words.emplace_back("lap-1");
    CHECK(world.run(words) == kUsage);
    CHECK(world.error.str().find("nothing lies between --from and --to") != std::string::npos);
  }
  world.answer("GET /api/v1/join-tokens?limit=500", 200, R"({"data":[]})");
  CHECK(world.run({"join-token", "list"}) == kDone);
  CHECK(world.error.str() == "none\n");
}

TEST_CASE("--columns without names lists them, a wrong name asks nobody", "[cli]") {
  FakeWorld world;
  CHECK(world.run({"items", "--columns="}) == kDone);
  CHECK(world.out.str().starts_with("item_id\nname\n"));
  CHECK(world.run({"items", "--columns", "nmae"}) == kUsage);
  CHECK(world.error.str().find("try: name") != std::string::npos);
  CHECK(world.requests.empty());
}

TEST_CASE("times go out with an offset", "[cli]") {
  FakeWorld world;
  world.answer("GET /api/v1/items?at=2026-11-20T14%3A00%3A00Z&limit=500", 200, R"({"data":[]})");
  CHECK(world.run({"items", "--at", "2026-11-20 14:00", "--utc"}) == kDone);
  CHECK(world.run({"items", "--at", "whenever"}) == kUsage);
}

TEST_CASE("ages under --at count from then, and the future is refused", "[cli]") {
  FakeWorld world;
  world.terminal.out = true;
  world.answer("GET /api/v1/items?at=2026-11-20T12%3A00%3A00Z&limit=50", 200,
               R"({"data":[{"name":"lap-1","seen_at":"2026-11-20T08:00:00Z"}]})");
  CHECK(world.run({"items", "--at", "2026-11-20 12:00", "--utc", "--columns", "name,seen_at",
                   "--color=never"}) == kDone);
  CHECK(world.out.str().find("lap-1  4 h") != std::string::npos);
  for (const auto& line : std::vector<std::vector<std::string>>{
           {"items", "--at", "2027-01-01"},
           {"show", "x", "--at", "2027-01-01"},
           {"show", "x", "--section", "disks", "--known-at", "2027-01-01"},
           {"changes", "x", "--at", "2026-11-23T10:02:00Z"},
           {"compare", "x", "y", "--a-at", "2027-01-01"},
           {"compare", "x", "y", "--b-at", "2027-01-01"}}) {
    world.requests.clear();
    CHECK(world.run(line) == kUsage);
    CHECK(world.error.str().find("lies in the future") != std::string::npos);
    CHECK(world.requests.empty());
  }
  // The server's clock may be a little ahead of the one here.
  world.answer("GET /api/v1/items?at=2026-11-23T10%3A00%3A30Z&limit=50", 200, R"({"data":[]})");
  CHECK(world.run({"items", "--at", "2026-11-23T10:00:30Z"}) == kDone);
}

TEST_CASE("changes are sentences, and a gap is a line of its own", "[cli]") {
  FakeWorld world;
  world.terminal.out = true;
  world.terminal.columns = 200;
  world.answer(
      "GET /api/v1/items/lap-1/changes?limit=50", 200,
      R"({"data":[{"section":"packages","kind":"changed","sentence":"openssl upgraded 1 to 2","at":"2026-11-23T10:00:00Z","not_before":"2026-11-23T09:45:00Z","time_uncertain":true,"possibly_collector":true}],)"
      R"("gaps":[{"since":"2026-11-22T08:00:00Z","until":"2026-11-22T09:00:00Z","reason":"the server's database was restored"}]})");
  CHECK(world.run({"changes", "lap-1", "--utc", "--color", "never"}) == kDone);
  const std::string text = world.out.str();
  CHECK(
      text.find("between 09:45Z and 10:00Z on 2026-11-23  packages  openssl upgraded 1 to 2 (time "
                "uncertain") != std::string::npos);
  CHECK(text.find("possibly the collector's doing") != std::string::npos);
  CHECK(text.find("nothing is known between 2026-11-22 08:00Z and 2026-11-22 09:00Z: the server's "
                  "database was restored") != std::string::npos);
}

TEST_CASE("an edit sends the ETag that was read, and a conflict is exit code 7", "[cli]") {
  FakeWorld world;
  const std::string item = R"({"item_id":1,"name":"lap-1","attributes":{"owner":{"value":"kos"}}})";
  world.answer("GET /api/v1/items/lap-1", 200, item, {{"ETag", "\"v3\""}});
  world.answer("PATCH /api/v1/items/1", 200, item);
  CHECK(world.run({"item", "edit", "lap-1", "--owner", "novak", "--clear", "note"}) == kDone);
  CHECK(world.requests.back().body == R"({"owner":"novak","note":null})");
  CHECK(world.requests.back().headers[0] ==
        std::pair<std::string, std::string>("If-Match", "\"v3\""));
  CHECK(world.error.str() == "undo: muster item edit 1 --owner kos --clear note\n");
  world.answer("PATCH /api/v1/items/1", 412,
               R"({"code":"precondition_failed","detail":"changed meanwhile"})");
  CHECK(world.run({"item", "edit", "lap-1", "--owner", "novak"}) == kConflict);
  CHECK(world.run({"item", "edit", "lap-1"}) == kUsage);
}

TEST_CASE("danger is asked about, and --dry-run changes nothing", "[cli]") {
  FakeWorld world;
  world.answer("GET /api/v1/items/old", 200, R"({"item_id":1,"name":"old"})");
  world.answer("DELETE /api/v1/items/1?confirm=old", 204, "");
  CHECK(world.run({"item", "purge", "old"}) == kUsage);
  CHECK(world.run({"item", "purge", "old", "--confirm", "odl"}) == kUsage);
  CHECK(world.run({"item", "purge", "old", "--dry-run"}) == kDone);
  for (const ApiRequest& request : world.requests)
    CHECK(request.method == "GET");
  CHECK(world.run({"item", "purge", "old", "--confirm", "old"}) == kDone);

  world.answer("DELETE /api/v1/join-tokens/t1", 204, "");
  CHECK(world.run({"join-token", "revoke", "t1"}) == kUsage);
  CHECK(world.run({"join-token", "revoke", "t1", "--yes"}) == kDone);
  world.terminal = {true, true, true, 80};
  CHECK(world.run({"join-token", "revoke", "t1"}, "n\n") == kFailed);
  CHECK(world.run({"join-token", "revoke", "t1"}, "y\n") == kDone);
}

TEST_CASE("compare tells by its exit code whether two differ", "[cli]") {
  FakeWorld world;
  const std::string path = "GET /api/v1/compare?a=x&b=y";
  world.answer(
      path, 200,
      R"({"a":{},"b":{},"sections":[{"section":"disks","only_a":[],"only_b":[],"different":[],"same":2}]})");
  CHECK(world.run({"compare", "x", "y", "--exit-code"}) == kDone);
  world.answer(
      path, 200,
      R"({"a":{},"b":{},"sections":[{"section":"disks","only_a":[{"label":"sda","summary":"Disk 9, 1 TiB","values":{"model":"Disk 9"}}],"only_b":[],"different":[{"label":"sdb","fields":[{"field":"size_bytes","a":1,"b":2}]}],"same":2}]})");
  CHECK(world.run({"compare", "x", "y", "--exit-code"}) == kDiffers);
  CHECK(world.run({"compare", "x", "y", "--no-headers"}) == kDone);
  CHECK(world.out.str() ==
        "disks\tonly_a\tsda\t\tDisk 9, 1 TiB\t\t{\"model\":\"Disk 9\"}\n"
        "disks\tdifferent\tsdb\tsize_bytes\t1\t2\t\n");
  world.run({"compare", "x", "y", "--jsonl"});
  CHECK(
      lines(world.out.str())[0] ==
      R"({"section":"disks","difference":"only_a","label":"sda","a":"Disk 9, 1 TiB","values":{"model":"Disk 9"}})");
}

TEST_CASE("login trades the password for a token, keeps it private, and logout revokes it",
          "[cli]") {
  FakeWorld world;
  const std::string folder = temporary_folder();
  world.environment = {{"XDG_CONFIG_HOME", folder}};
  world.answer("GET /healthz", 200, "ok");
  world.answer("POST /api/v1/session", 201, R"({"user":{"name":"ana"},"csrf_token":"c"})",
               {{"Set-Cookie", "__Host-muster_session=abc; Path=/; Secure"}});
  world.answer("POST /api/v1/tokens", 201, R"({"token_id":7,"token":"tok"})");
  world.answer("DELETE /api/v1/session", 204, "");
  world.answer("GET /api/v1/session", 200,
               R"({"user":{"name":"ana","role":"admin"},"server":{"version":"1"}})");
  world.answer("DELETE /api/v1/tokens/7", 204, "");
  CHECK(world.run({"items"}) == kNotSignedIn);
  REQUIRE(world.run({"login", "https://cmdb.test", "--user", "ana", "--password-stdin"}, "pw\n") ==
          kDone);
  CHECK(world.out.str() == "signed in to https://cmdb.test:8443 as ana (admin)\n");
  CHECK(world.requests[2].headers[0].second == "__Host-muster_session=abc");
  CHECK(world.requests[2].headers[1].second == "c");
  const std::string file = folder + "/muster/config.ini";
  struct stat found {};
  REQUIRE(::stat(file.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0600U);

  CHECK(world.run({"status"}) == kDone);
  CHECK(world.requests.back().headers[0].second == "Bearer tok");
  // The saved token is for the saved server only.
  CHECK(world.run({"status", "--server", "https://other.test"}) == kNotSignedIn);
  ::chmod(file.c_str(), 0644);
  CHECK(world.run({"status"}) == kFailed);
  ::chmod(file.c_str(), 0600);
  CHECK(world.run({"logout"}) == kDone);
  CHECK(world.requests.back().path == "/api/v1/tokens/7");
  CHECK_FALSE(std::filesystem::exists(file));
  std::filesystem::remove_all(folder);
}

TEST_CASE("a server's address is https and nothing but host and port", "[cli]") {
  CHECK(checked_server("https://cmdb.test/") == "https://cmdb.test:8443");
  CHECK(checked_server("cmdb.test:1234") == "https://cmdb.test:1234");
  CHECK(checked_server("https://[::1]:9") == "https://[::1]:9");
  for (const char* url :
       {"http://cmdb.test", "https://", "https://a b", "https://a:0", "https://a:99999",
        "https://user@host", "https://host/path", "https://[::1"})
    CHECK_THROWS_AS(checked_server(url), Problem);
}

TEST_CASE("a path holds names safely", "[cli]") {
  CHECK(api_path({"items", "a/b c", ".."}) == "/api/v1/items/a%2Fb%20c/%2E%2E");
}

TEST_CASE("help and version need no server", "[cli]") {
  FakeWorld world;
  world.environment.clear();
  CHECK(world.run({"--version"}) == kDone);
  CHECK(world.out.str().starts_with("muster "));
  CHECK(world.run({"--help"}) == kDone);
  const std::string program = world.out.str();
  CHECK(world.run({"help"}) == kDone);
  CHECK(world.out.str() == program);
  CHECK(world.run({"help", "items"}) == kDone);
  const std::string items = world.out.str();
  CHECK(world.run({"items", "--help"}) == kDone);
  CHECK(world.out.str() == items);
  CHECK(world.run({"ticket", "--help"}) == kDone);
  CHECK(lines(world.out.str()).size() < 16);
  CHECK(world.run({"help", "itms"}) == kUsage);
  CHECK(world.run({"show", "--help"}) == kDone);
  CHECK(world.run({"__complete", "stat"}) == kDone);
  CHECK(world.out.str() == "status\n");
  for (const char* shell : {"bash", "zsh", "fish"})
    CHECK(world.run({"completion", shell}) == kDone);
  CHECK(world.run({"completion", "cmd"}) == kUsage);
}

}  // namespace
}  // namespace muster::cli
