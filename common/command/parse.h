// SPDX-License-Identifier: Apache-2.0
// What was typed, by the declaration of the program (command_spec.h). Pure.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/command/command_spec.h"

namespace muster {

// Names are those of the specs: "ITEM", "--uses".
class Invocation {
 public:
  const CommandSpec* command = nullptr;  // nullptr: --help or --version without a command
  std::string group = {};                // --help of a group: "ticket"

  bool has(std::string_view name) const { return values_.contains(name); }
  std::optional<std::string> text(std::string_view name) const;  // the last one given
  std::string required(std::string_view name) const;             // Count::kOne, or a required flag
  std::vector<std::string> all(std::string_view name) const;
  // For options with a range, which the parser has checked.
  std::optional<std::int64_t> integer(std::string_view name) const;

  void set(std::string_view name, std::vector<std::string> values) {
    values_[std::string(name)] = std::move(values);
  }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// Both may hold what a stranger typed: whoever writes them makes them printable.
struct WrongUsage {
  std::string message;  // what is wrong, in words
  std::string hint;     // what to type instead
};

// For an unknown word the hint has the nearest two. The invocation refers to `program`.
std::variant<Invocation, WrongUsage> parse(const ProgramSpec& program,
                                           const std::vector<std::string>& arguments);

}  // namespace muster
