// SPDX-License-Identifier: Apache-2.0
// A Muster installation for end-to-end tests: the real muster-server on ports of its own, and the
// real muster signed in as its administrator. What fails where a story relies on it throws
// std::runtime_error with what the program said.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "common/json/value.h"
#include "tests/support/programs/machine.h"
#include "tests/support/programs/server_process.h"

namespace muster::test {

class Installation {
 public:
  // Made, serving, signed in.
  explicit Installation(Made made = Made::kCopied);

  ServerProcess& server() { return server_; }
  std::filesystem::path file(const std::string& name) const { return server_.folder() / name; }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(server_.people_port()); }
  std::string authority() const { return (server_.data() / "ca/ca.pem").string(); }

  // muster as the administrator, or as whoever signed in with the configuration of that name.
  Ended muster(const std::vector<std::string>& arguments, const std::string& as = "admin",
               const std::string& input = {}) const;
  // muster ... --json; throws unless it ends with 0.
  JsonValue json(std::vector<std::string> arguments) const;
  // `items` of the same, all of them.
  JsonValue::Array list(std::vector<std::string> arguments) const;

  std::string join_code(std::vector<std::string> flags = {}) const;

 private:
  ServerProcess server_;
};

// Enrolled with a new join code, and one report acknowledged.
Reported join(const Installation& installation, const Machine& machine);

// All observed changes of an item, newest first.
JsonValue::Array changes_of(const Installation& installation, const std::string& item);

// The packages of an item, name to version.
std::map<std::string, std::string> shown_packages(const Installation& installation,
                                                  const std::string& item);

}  // namespace muster::test
