// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/installation.h"

#include <stdexcept>

namespace muster::test {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words)
    out += " " + word;
  return out;
}

void expect_done(const Ended& ran, const std::string& what) {
  if (ran.code != 0) throw std::runtime_error(what + ": " + all_of(ran));
}

}  // namespace

Installation::Installation(Made made) : server_(made) {
  server_.start();
  // By a token; a password, with which exit_codes_test signs in, would cost another hash.
  const HttpAnswer token = server_.ask_as_admin(
      {.method = "POST", .path = "/api/v1/tokens", .body = R"({"name":"muster"})"});
  if (token.status != 201) throw std::runtime_error("no token: " + token.body);
  expect_done(muster({"login", url(), "--token-stdin", "--ca-file", authority()}, "admin",
                     token.text("token") + "\n"),
              "muster login");
}

Ended Installation::muster(const std::vector<std::string>& arguments, const std::string& as,
                           const std::string& input) const {
  // Nothing of whoever runs the tests: neither their sign-in nor their time zone.
  std::vector<std::string> command = {"env",
                                      "-u",
                                      "MUSTER_SERVER",
                                      "-u",
                                      "MUSTER_TOKEN",
                                      "-u",
                                      "MUSTER_TOKEN_FILE",
                                      "-u",
                                      "MUSTER_CA_FILE",
                                      "TZ=Europe/Ljubljana",
                                      "XDG_CONFIG_HOME=" + file("config-" + as).string(),
                                      binary("muster")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_program(command, input);
}

JsonValue Installation::json(std::vector<std::string> arguments) const {
  const std::string what = "muster" + joined(arguments);
  arguments.emplace_back("--json");
  const Ended ran = muster(arguments);
  expect_done(ran, what);
  const auto document = JsonValue::parse(ran.out);
  if (!document || document->integer_at("format") != 1)
    throw std::runtime_error(what + " gives no JSON with \"format\":1: " + all_of(ran));
  return *document;
}

JsonValue::Array Installation::list(std::vector<std::string> arguments) const {
  arguments.emplace_back("--all");
  const JsonValue answer = json(arguments);
  const JsonValue* items = answer.find("data");
  if (items == nullptr || items->array() == nullptr)
    throw std::runtime_error("no items: " + answer.dump());
  return *items->array();
}

std::string Installation::join_code(std::vector<std::string> flags) const {
  flags.insert(flags.begin(), {"join-token", "create"});
  const auto code = json(std::move(flags)).text_at("join_code");
  if (!code) throw std::runtime_error("no join code");
  return *code;
}

Reported join(const Installation& installation, const Machine& machine) {
  expect_done(machine.enroll(installation.join_code()), "muster-agent enroll");
  return reported(machine.run_once());
}

JsonValue::Array changes_of(const Installation& installation, const std::string& item) {
  return installation.list({"changes", item});
}

std::map<std::string, std::string> shown_packages(const Installation& installation,
                                                  const std::string& item) {
  std::map<std::string, std::string> out;
  for (const JsonValue& row : installation.list({"show", item, "--section", "packages"})) {
    const JsonValue* values = row.find("values");
    if (values == nullptr) throw std::runtime_error("a row without values: " + row.dump());
    out[values->text_at("name").value_or("")] = values->text_at("version").value_or("");
  }
  return out;
}

}  // namespace muster::test
