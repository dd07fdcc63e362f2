// SPDX-License-Identifier: Apache-2.0
// The life of items through the API: made by hand and by reports, edited, read as they were,
// compared, linked to tickets, archived, purged, and what the audit log says of it.
#include "server/cmdb/items.h"
#include "server/model/lifecycle.h"
#include "tests/server/api/api_fixture.h"

namespace muster::server {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

std::string query_time(Instant at) {
  return http::percent_encode(to_rfc3339(at));
}

struct Machines : ApiFixture {
  ReportingMachine web{*store, ingest, "web-1"};

  // Actions in the audit log about the object, oldest first.
  std::vector<std::string> audited(const std::string& object) {
    const Answer answer = get("/api/v1/audit?object=" + http::percent_encode(object));
    std::vector<std::string> out;
    for (std::size_t i = answer.size(); i > 0; --i)
      out.push_back(answer.at("data[" + std::to_string(i - 1) + "].action"));
    return out;
  }
};

TEST_CASE("an item is made, edited under its ETag, archived and purged", "[api][items]") {
  Machines api;
  const Answer made = api.post(
      "/api/v1/items",
      R"({"name":"printer-2","class":"hardware.printer","location":"Room 12","lifecycle":"in_use"})");
  REQUIRE(made.status() == 201);
  CHECK(made.header("Location") == "/api/v1/items/1");
  CHECK(made.etag() == "\"v1\"");
  CHECK(made.at("state") == "none");
  CHECK(made.at("attributes.location.actor") == "ana");
  const std::string path = "/api/v1/items/1";

  CHECK(api.send(api.admin().token, "PATCH", path, R"({"owner":"novak"})").status() == 428);
  CHECK(api.patch(path, "\"v7\"", R"({"owner":"novak"})").status() == 412);
  CHECK(api.patch(path, "whatever", R"({"owner":"novak"})").status() == 412);
  api.store.pass(kMinuteMs);
  const Answer edited = api.patch(path, made.etag(), R"({"owner":"novak","location":null})");
  REQUIRE(edited.status() == 200);
  CHECK(edited.etag() == "\"v2\"");
  CHECK(edited.at("owner") == "novak");
  CHECK(edited.at("attributes.location").empty());

  for (const std::string_view lifecycle : model::lifecycle_states()) {
    const std::string body = R"({"lifecycle":")" + std::string(lifecycle) + R"("})";
    CHECK(api.patch(path, api.get(path).etag(), body).at("lifecycle") == lifecycle);
  }
  for (const std::string_view attribute : cmdb::kItemAttributes) {
    CAPTURE(attribute);
    const std::string name(attribute);
    CHECK(api.patch(path, api.get(path).etag(), "{\"" + name + "\":null}").status() == 200);
    CHECK(api.get(path).at("attributes." + name).empty());
  }
  CHECK(api.get(path).at("name") == "item 1");
  CHECK(api.patch(path, api.get(path).etag(), R"({"name":"printer-2"})").status() == 200);
  const Answer lost = api.patch(path, api.get(path).etag(), R"({"lifecycle":"lost"})");
  CHECK(lost.code() == "invalid_value");
  CHECK(lost.path() == "lifecycle");
  CHECK(api.patch(path, api.get(path).etag(), R"({"name":"  "})").path() == "name");
  CHECK(api.patch(path, api.get(path).etag(), R"({"class":"hardware.spoon"})").path() == "class");
  CHECK(api.patch(path, api.get(path).etag(), R"({"owner":17})").path() == "owner");

  CHECK(api.post(path + "/archive").at("archived") == "true");
  CHECK(api.post(path + "/archive").at("archived") == "true");
  CHECK(api.get("/api/v1/items").at("total") == "0");
  CHECK(api.get("/api/v1/items?archived=true").at("total") == "1");
  CHECK(api.post(path + "/unarchive").at("archived") == "false");

  CHECK(api.send(api.technician().token, "DELETE", path + "?confirm=printer-2").code() ==
        "forbidden");
  CHECK(api.remove(path).code() == "confirmation_required");
  CHECK(api.remove(path + "?confirm=printer-1").path() == "confirm");
  CHECK(api.get(path).status() == 200);
  CHECK(api.remove(path + "?confirm=printer-2").status() == 204);
  CHECK(api.get(path).code() == "item_purged");
  CHECK(api.remove(path + "?confirm=printer-2").status() == 410);
  CHECK(api.get("/api/v1/items/printer-2").status() == 404);

  std::vector<std::string> expected = {"item.create", "item.edit"};
  expected.insert(expected.end(),
                  model::lifecycle_states().size() + std::size(cmdb::kItemAttributes) + 1,
                  "item.edit");
  expected.insert(expected.end(), {"item.archive", "item.unarchive", "item.purge"});
  CHECK(api.audited("item/1") == expected);
}

TEST_CASE("a purged machine's agent is refused and stays so", "[api][items]") {
  Machines api;
  api.web.report();
  CHECK(api.remove("/api/v1/items/web-1?confirm=web-1").status() == 204);
  CHECK(api.get("/api/v1/agents/" + api.web.agent_id).at("state") == "revoked");
  CHECK(code_of([&] { api.web.report(); }) == "agent_revoked");
  // The side log brings it back to mind after a restore.
  api.store->write([&](store::Transaction& transaction) {
    transaction.execute("UPDATE agents SET state = 'active'");
    ca::reconcile(transaction, *ca::SideLog::open(api.store.folder() / "copy.log"));
  });
  std::filesystem::copy_file(api.store.folder() / "side.log", api.store.folder() / "copy2.log");
  api.store->write([&](store::Transaction& transaction) {
    CHECK(ca::reconcile(transaction, *ca::SideLog::open(api.store.folder() / "copy2.log")) > 0);
  });
  CHECK(api.get("/api/v1/agents/" + api.web.agent_id).at("state") == "revoked");
}

TEST_CASE("an item is read as it was and as it was known", "[api][items]") {
  Machines api;
  const Instant before = api.store.now();
  api.store.pass(kMinuteMs);
  api.web.install("openssl", "3.0.8");
  api.web.report();
  const Instant first = api.store.now();
  api.store.pass(kHourMs);
  const Answer now = api.get("/api/v1/items/web-1");
  CHECK(api.patch("/api/v1/items/web-1", now.etag(), R"({"owner":"novak"})").status() == 200);
  api.web.install("openssl", "3.0.11");
  api.web.report();
  const Instant second = api.store.now();
  api.store.pass(kMinuteMs);

  const std::string path = "/api/v1/items/web-1";
  const auto at = [](Instant time) { return "?at=" + query_time(time); };
  const Answer then = api.get(path + at(first));
  CHECK(then.at("owner").empty());
  CHECK(then.at("at") == to_rfc3339(first));
  CHECK(then.at("not_kept") == R"(["agent","vitals"])");
  CHECK(then.at("agent").empty());
  CHECK(api.get(path).at("owner") == "novak");
  CHECK(api.get(path + at(second)).at("owner") == "novak");
  CHECK(api.get(path + at(second) + "&known_at=" + query_time(first)).at("owner").empty());
  CHECK(api.get(path + at(before)).status() == 404);
  CHECK(api.get(path + "?at=2026-11-23T08:00:00").path() == "at");

  const std::string packages = path + "/sections/packages";
  CHECK(api.get(packages).at("data[0].values.version") == "3.0.11");
  CHECK(api.get(packages + at(first)).at("data[0].values.version") == "3.0.8");
  CHECK(api.get(packages + at(second) + "&known_at=" + query_time(first))
            .at("data[0].values.version") == "3.0.8");
  CHECK(api.get("/api/v1/items?q=packages.version:3.0.8&at=" + query_time(first)).at("total") ==
        "1");
  CHECK(api.get("/api/v1/items?q=packages.version:3.0.8").at("total") == "0");

  const Answer changes = api.get(path + "/changes?section=packages");
  REQUIRE(changes.size() == 1);
  CHECK(changes.at("data[0].sentence") == "openssl upgraded 3.0.8 to 3.0.11");
  CHECK(changes.at("data[0].not_before") == to_rfc3339(first));
  CHECK(api.get(path + "/changes?at=" + query_time(first)).size() == 0);

  const Answer compared =
      api.get("/api/v1/compare?a=web-1&b=web-1&section=packages&a_at=" + query_time(first));
  CHECK(compared.at("sections[0].different[0].fields[0].field") == "version");
  CHECK(compared.at("sections[0].different[0].fields[0].a") == "3.0.8");
  CHECK(compared.at("sections[0].different[0].fields[0].b") == "3.0.11");
}

TEST_CASE("lists of rows and items go on where the page before ended", "[api][items]") {
  Machines api;
  for (const char* name : {"bash", "curl", "openssl", "vim", "zlib"})
    api.web.install(name, "1.0");
  api.web.report();
  std::vector<std::string> names;
  std::string next = "/api/v1/items/web-1/sections/packages?limit=2";
  for (int pages = 0; !next.empty() && pages < 9; ++pages) {
    const Answer page = api.get(next);
    CHECK(page.at("total") == "5");
    for (std::size_t i = 0; i < page.size(); ++i)
      names.push_back(page.at("data[" + std::to_string(i) + "].values.name"));
    const std::string link = page.header("Link");
    next = link.empty() ? "" : link.substr(1, link.find('>') - 1);
  }
  CHECK(names == std::vector<std::string>{"bash", "curl", "openssl", "vim", "zlib"});

  // A name that needs encoding keeps meaning the same in the link to the next page.
  const std::string body = R"({"name":"a/b > \"c\" ü","owner":"o"})";
  CHECK(api.post("/api/v1/items", body).status() == 201);
  const std::string odd = "/api/v1/items/" + http::percent_encode("a/b > \"c\" ü");
  for (const char* title : {"first", "second"}) {
    CHECK(api.post("/api/v1/tickets",
                   std::string(R"({"title":")") + title + R"(","items":[{"item":"2"}]})")
              .status() == 201);
  }
  const std::string link = api.get(odd + "/tickets?limit=1").header("Link");
  REQUIRE(link.starts_with("<" + odd + "/tickets?limit=1&cursor="));
  CHECK(api.get(link.substr(1, link.find('>') - 1)).at("data[0].title") == "first");
}

TEST_CASE("a name that two items have is ambiguous, a number never is", "[api][items]") {
  Machines api;
  for (int i = 0; i < 2; ++i)
    api.post("/api/v1/items", R"({"name":"twin"})");
  const Answer answer = api.get("/api/v1/items/twin");
  CHECK(answer.status() == 409);
  CHECK(answer.code() == "ambiguous_item");
  CHECK(answer.at("candidates[0]") == "1 twin");
  CHECK(answer.at("candidates[1]") == "2 twin");
  CHECK(answer.at("candidates[2]").empty());
  CHECK(api.get("/api/v1/items/2").at("item_id") == "2");
  CHECK(api.get("/api/v1/items/twi").at("detail").find("No item is called") == 0);
  api.web.report();
  CHECK(
      api.get("/api/v1/items/" + http::percent_encode(*api.web.system.serial_number)).at("name") ==
      "web-1");
  CHECK(api.get("/api/v1/items/WEB-1").at("name") == "web-1");
  CHECK(api.get("/api/v1/items/web").at("detail") ==
        "No item is called \"web\". Did you mean web-1?");
}

TEST_CASE("a section that failed says so and keeps what was known", "[api][items]") {
  Machines api;
  api.web.install("bash", "5.2");
  api.web.report();
  api.store.pass(kHourMs);
  api.web.statuses["dpkg"] = {inventory::Status::kDenied, "no permission"};
  api.web.packages.clear();
  api.web.report();
  const Answer section = api.get("/api/v1/items/web-1/sections/packages");
  CHECK(section.at("status") == "denied");
  CHECK(section.at("stale") == "true");
  CHECK(section.size() == 1);
  CHECK(section.at("sources[0].reason") == "no permission");
  CHECK(api.get("/api/v1/items/web-1/changes?section=packages").size() == 0);
}

TEST_CASE("a ticket shows what changed on its machines before the trouble began",
          "[api][items][tickets]") {
  Machines api;
  api.web.install("openssl", "3.0.8");
  api.web.report();
  api.store.pass(2 * kHourMs);
  api.web.install("openssl", "3.0.11");
  api.web.report();
  api.store.pass(kHourMs);
  const Instant began = api.store.now();
  api.store.pass(kHourMs);
  api.web.install("nginx", "1.22");
  api.web.report();

  const Answer ticket =
      api.send(api.technician().token, "POST", "/api/v1/tickets",
               R"({"title":"TLS fails","requester":"rena","assignee":"tone","began_at":")" +
                   to_rfc3339(began) + R"(","items":[{"item":"web-1","role":"cause"}]})");
  REQUIRE(ticket.status() == 201);
  CHECK(ticket.at("links[0].role") == "cause");
  CHECK(ticket.at("assignee") == "tone");
  const std::string path = ticket.header("Location");

  const Answer context = api.get(path + "/context");
  CHECK(context.at("data[0].item_name") == "web-1");
  bool upgraded = false;
  bool later = false;
  for (std::size_t i = 0; i < context.size(); ++i) {
    const std::string entry = "data[" + std::to_string(i) + ']';
    const std::string sentence = context.at(entry + ".change.sentence");
    if (sentence == "openssl upgraded 3.0.8 to 3.0.11") {
      upgraded = true;
      CHECK(context.at(entry + ".seen_afterwards") == "false");
    }
    if (sentence == "nginx 1.22 installed") {
      later = true;  // the look before it was before the trouble began
      CHECK(context.at(entry + ".seen_afterwards") == "true");
    }
  }
  CHECK(upgraded);
  CHECK(later);
  CHECK(api.get(path + "/context?hours=1").at("data[0].change.sentence") == "nginx 1.22 installed");

  // Rena sees her ticket without the technician's links and notes.
  api.post(path + "/notes", R"({"text":"smells of openssl"})");
  api.post(path + "/notes", R"({"text":"We are on it","kind":"reply"})");
  const Answer own = api.send(api.requester().token, "GET", path);
  CHECK(own.status() == 200);
  CHECK(own.at("links") == "[]");
  CHECK(own.response.body.find("smells of") == std::string::npos);
  CHECK(own.response.body.find("We are on it") != std::string::npos);

  CHECK(api.get("/api/v1/items/web-1").at("open_tickets") == "1");
  const Answer resolved =
      api.patch(path, api.get(path).etag(), R"({"state":"resolved","resolution":"rolled back"})");
  CHECK(resolved.at("state") == "resolved");
  CHECK(api.get("/api/v1/items/web-1").at("open_tickets") == "0");
  CHECK(api.audited("ticket/" + ticket.at("ticket_id")) ==
        std::vector<std::string>{"ticket.create", "ticket.link", "ticket.note", "ticket.note",
                                 "ticket.update"});
}

TEST_CASE("facts about persons need a permission and reading them is on record",
          "[api][items][personal]") {
  Machines api;
  api.web.users["novak"] = {.name = "novak",
                            .uid = 1000,
                            .gid = {},
                            .full_name = "Ana Novak",
                            .home = {},
                            .shell = {},
                            .groups = {}};
  api.web.report();
  api.store.pass(kHourMs);
  api.web.users["novak"].shell = "/bin/zsh";
  api.web.report();
  const std::string item = "/api/v1/items/web-1";
  const std::vector<std::string> targets = {
      item + "/sections/users", item + "/changes?section=users",
      "/api/v1/compare?a=web-1&b=web-1&section=users", "/api/v1/items?q=users.name:novak"};
  for (const std::string& target : targets) {
    CAPTURE(target);
    const Answer refused = api.send(api.viewer().token, "GET", target);
    CHECK(refused.status() == 403);
    CHECK(refused.response.body.find("Ana Novak") == std::string::npos);
  }
  CHECK(api.audited("item/1").empty());
  CHECK(api.send(api.viewer().token, "GET", item + "/changes").response.body.find("zsh") ==
        std::string::npos);
  CHECK(api.audited("item/1").empty());

  const Credentials& tone = api.technician().token;
  CHECK(api.send(tone, "GET", targets[0]).at("data[0].values.full_name") == "Ana Novak");
  CHECK(api.audited("item/1") == std::vector<std::string>{"item.read_personal"});
  CHECK(api.send(tone, "GET", targets[1]).size() == 1);
  CHECK(api.send(tone, "GET", targets[2]).at("sections[0].same") == "1");
  CHECK(api.audited("item/1").size() == 3);
  CHECK(api.send(tone, "GET", targets[3]).at("total") == "1");
  CHECK(api.audited("items") == std::vector<std::string>{"item.query_personal"});
  CHECK(api.get("/api/v1/audit?action=item.read_personal").at("data[0].detail.section") == "users");
}

}  // namespace
}  // namespace muster::server
