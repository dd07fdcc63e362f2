// SPDX-License-Identifier: Apache-2.0
#include "common/command/command_line.h"

#include <ostream>

#include "common/command/completion_script.h"
#include "common/command/help_text.h"
#include "common/support/text.h"

namespace muster {
namespace {

using CommandLine = std::variant<Invocation, Answered, WrongUsage>;

CommandLine answer_help(const ProgramSpec& program, const std::string& topic, std::ostream& out) {
  auto text = help_about(program, topic);
  if (auto* wrong = std::get_if<WrongUsage>(&text)) return std::move(*wrong);
  out << std::get<std::string>(text);
  return Answered{};
}

CommandLine answer_completion(const ProgramSpec& program, const std::string& shell,
                              std::ostream& out) {
  const auto script = completion_script(program.name, shell);
  if (!script) return WrongUsage{"there is no completion for " + shell, "bash, zsh or fish"};
  out << *script;
  return Answered{};
}

}  // namespace

CommandLine read_command_line(const ProgramSpec& program, const std::vector<std::string>& arguments,
                              std::ostream& out, const ValueSource& values) {
  // Asks what fits behind words that need not be complete: it takes them as they are.
  if (!arguments.empty() && arguments.front() == "__complete") {
    for (const std::string& word :
         completions(program, {arguments.begin() + 1, arguments.end()}, values))
      out << word << '\n';
    return Answered{};
  }
  auto parsed = parse(program, arguments);
  if (auto* wrong = std::get_if<WrongUsage>(&parsed)) return std::move(*wrong);
  auto& invocation = std::get<Invocation>(parsed);
  if (invocation.has("--version")) {
    out << program.name << " " MUSTER_VERSION "\n";
    return Answered{};
  }
  const CommandSpec* command = invocation.command;
  if (invocation.has("--help")) {
    const std::string topic = command == nullptr ? invocation.group : std::string(command->words);
    return answer_help(program, topic, out);
  }
  if (command->words == "help")
    return answer_help(program, joined(invocation.all("TOPIC"), " "), out);
  if (command->words == "completion")
    return answer_completion(program, invocation.required("SHELL"), out);
  return std::move(invocation);
}

int tell_wrong_usage(std::ostream& error, const ProgramSpec& program, const WrongUsage& wrong) {
  error << program.name << ": " << printable(wrong.message) << "\n";
  if (!wrong.hint.empty()) error << "try: " << printable(wrong.hint) << "\n";
  error << std::flush;
  return kWrongUsage;
}

}  // namespace muster
