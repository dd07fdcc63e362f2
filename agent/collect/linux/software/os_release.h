// SPDX-License-Identifier: Apache-2.0
// The texts that name a Linux distribution: os-release(5), lsb-release and the one-line release
// files. Pure; any thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace muster::agent::collect {

using Assignments = std::map<std::string, std::string, std::less<>>;

// NAME=value lines: quotes are taken off, backslash escapes inside double quotes decoded, comments
// and lines that assign nothing left out. A name given twice has its last value, as in a shell. A
// byte order mark in front is no part of the first name.
Assignments parse_assignments(std::string_view text);

// "CentOS Linux release 7.9.2009 (Core)": the word behind "release" or "version"; "Slackware 14.1":
// else the first word that begins with a digit.
std::optional<std::string> parse_release_line(std::string_view text);
// What stands before that: "CentOS Linux", "Slackware". The whole line when it has no version.
std::optional<std::string> release_line_name(std::string_view text);

}  // namespace muster::agent::collect
