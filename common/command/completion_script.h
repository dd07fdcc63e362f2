// SPDX-License-Identifier: Apache-2.0
// Completion for shells: a thin script that asks the program's hidden command __complete what fits
// (complete.h), so that commands and flags never differ from those that are parsed. Values come
// from other people: each script hands them to its shell as data. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace muster {

// `shell`: bash, zsh or fish; nullopt for another one.
std::optional<std::string> completion_script(std::string_view program, std::string_view shell);

}  // namespace muster
