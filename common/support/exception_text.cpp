// SPDX-License-Identifier: Apache-2.0
#include "common/support/exception_text.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <new>
#include <system_error>

#include "common/support/system_user.h"

namespace muster {
namespace {

// An error of the system by its number, so that EACCES can name who was denied.
std::string reason_of(const std::error_code& code) {
  std::string reason = code.message();
  const bool is_denied =
      code == std::errc::permission_denied || code == std::errc::operation_not_permitted;
  if (is_denied) reason += " for the user " + user_text(::geteuid());
  return reason;
}

std::string text_of(const std::filesystem::filesystem_error& failure) {
  std::string paths = failure.path1().string();
  if (!failure.path2().empty()) paths += " and " + failure.path2().string();
  // Without a path it is the working folder that is gone.
  if (paths.empty()) paths = "the present folder";
  return "cannot use " + paths + ": " + reason_of(failure.code());
}

}  // namespace

std::string system_error_text(const std::string& what, int error) {
  return what + ": " + reason_of(std::error_code(error, std::system_category()));
}

std::string exception_text(const std::exception& failure) {
  if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&failure))
    return text_of(*file);
  if (dynamic_cast<const std::bad_alloc*>(&failure) != nullptr) return "there is not enough memory";
  if (const auto* system = dynamic_cast<const std::system_error*>(&failure))
    return "the system refused something that this program needs: " + reason_of(system->code());
  return failure.what();
}

}  // namespace muster
