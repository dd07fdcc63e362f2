// SPDX-License-Identifier: Apache-2.0
// What the command lines of muster-agent and muster-server have in common beside their flags: help
// that fits 80 columns and is also asked for by "help", and mistakes that are told in words, with
// what may have been meant. Flags and commands are declared with CLI11 by the caller. Main thread.
#pragma once
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace muster {

inline constexpr int kWrongUsage = 2;

// nullopt: `app` has parsed and one of its commands was chosen. Otherwise all was said, help on
// `out` (0) or a mistake on `error` (kWrongUsage), and the program ends with that code.
std::optional<int> parse_command_line(CLI::App& app, std::vector<std::string> arguments,
                                      std::ostream& out, std::ostream& error);

// Lines that are longer are broken between words and go on below their last column: of "  --flag
// TEXT    meaning" below the meaning. Pure.
std::string wrapped_help(std::string_view text, std::size_t width = 80);

}  // namespace muster
