// SPDX-License-Identifier: Apache-2.0
#include "server/cli/program.h"

#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

constexpr std::int64_t kMostRows = 100'000'000;
constexpr std::int64_t kLongestTimeoutS = 3600;

constexpr const char* kTimes =
    R"(A time (T) is read in your zone, or in UTC with --utc:

  2026-11-23 08:00       a day and a time of day; a day alone is its 00:00
  08:00, noon            of today
  yesterday 14:30        also now, today and midnight
  tuesday, tue 14:00     the latest that is not ahead
  last tuesday           the latest before today
  29 Nov 08:00           the latest, or with its year: 29 Nov 2025
  2h, 2h ago, 1d 12h     so long before now: s, m, h, d, w, or in words
  @1700000000            seconds since 1970
  2026-11-23T08:00:00Z   RFC 3339

A zone may stand behind a time of day: Z, +01:00, or CET where your zone has it.
A local time that clocks showed twice is the later one, and that is said; one
that they skipped is refused. What --at, --known-at, --a-at and --b-at are given
must not lie ahead; under --at, ages are those of then.

In a query (seen>2026-11-23) a day alone is the whole day in UTC, see
muster-query(7).
)";

constexpr const char* kExitCodes =
    R"(0    done
1    failed; compare --exit-code: they differ
2    the command line or the query is wrong
3    not found
4    not signed in
5    not allowed
6    the name is ambiguous
7    it exists already, or somebody else changed it meanwhile
8    the server cannot be reached or did not answer in time
9    partly done
130  interrupted
)";

std::vector<OptionSpec> options() {
  return {
      {"--json", "", "one JSON object, with \"format\":1"},
      {"--jsonl", "", "one JSON object a line"},
      {"--csv", "", "CSV; cells that look like formulas get a ' before them"},
      {"--exact", "", "with --csv: no ' before anything; for programs"},
      {"--crlf", "", "with --csv: lines end with CR LF"},
      {.name = "--columns",
       .value = "A,B",
       .help = "these columns; --columns= lists those there are",
       .is_value_optional = true},
      {"--no-headers", "", "leave out the headings"},
      {"--limit",
       "N",
       "at most so many (50 on a terminal, else all)",
       {},
       NumberRange{1, kMostRows}},
      {"--all", "", "as many as there are"},
      {"--utc", "", "show and read times in UTC"},
      {"--color", "WHEN", "auto, always or never (also: NO_COLOR)", {"auto", "always", "never"}},
      {"--server", "URL", "another server than that of muster login (MUSTER_SERVER)"},
      {"--ca-file", "FILE", "CA certificates to trust, PEM (MUSTER_CA_FILE)"},
      {"--ca-sha256", "HEX", "trust the CA with this public key (SHA-256)"},
      {"--timeout", "SECONDS", "for one answer (default 30)", {}, NumberRange{1, kLongestTimeoutS}},
      {"--no-input", "", "never ask; fail instead"},
      {"--dry-run", "", "say what would be done, change nothing"},
      {"--yes", "", "do it without asking"},
      {"--quiet", "", "no remarks on standard error"},
      {"--verbose", "", "show the request's id with errors"},
  };
}

ProgramSpec make_program() {
  ProgramSpec program;
  program.name = "muster";
  program.summary =
      "Muster from the command line: what every machine is, and how it came to be so.";
  program.first_step = "muster login https://cmdb.example.org:8443";
  program.options = options();
  for (const Command& command : all_commands())
    program.commands.push_back(command.spec);
  program.pages = {{"times", kTimes, "T", "how to write a T"}, {"exit-codes", kExitCodes}};
  program.value_notes = {{"ITEM", "An ITEM is an id, a name, a serial number or a tag."}};
  return with_standard_commands(std::move(program));
}

}  // namespace

const ProgramSpec& program() {
  static const ProgramSpec kProgram = make_program();
  return kProgram;
}

int run_command(Context& context) {
  const auto index = context.invocation.command - program().commands.data();
  return all_commands().at(static_cast<std::size_t>(index)).run(context);
}

}  // namespace muster::cli
