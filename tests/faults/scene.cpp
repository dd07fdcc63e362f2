// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/scene.h"

#include <stdexcept>

#include "common/json/value.h"
#include "server/store/sqlite.h"
#include "tests/faults/active_fault.h"

namespace muster::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kValue =
    "SELECT COUNT(*) FROM item_values WHERE attribute = ?1 AND value = ?2";
constexpr const char* kTicket = "SELECT COUNT(*) FROM tickets WHERE title = ?1";
constexpr const char* kUser = "SELECT COUNT(*) FROM users WHERE name = ?1";
constexpr const char* kRevoked =
    "SELECT COUNT(*) FROM agents WHERE agent_id = ?1 AND state = 'revoked'";

void need(bool done, FaultServer& server, const std::string& what) {
  if (!done) throw std::runtime_error(what + ": " + server.log());
}

}  // namespace

std::unique_ptr<Scene> Scene::make() {
  std::unique_ptr<Scene> scene(new Scene);
  FaultServer& server = scene->server_;
  need(server.init().code == 0, server, "init");
  need(server.start(), server, "start");
  const std::string code = server.join_code();
  for (const char* name : {"loom", "shuttle"}) {
    SimulatedAgent& agent = scene->agents_.emplace_back(name);
    need(agent.enroll(server, code) && agent.cycle(server), server, "enrolment");
  }
  need(server.stop() == 0, server, "stop");
  need(server.command({"backup", (server.folder() / "old.backup").string()}).code == 0, server,
       "backup");
  need(server.start(), server, "start");
  for (SimulatedAgent& agent : scene->agents_) {
    agent.change();
    need(agent.cycle(server), server, "report");
  }
  need(server.stop() == 0, server, "stop");
  server.forget_session();
  return scene;
}

std::unique_ptr<Scene> Scene::copy() const {
  std::unique_ptr<Scene> scene(new Scene);
  fs::copy(folder_.path() / "data", scene->folder_.path() / "data", fs::copy_options::recursive);
  fs::permissions(scene->folder_.path() / "data", fs::perms::owner_all);
  fs::permissions(scene->folder_.path() / "data/ca", fs::perms::owner_all);
  fs::copy(folder_.path() / "old.backup", scene->folder_.path() / "old.backup");
  scene->agents_ = agents_;
  return scene;
}

void Scene::edit(const HttpAsk& ask, int expected, Edit edit) {
  if (server_.ask_as_admin(ask).status == expected) edits_.push_back(std::move(edit));
}

std::string Scene::item_edit() {
  const std::string number = std::to_string(round_);
  const HttpAnswer made = server_.ask_as_admin(
      {.method = "POST", .path = "/api/v1/items", .body = "{\"name\":\"item " + number + "\"}"});
  if (made.status != 201) return {};
  edits_.push_back({kValue, {"name", "item " + number}});
  const Result<JsonValue> item = JsonValue::parse(made.body);
  const std::string path =
      "/api/v1/items/" + std::to_string(item ? item->integer_at("item_id").value_or(0) : 0);
  edit({.method = "PATCH",
        .path = path,
        .headers = {{"If-Match", made.header("ETag")}},
        .body = "{\"owner\":\"owner " + number + "\"}"},
       200, {kValue, {"owner", "owner " + number}});
  // Somebody else was faster: the work is refused, and what it did is rolled back.
  server_.ask_as_admin({.method = "PATCH",
                        .path = path,
                        .headers = {{"If-Match", made.header("ETag")}},
                        .body = "{\"owner\":\"nobody\"}"});
  return path;
}

void Scene::people() {
  const std::string number = std::to_string(round_);
  item_edit();
  edit({.method = "POST",
        .path = "/api/v1/tickets",
        .body = "{\"title\":\"ticket " + number + "\"}"},
       201, {kTicket, {"ticket " + number}});
  edit({.method = "POST",
        .path = "/api/v1/users",
        .body = "{\"name\":\"user" + number + "\",\"password\":\"correct horse battery\"}"},
       201, {kUser, {"user" + number}});
  const HttpAnswer token = server_.ask_as_admin(
      {.method = "POST", .path = "/api/v1/join-tokens", .body = "{\"max_uses\":1}"});
  if (token.status == 201) {
    const Result<JsonValue> made = JsonValue::parse(token.body);
    const std::string id = made ? made->text_at("token_id").value_or("") : "";
    server_.ask_as_admin({.method = "DELETE", .path = "/api/v1/join-tokens/" + id});
  }
}

bool Scene::serve(const EnvironmentLines& environment) {
  ++round_;
  server_.forget_session();
  if (!server_.start(environment)) return false;
  agents_[0].change();
  agents_[0].cycle(server_);
  people();
  const std::string code = server_.join_code();
  // A new machine, one whose agent is installed anew, a section that is switched off, a lost span.
  SimulatedAgent fresh("fresh-" + std::to_string(round_));
  if (fresh.enroll(server_, code)) {
    fresh.cycle(server_);
    agents_.push_back(fresh);
  }
  agents_[0].report_disks(false);
  agents_[0].cycle(server_);
  agents_[0].report_disks(true);
  agents_[0].lose_report();
  agents_[0].lose_report();
  agents_[0].change();
  agents_[0].cycle(server_);
  agents_[0].renew(server_);
  SimulatedAgent again = agents_[1];
  again.reinstall();
  if (again.enroll(server_, code)) {
    agents_[1] = again;
    agents_[1].cycle(server_);
  }
  SimulatedAgent gone("gone-" + std::to_string(round_));
  if (gone.enroll(server_, code)) {
    edit({.method = "POST",
          .path = "/api/v1/agents/" + gone.agent_id() + "/revoke",
          .body = "{\"reason\":\"stolen\"}"},
         200, {kRevoked, {gone.agent_id()}});
  }
  server_.ask_as_admin({.method = "DELETE", .path = "/api/v1/session"});
  server_.stop();
  return true;
}

int Scene::init(const EnvironmentLines& environment) {
  fs::remove_all(server_.data());
  agents_.clear();
  edits_.clear();
  return server_.init(environment).code;
}

int Scene::backup(const EnvironmentLines& environment) {
  const fs::path file = folder_.path() / ("backup-" + std::to_string(++round_));
  const int code = server_.command({"backup", file.string()}, environment).code;
  if (code == 0 && !fs::exists(file)) return -1;
  // A backup that has its name is whole, whatever became of the program.
  if (fs::exists(file)) {
    const auto database = server::store::open_sqlite(file.string(), false);
    if (database->connect(true, 0)->find_text("PRAGMA integrity_check") != "ok") return -1;
  }
  return code;
}

int Scene::restore(const EnvironmentLines& environment) {
  const int code =
      server_.command({"restore", (folder_.path() / "old.backup").string(), "--force"}, environment)
          .code;
  was_restored_ = true;
  return code;
}

std::string Scene::examine() {
  const Ended doctor = server_.doctor();
  std::string wrong;
  if (doctor.code != 0) wrong = "doctor: " + doctor.out + doctor.error;
  if (was_restored_) return wrong;
  try {
    const auto database =
        server::store::open_sqlite((server_.data() / "muster.db").string(), false);
    const auto connection = database->connect(true, 0);
    for (SimulatedAgent& agent : agents_)
      wrong += agent.missing_in(*connection, true);
    for (const Edit& edit : edits_) {
      if (connection->find_integer(edit.sql, edit.values).value_or(0) == 0)
        wrong += "an edit is lost: " + edit.sql + "\n";
    }
  } catch (const std::exception& failure) {
    wrong += failure.what();
  }
  return wrong;
}

std::string Scene::heal() {
  server_.forget_session();
  if (!server_.start()) return "it does not start: " + server_.log();
  for (SimulatedAgent& agent : agents_) {
    agent.cycle(server_);
    if (!agent.cycle(server_)) {
      return "an agent is not taken in two cycles, last answer " +
             std::to_string(agent.last_status());
    }
  }
  const std::string code = server_.join_code();
  SimulatedAgent fresh("healed");
  if (!fresh.enroll(server_, code) || !fresh.cycle(server_)) return "no new agent is taken";
  agents_.push_back(fresh);
  if (server_.stop() != 0) return "it does not stop";
  return examine();
}

}  // namespace muster::test
