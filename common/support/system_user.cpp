// SPDX-License-Identifier: Apache-2.0
#include "common/support/system_user.h"

#include <pwd.h>

#include <vector>

namespace muster {
namespace {

constexpr std::size_t kPasswdBytes = 16 * 1024;

}  // namespace

std::optional<std::string> user_name(unsigned number) {
  passwd entry = {};
  passwd* found = nullptr;
  std::vector<char> buffer(kPasswdBytes);
  if (::getpwuid_r(number, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  return entry.pw_name;
}

std::optional<SystemUser> find_system_user(const std::string& name) {
  passwd entry = {};
  passwd* found = nullptr;
  std::vector<char> buffer(kPasswdBytes);
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr)
    return std::nullopt;
  return SystemUser{entry.pw_uid, entry.pw_gid};
}

std::string user_text(unsigned number) {
  return user_name(number).value_or("number " + std::to_string(number));
}

}  // namespace muster
