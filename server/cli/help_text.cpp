// SPDX-License-Identifier: Apache-2.0
#include "server/cli/arguments.h"

namespace muster::cli {
namespace {

std::string option_lines(const std::vector<OptionSpec>& options) {
  std::string out;
  for (const OptionSpec& option : options) {
    std::string name = flag_names(option.name);
    if (const std::size_t comma = name.find(','); comma != std::string::npos)
      name.insert(comma + 1, " ");
    if (!option.value.empty()) name += " " + std::string(option.value);
    out += "  " + name;
    out.append(name.size() < 24 ? 24 - name.size() : 1, ' ');
    out += " " + std::string(option.help) + '\n';
  }
  return out;
}

}  // namespace

std::string flag_names(std::string_view name) {
  if (name == "--help") return "-h,--help";
  if (name == "--quiet") return "-q,--quiet";
  if (name == "--verbose") return "-v,--verbose";
  if (name == "--dry-run") return "-n,--dry-run";
  if (name == "--yes") return "-y,--yes";
  return std::string(name);
}

std::string usage_line(const CommandSpec& command, bool with_flags) {
  std::string line = "muster " + std::string(command.words);
  for (const ArgumentSpec& argument : command.arguments) {
    const std::string name(argument.name);
    if (argument.count == Count::kOne) line += ' ' + name;
    if (argument.count == Count::kOptional) line += " [" + name + ']';
    if (argument.count == Count::kMany) line += ' ' + name + "...";
    if (argument.count == Count::kOptionalMany) line += " [" + name + "...]";
  }
  if (!with_flags) return line;
  for (const OptionSpec& option : command.options) {
    line += " [" + std::string(option.name);
    if (!option.value.empty()) line += ' ' + std::string(option.value);
    line += ']';
  }
  return line;
}

std::string help_text(const CommandSpec& command) {
  std::string text = std::string(command.summary) + "\n\n  " + usage_line(command, true) + '\n';
  if (!command.examples.empty()) {
    text += '\n';
    for (const std::string_view example : command.examples)
      text += "  " + std::string(example) + '\n';
  }
  if (!command.options.empty()) text += "\nflags:\n" + option_lines(command.options);
  return text + "\nflags of every command:\n" + option_lines(global_options()) +
         "\nAn ITEM is an id, a name, a serial number or a tag; a time (T) is 2026-11-23 08:00, "
         "yesterday, 2h ago or RFC 3339.\n";
}

std::string help_text(const std::vector<CommandSpec>& commands) {
  std::string text =
      "Muster from the command line: what every machine is, and how it came to be so.\n\n"
      "  muster login https://cmdb.example.org:8443\n"
      "  muster items 'class:laptop memory_bytes<8GiB'\n"
      "  muster show lap-0421\n\n"
      "commands:\n";
  for (const CommandSpec& command : commands) {
    if (command.is_hidden) continue;
    const std::string words(command.words);
    text += "  " + words;
    text.append(words.size() < 24 ? 24 - words.size() : 1, ' ');
    text += " " + std::string(command.summary) + '\n';
  }
  return text + "\nflags of every command:\n" + option_lines(global_options()) +
         "\nexit codes: 0 done, 1 failed, 2 usage or query error, 3 not found, 4 not signed in,\n"
         "  5 not allowed, 6 ambiguous name, 7 changed meanwhile, 8 server unreachable,\n"
         "  9 partly done, 130 interrupted\n"
         "muster COMMAND --help says more; muster fields explains the query language's fields.\n";
}

}  // namespace muster::cli
