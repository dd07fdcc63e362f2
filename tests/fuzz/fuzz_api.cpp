// SPDX-License-Identifier: Apache-2.0
// Requests of an administrator, as many as the input holds (parted by 1E 0A), to every route of the
// people's API: "METHOD target", lines "name: value", an empty line, the body. No answer is a
// failure of the server, each is as openapi.yaml describes it, and none quotes the database.
#include <algorithm>

#include "server/http/target.h"
#include "tests/fuzz/fuzz.h"
#include "tests/server/api/api_document.h"
#include "tests/server/api/api_server.h"
#include "tests/support/ingest/reporting_machine.h"

using namespace muster;
using namespace muster::server;
using muster::fuzz::require;

namespace {

// What inputs leave behind would make a finding hard to repeat: made anew after so many.
constexpr int kInputsOfAServer = 200;

struct Server : ApiServer {
  Server() : ApiServer(cheap()) {
    machine.install("openssl", "3.0.8");
    machine.report();
    token = add_account("ana", people::Role::kAdmin).token;
  }

  static people::PasswordOptions cheap() {
    people::PasswordOptions options;
    options.cost = {.log2_n = 1, .r = 1, .p = 1};
    return options;
  }

  ReportingMachine machine{*store, ingest, "web-1"};
  std::string token;
};

std::optional<http::Request> take_request(std::string_view text, const std::string& token) {
  http::Request request;
  std::string_view line = fuzz::take_part(text, "\n");
  request.method = fuzz::take_part(line, " ");
  auto parsed = http::parse_target(line);
  auto* target = std::get_if<http::Target>(&parsed);
  if (target == nullptr || request.method.empty()) return std::nullopt;
  for (const std::string& segment : target->segments)
    request.path += '/' + segment;
  request.segments = std::move(target->segments);
  request.query = std::move(target->query);
  while (!text.empty()) {
    line = fuzz::take_part(text, "\n");
    if (line.empty()) break;
    const std::string name(fuzz::take_part(line, ": "));
    request.headers.push_back({name, std::string(line)});
  }
  request.body = text;
  const auto has = [&](std::string_view name) { return request.header(name) != nullptr; };
  if (!has("authorization") && !has("cookie"))
    request.headers.push_back({"authorization", "Bearer " + token});
  if (!has("content-type")) request.headers.push_back({"content-type", "application/json"});
  request.peer_address = "192.0.2.9";
  request.request_id = "r1";
  return request;
}

Server& current_server() {
  static Server* current = nullptr;
  static int inputs = 0;
  if (current == nullptr || ++inputs % kInputsOfAServer == 0) {
    delete current;
    current = new Server;
    // An account that is turned away everywhere would make a target that finds nothing.
    auto request = take_request("GET /api/v1/items?limit=1", current->token);
    require(request && current->handle(*request).status == 200);
  }
  return *current;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Server& here = current_server();
  std::string_view rest = fuzz::as_text(data, size);
  for (int requests = 0; requests < 8 && !rest.empty(); ++requests) {
    auto request = take_request(fuzz::take_part(rest, "\x1e\n"), here.token);
    if (!request) continue;
    const http::Response response = here.handle(*request);
    require(response.status < 500);
    require(ApiDocument::instance().violations(here.matched(), response).empty());
    require(response.body.find("SQLITE") == std::string::npos);
    // An account or token that ended itself would make every later answer the same.
    if (request->method != "GET" && here.matched() != nullptr &&
        (here.matched()->pattern.find("/users/{") != std::string::npos ||
         here.matched()->pattern.find("/tokens/{") != std::string::npos)) {
      here.store->write([](store::Transaction& transaction) {
        transaction.execute("UPDATE tokens SET revoked_at = NULL WHERE token_id = 1");
        transaction.execute(
            "UPDATE users SET role = 'admin', disabled_at = NULL WHERE user_id = 1");
      });
    }
  }
  return 0;
}
