// SPDX-License-Identifier: Apache-2.0
// A command of muster that a person may copy into a shell ("undo: ...", "try: ..."): every value is
// one word, whoever wrote it (shell_quoted), and none is taken for a flag. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace muster::cli {

class ShellCommand {
 public:
  // "muster ticket edit": words of our own.
  explicit ShellCommand(std::string_view words) : words_(words) {}

  ShellCommand& argument(std::string_view value);
  ShellCommand& flag(std::string_view name);
  ShellCommand& flag(std::string_view name, std::string_view value);

  // "muster ticket edit INC-1042 --assignee 'ana k.'".
  std::string text() const;

 private:
  std::string words_;
  std::vector<std::string> arguments_ = {};
  std::string flags_ = {};
};

// "--confirm 'old lap'", to be added to the command that was typed.
std::string flag_words(std::string_view name, std::string_view value);

}  // namespace muster::cli
