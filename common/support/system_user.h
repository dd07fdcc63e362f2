// SPDX-License-Identifier: Apache-2.0
// Users of the system by name and number. Any thread.
#pragma once
#include <optional>
#include <string>

namespace muster {

std::optional<std::string> user_name(unsigned number);
struct SystemUser {
  unsigned number = 0;
  unsigned group = 0;  // its own
};
std::optional<SystemUser> find_system_user(const std::string& name);
// For people: the name, or "number 1234" of one that has none.
std::string user_text(unsigned number);

}  // namespace muster
