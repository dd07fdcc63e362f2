// SPDX-License-Identifier: Apache-2.0
// What people read of an exception. Ours say what failed, on what and what to do; those of the
// standard library say "filesystem error: symlink_status: Permission denied [/root/x]" or
// "std::bad_alloc", and are put into words. Any thread.
#pragma once
#include <exception>
#include <string>

namespace muster {

std::string exception_text(const std::exception& failure);

// "cannot open /root/x: Permission denied for the user muster-server"; `error` is an errno.
std::string system_error_text(const std::string& what, int error);

}  // namespace muster
