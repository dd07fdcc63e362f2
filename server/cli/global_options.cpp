// SPDX-License-Identifier: Apache-2.0
// The flags that every command takes, and how flags and arguments are written in help and errors.
#include "server/cli/arguments.h"

namespace muster::cli {

const std::vector<OptionSpec>& global_options() {
  static const std::vector<OptionSpec> kOptions = {
      {"--json", "", "one JSON object, with \"format\":1"},
      {"--jsonl", "", "one JSON object a line"},
      {"--csv", "", "CSV; cells that look like formulas get a ' before them"},
      {"--exact", "", "with --csv: no ' before anything; for programs"},
      {"--crlf", "", "with --csv: lines end with CR LF"},
      {"--columns", "A,B", "these columns; --columns= lists those there are"},
      {"--no-headers", "", "leave out the headings"},
      {"--limit", "N", "at most so many (50 on a terminal, else all)"},
      {"--all", "", "as many as there are"},
      {"--utc", "", "show and read times in UTC"},
      {"--color", "WHEN", "auto, always or never (also: NO_COLOR)", {"auto", "always", "never"}},
      {"--server", "URL", "another server than that of muster login (MUSTER_SERVER)"},
      {"--ca-file", "FILE", "CA certificates to trust, PEM (MUSTER_CA_FILE)"},
      {"--ca-sha256", "HEX", "trust the CA with this public key (SHA-256)"},
      {"--timeout", "SECONDS", "for one answer (default 30)"},
      {"--no-input", "", "never ask; fail instead"},
      {"--dry-run", "", "say what would be done, change nothing"},
      {"--yes", "", "do it without asking"},
      {"--quiet", "", "no remarks on standard error"},
      {"--verbose", "", "show the request's id with errors"},
      {"--help", "", "help about the program or the command"},
      {"--version", "", "the version of this program"},
  };
  return kOptions;
}

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

}  // namespace muster::cli
