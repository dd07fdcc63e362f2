// SPDX-License-Identifier: Apache-2.0
// The command line of a program as data: each command declares its words, arguments and flags.
// Parsing (parse.h), help (help_text.h), suggestions and shell completion (complete.h) read that
// declaration. All three programs have one grammar: flags may stand anywhere before or behind the
// arguments, "--" ends them, nothing may be abbreviated. The texts are literals, or outlive the
// declaration.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

enum class Count { kOne, kOptional, kMany, kOptionalMany };

// An argument or a flag's value named FILE or DIR is completed with files or folders.
struct ArgumentSpec {
  std::string_view name;  // "ITEM"
  Count count = Count::kOne;
  std::string_view help = {};  // empty: the name says it
};

struct NumberRange {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

struct OptionSpec {
  std::string_view name;   // "--uses"
  std::string_view value;  // "N"; empty: a flag
  std::string_view help;
  std::vector<std::string_view> choices = {};  // for completion and for checking; empty: any
  std::optional<NumberRange> range = {};       // the value is a whole number in it
  bool is_required = false;
  bool is_value_optional = false;  // "--columns=" asks which there are
  std::string_view excludes = {};  // the option that cannot be given with it
};

struct CommandSpec {
  std::string_view words;    // "ticket new"
  std::string_view summary;  // one line of --help
  std::vector<ArgumentSpec> arguments;
  std::vector<OptionSpec> options;
  std::vector<std::string> examples;
  std::string_view note = {};  // what else its help says
};

// What several commands share, told in a page of its own: "muster help times".
struct HelpPage {
  std::string_view name;  // "times"
  std::string_view text;
  std::string_view value = {};  // "T": the help of a command that takes one refers to the page,
  std::string_view refer = {};  // as "how to write a T"
};

// What is said of a value wherever an argument has it: {"ITEM", "An ITEM is an id or a name."}.
struct ValueNote {
  std::string_view value;
  std::string_view text;
};

struct ProgramSpec {
  std::string_view name;        // "muster-agent"
  std::string_view summary;     // the first line of its help
  std::string_view first_step;  // what to type first
  std::vector<OptionSpec> options;
  std::vector<CommandSpec> commands;  // in the order of its help
  std::vector<HelpPage> pages = {};
  std::vector<ValueNote> value_notes = {};
};

// With what every program has: the commands completion and help behind its own, the page "flags",
// --help and --version.
ProgramSpec with_standard_commands(ProgramSpec program);

// With the short form where there is one: "-q,--quiet". Short forms are the same in all programs.
std::string flag_names(std::string_view name);
// "muster show ITEM"; with flags "muster show ITEM [--section NAME]". Required flags always show.
std::string usage_line(const ProgramSpec& program, const CommandSpec& command, bool with_flags);

}  // namespace muster
