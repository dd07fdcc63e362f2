// SPDX-License-Identifier: Apache-2.0
// The command line as data: each command declares its words, arguments and flags (CommandSpec), and
// parsing, --help, suggestions and shell completion all read that declaration. Flags may stand
// anywhere before or behind the arguments; nothing may be abbreviated. CLI11 takes the words apart
// (arguments.cpp only). Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::cli {

class Context;

enum class Count { kOne, kOptional, kMany, kOptionalMany };

struct ArgumentSpec {
  std::string_view name;  // "ITEM"
  Count count = Count::kOne;
};

struct OptionSpec {
  std::string_view name;   // "--uses"
  std::string_view value;  // "N"; empty: a flag
  std::string_view help;
  std::vector<std::string_view> choices = {};  // for completion and for checking; empty: any
};

struct CommandSpec {
  std::string_view words;  // "ticket new"
  std::string_view summary;
  std::vector<ArgumentSpec> arguments;
  std::vector<OptionSpec> options;
  std::vector<std::string_view> examples;
  int (*run)(Context&);  // returns the exit code; throws Problem
  bool is_hidden = false;
};

// Those that every command takes.
const std::vector<OptionSpec>& global_options();

// What was typed. Names are those of the specs: "ITEM", "--uses".
class Invocation {
 public:
  const CommandSpec* command = nullptr;  // nullptr: --help or --version without a command
  std::string group = {};                // --help of a group: "ticket"

  bool has(std::string_view name) const { return values_.contains(name); }
  std::optional<std::string> text(std::string_view name) const;  // the last one given
  std::string required(std::string_view name) const;             // an argument with Count::kOne
  std::vector<std::string> all(std::string_view name) const;
  // Throws Problem (kUsage) when it is there and no whole number in [least, most].
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least,
                                      std::int64_t most) const;

  void set(std::string_view name, std::vector<std::string> values) {
    values_[std::string(name)] = std::move(values);
  }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// Throws Problem (kUsage) with the nearest two for an unknown word.
Invocation parse_arguments(const std::vector<CommandSpec>& commands,
                           const std::vector<std::string>& arguments);

// With the short form where there is one: "-q,--quiet".
std::string flag_names(std::string_view name);
// "muster show ITEM", with the command's own flags "muster show ITEM [--section NAME]".
std::string usage_line(const CommandSpec& command, bool with_flags);

}  // namespace muster::cli
