// SPDX-License-Identifier: Apache-2.0
#include "common/command/command_spec.h"

#include <utility>

namespace muster {

ProgramSpec with_standard_commands(ProgramSpec program) {
  const std::string name(program.name);
  program.options.push_back({"--help", "", "help about the program or the command"});
  program.options.push_back({"--version", "", "the version of this program"});
  program.commands.push_back({"completion",
                              "completion for a shell: bash, zsh or fish",
                              {{"SHELL"}},
                              {},
                              {name + " completion bash > /etc/bash_completion.d/" + name}});
  std::vector<std::string> examples = {name + " help " +
                                       std::string(program.commands.front().words)};
  for (const HelpPage& page : program.pages)
    examples.push_back(name + " help " + std::string(page.name));
  program.commands.push_back({"help",
                              "what a command does, or what all of them share",
                              {{"TOPIC", Count::kOptionalMany}},
                              {},
                              std::move(examples)});
  return program;
}

std::string flag_names(std::string_view name) {
  if (name == "--help") return "-h,--help";
  if (name == "--quiet") return "-q,--quiet";
  if (name == "--verbose") return "-v,--verbose";
  if (name == "--dry-run") return "-n,--dry-run";
  if (name == "--yes") return "-y,--yes";
  return std::string(name);
}

std::string usage_line(const ProgramSpec& program, const CommandSpec& command, bool with_flags) {
  std::string line = std::string(program.name) + ' ' + std::string(command.words);
  for (const ArgumentSpec& argument : command.arguments) {
    const std::string name(argument.name);
    if (argument.count == Count::kOne) line += ' ' + name;
    if (argument.count == Count::kOptional) line += " [" + name + ']';
    if (argument.count == Count::kMany) line += ' ' + name + "...";
    if (argument.count == Count::kOptionalMany) line += " [" + name + "...]";
  }
  for (const OptionSpec& option : command.options) {
    if (!option.is_required && !with_flags) continue;
    std::string flag(option.name);
    if (!option.value.empty()) flag += ' ' + std::string(option.value);
    line += option.is_required ? ' ' + flag : " [" + flag + ']';
  }
  return line;
}

}  // namespace muster
