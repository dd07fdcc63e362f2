// SPDX-License-Identifier: Apache-2.0
#include "common/support/exception_text.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <new>
#include <stdexcept>

#include "common/support/system_user.h"

namespace muster {

TEST_CASE("what the standard library throws is put into words", "[support]") {
  namespace fs = std::filesystem;
  const std::string me = user_text(::geteuid());
  const auto denied = std::make_error_code(std::errc::permission_denied);
  CHECK(exception_text(fs::filesystem_error("symlink_status", "/root/x.backup", denied)) ==
        "cannot use /root/x.backup: Permission denied for the user " + me);
  CHECK(exception_text(fs::filesystem_error("rename", "/a", "/b",
                                            std::make_error_code(std::errc::no_such_device))) ==
        "cannot use /a and /b: No such device");
  CHECK(exception_text(
            fs::filesystem_error("cannot make absolute path",
                                 std::make_error_code(std::errc::no_such_file_or_directory))) ==
        "cannot use the present folder: No such file or directory");
  CHECK(exception_text(std::bad_alloc()) == "there is not enough memory");
  CHECK(exception_text(
            std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again))) ==
        "the system refused something that this program needs: Resource temporarily unavailable");
  // Ours are words already.
  CHECK(exception_text(std::runtime_error("there is no file a")) == "there is no file a");
  CHECK(system_error_text("cannot open /a", EACCES) ==
        "cannot open /a: Permission denied for the user " + me);
  CHECK(system_error_text("cannot open /a", ENOENT) == "cannot open /a: No such file or directory");
}

TEST_CASE("users have a name or are told by their number", "[support]") {
  CHECK(user_text(0) == "root");
  CHECK(user_name(0) == "root");
  CHECK(user_text(3'999'999'999) == "number 3999999999");
  CHECK(user_name(3'999'999'999) == std::nullopt);
  REQUIRE(find_system_user("root"));
  CHECK(find_system_user("root")->number == 0);
  CHECK_FALSE(find_system_user("nobody-has-this-name"));
}

}  // namespace muster
