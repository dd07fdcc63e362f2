// SPDX-License-Identifier: Apache-2.0
// Completion for shells: a thin script that asks the hidden command __complete what fits
// (complete.h), so that commands and flags never differ from those that are parsed. Names come from
// other people: each script hands them to its shell as data.
#include <ostream>

#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

constexpr const char* kBash = R"(# muster completion bash > /etc/bash_completion.d/muster
_muster() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} found
  COMPREPLY=()
  case $before in
    --ca-file|--token-file)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
  esac
  while IFS= read -r found; do
    [[ $found == *: ]] && compopt -o nospace
    printf -v found %q "$found"
    COMPREPLY+=("$found")
  done < <(muster __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _muster muster
)";

// Found in fpath, the file is the body of _muster at the first TAB: it must answer then too. Read
// with "source", it must only define.
constexpr const char* kZsh = R"(#compdef muster
# muster completion zsh > "${fpath[1]}/_muster"
_muster() {
  local -a found fields
  case $words[CURRENT-1] in
    (--ca-file|--token-file) _files; return ;;
  esac
  found=("${(@f)$(muster __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("${(@)found:#}")
  fields=("${(@M)found:#*:}")
  found=("${(@)found:#*:}")
  (( $#fields )) && compadd -S '' -a fields
  (( $#found )) && compadd -a found
  (( $#fields + $#found ))
}
compdef _muster muster
if [[ $funcstack[1] == _muster ]]; then
  _muster "$@"
fi
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

}  // namespace

std::vector<CommandSpec> completion_commands() {
  return {{"completion",
           "completion for a shell: bash, zsh or fish",
           {{"SHELL"}},
           {},
           {"muster completion bash > /etc/bash_completion.d/muster"},
           completion}};
}

}  // namespace muster::cli
