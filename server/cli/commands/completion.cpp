// SPDX-License-Identifier: Apache-2.0
// Completion for shells: a thin script that asks the hidden command __complete what fits, so that
// commands and flags never differ from those that are parsed.
#include <algorithm>
#include <set>

#include "common/support/text.h"
#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

constexpr const char* kBash = R"(# muster completion bash > /etc/bash_completion.d/muster
_muster() {
  local IFS=$'\n'
  COMPREPLY=($(muster __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _muster muster
)";

constexpr const char* kZsh = R"(#compdef muster
# muster completion zsh > "${fpath[1]}/_muster"
_muster() {
  local -a found
  found=("${(@f)$(muster __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- ${found:#}
}
compdef _muster muster
)";

constexpr const char* kFish = R"(# muster completion fish > ~/.config/fish/completions/muster.fish
function __muster_complete
    set -l words (commandline -opc) (commandline -ct)
    muster __complete $words[2..-1] 2>/dev/null
end
complete -c muster -f -a '(__muster_complete)'
)";

int completion(Context& context) {
  const std::string shell = context.invocation.required("SHELL");
  if (shell == "bash") {
    context.world.out << kBash;
  } else if (shell == "zsh") {
    context.world.out << kZsh;
  } else if (shell == "fish") {
    context.world.out << kFish;
  } else {
    throw Problem(kUsage, "there is no completion for " + shell, "bash, zsh or fish");
  }
  return kDone;
}

const OptionSpec* option_named(const CommandSpec* command, std::string_view name) {
  const auto find = [&](const std::vector<OptionSpec>& options) -> const OptionSpec* {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const OptionSpec& option) { return option.name == name; });
    return found == options.end() ? nullptr : &*found;
  };
  if (const OptionSpec* own = command == nullptr ? nullptr : find(command->options)) return own;
  return find(global_options());
}

// The words of the command so far ("ticket", "ticket new"), flags and their values left out.
std::string words_so_far(const std::vector<CommandSpec>& commands,
                         const std::vector<std::string>& words) {
  std::string so_far;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i].starts_with('-')) {
      const OptionSpec* option = option_named(nullptr, words[i]);
      if (option != nullptr && !option->value.empty()) ++i;
      continue;
    }
    const std::string longer = so_far.empty() ? words[i] : so_far + ' ' + words[i];
    const bool fits = std::any_of(commands.begin(), commands.end(), [&](const CommandSpec& each) {
      return each.words == longer || each.words.starts_with(longer + ' ');
    });
    if (!fits) break;
    so_far = longer;
  }
  return so_far;
}

}  // namespace

std::vector<std::string> completions(const std::vector<CommandSpec>& commands,
                                     const std::vector<std::string>& words) {
  const std::string prefix = words.empty() ? std::string() : words.back();
  const std::string so_far = words_so_far(commands, words);
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const CommandSpec& each) { return each.words == so_far; });
  const CommandSpec* command = found == commands.end() ? nullptr : &*found;
  std::set<std::string> fitting;
  const auto offer = [&](std::string_view word) {
    if (word.starts_with(prefix)) fitting.emplace(word);
  };
  const OptionSpec* before =
      words.size() < 2 ? nullptr : option_named(command, words[words.size() - 2]);
  if (before != nullptr && !before->value.empty()) {
    for (const std::string_view choice : before->choices)
      offer(choice);
    return {fitting.begin(), fitting.end()};
  }
  if (prefix.starts_with('-')) {
    for (const OptionSpec& option : global_options())
      offer(option.name);
    for (const OptionSpec& option :
         command == nullptr ? std::vector<OptionSpec>() : command->options)
      offer(option.name);
  } else if (command == nullptr) {
    const std::string stem = so_far.empty() ? "" : so_far + ' ';
    for (const CommandSpec& each : commands) {
      if (!each.is_hidden && each.words.starts_with(stem))
        offer(split(each.words.substr(stem.size()), ' ').front());
    }
  } else if (command->words == "completion") {
    for (const char* shell : {"bash", "zsh", "fish"})
      offer(shell);
  }
  return {fitting.begin(), fitting.end()};
}

std::vector<CommandSpec> completion_commands() {
  return {{"completion",
           "completion for a shell: bash, zsh or fish",
           {{"SHELL"}},
           {},
           {"muster completion bash > /etc/bash_completion.d/muster"},
           completion}};
}

}  // namespace muster::cli
