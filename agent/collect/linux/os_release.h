// SPDX-License-Identifier: Apache-2.0
// The texts that name a Linux distribution: os-release(5), lsb-release and the one-line release
// files. Pure; any thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace muster::agent {

// NAME=value lines: quotes are taken off, backslash escapes inside double quotes decoded, comments
// and lines that assign nothing left out. A name given twice has its last value, as in a shell.
std::map<std::string, std::string, std::less<>> parse_assignments(std::string_view text);

// "CentOS Linux release 7.9.2009 (Core)": the word behind "release".
std::optional<std::string> parse_release_line(std::string_view text);

}  // namespace muster::agent
