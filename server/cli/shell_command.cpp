// SPDX-License-Identifier: Apache-2.0
#include "server/cli/shell_command.h"

#include "common/support/shell.h"

namespace muster::cli {

ShellCommand& ShellCommand::argument(std::string_view value) {
  arguments_.emplace_back(value);
  return *this;
}

ShellCommand& ShellCommand::flag(std::string_view name) {
  flags_ += ' ' + std::string(name);
  return *this;
}

ShellCommand& ShellCommand::flag(std::string_view name, std::string_view value) {
  flags_ += ' ' + flag_words(name, value);
  return *this;
}

std::string ShellCommand::text() const {
  std::string arguments;
  bool like_flags = false;
  for (const std::string& each : arguments_) {
    arguments += ' ' + shell_quoted(each);
    like_flags = like_flags || each.starts_with('-');
  }
  return like_flags ? words_ + flags_ + " --" + arguments : words_ + arguments + flags_;
}

std::string flag_words(std::string_view name, std::string_view value) {
  // With "=", a value that begins like a flag is a value nevertheless.
  return std::string(name) + (value.starts_with('-') ? '=' : ' ') + shell_quoted(value);
}

}  // namespace muster::cli
