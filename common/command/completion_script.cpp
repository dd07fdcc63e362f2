// SPDX-License-Identifier: Apache-2.0
#include "common/command/completion_script.h"

#include <algorithm>

namespace muster {
namespace {

// PROGRAM is the program's name, FUNCTION the same without "-".
constexpr std::string_view kBash = R"(# PROGRAM completion bash > /etc/bash_completion.d/PROGRAM
_FUNCTION() {
  local word=${COMP_WORDS[COMP_CWORD]} found
  COMPREPLY=()
  while IFS= read -r found; do
    case $found in
      :files | :folders)
        compopt -o filenames
        [[ $word == = ]] && word=
        [[ $found == :files ]] && found=-f || found=-d
        mapfile -t COMPREPLY < <(compgen "$found" -- "$word")
        return ;;
      *:) compopt -o nospace ;;
    esac
    printf -v found %q "$found"
    COMPREPLY+=("$found")
  done < <(PROGRAM __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _FUNCTION PROGRAM
)";

// Found in fpath, the file is the body of the function at the first TAB: it must answer then too.
// Read with "source", it must only define.
constexpr std::string_view kZsh = R"(#compdef PROGRAM
# PROGRAM completion zsh > "${fpath[1]}/_PROGRAM"
_FUNCTION() {
  local -a found open
  found=("${(@f)$(PROGRAM __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case $found[1] in
    (:files) compset -P '*='; _files; return ;;
    (:folders) compset -P '*='; _files -/; return ;;
  esac
  found=("${(@)found:#}")
  open=("${(@M)found:#*:}")
  found=("${(@)found:#*:}")
  (( $#open )) && compadd -S '' -a open
  (( $#found )) && compadd -a found
  (( $#open + $#found ))
}
compdef _FUNCTION PROGRAM
if [[ $funcstack[1] == _PROGRAM ]]; then
  _FUNCTION "$@"
fi
)";

constexpr std::string_view kFish =
    R"(# PROGRAM completion fish > ~/.config/fish/completions/PROGRAM.fish
function __FUNCTION_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (PROGRAM __complete $words[2..-1] 2>/dev/null)
    switch "$found"
        case :files
            __fish_complete_path (commandline -ct)
        case :folders
            __fish_complete_directories (commandline -ct)
        case '*'
            printf '%s\n' $found
    end
end
complete -c PROGRAM -f -a '(__FUNCTION_complete)'
)";

std::string replaced(std::string text, std::string_view word, std::string_view by) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at))
    text.replace(at, word.size(), by);
  return text;
}

}  // namespace

std::optional<std::string> completion_script(std::string_view program, std::string_view shell) {
  std::string_view script;
  if (shell == "bash") script = kBash;
  if (shell == "zsh") script = kZsh;
  if (shell == "fish") script = kFish;
  if (script.empty()) return std::nullopt;
  std::string function(program);
  std::replace(function.begin(), function.end(), '-', '_');
  return replaced(replaced(std::string(script), "PROGRAM", program), "FUNCTION", function);
}

}  // namespace muster
