// SPDX-License-Identifier: Apache-2.0
// Words for a shell, in commands that are printed for a person to copy. Pure.
#pragma once
#include <string>
#include <string_view>

namespace muster {

// One word that bash, zsh and ksh read back as exactly `text` and in which nothing is run or
// replaced (XCU 2.2): as it is where it has only letters, digits and "_@%+=:,./-", in '...'
// otherwise, and in $'...' with octal escapes where it has what a terminal must not get
// (printable() of text.h), so that the word is one line and stays what it is when it is made
// printable. A NUL cannot stand in an argument of a program: the word ends before it.
std::string shell_quoted(std::string_view text);

}  // namespace muster
