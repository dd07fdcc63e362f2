// SPDX-License-Identifier: Apache-2.0
#include "server/cli/run.h"

#include <algorithm>
#include <ostream>

#include "server/cli/commands/commands.h"
#include "server/cli/commands/complete.h"
#include "server/cli/error_text.h"
#include "server/cli/help_text.h"
#include "server/cli/problem_words.h"

namespace muster::cli {
namespace {

int dispatch(const std::vector<std::string>& arguments, World& world) {
  const std::vector<CommandSpec>& commands = all_commands();
  // Asks what fits behind words that need not be complete: it takes them as they are.
  if (!arguments.empty() && arguments.front() == "__complete") {
    const std::vector<std::string> words(arguments.begin() + 1, arguments.end());
    for (const std::string& word : completions(commands, words, server_names(world)))
      world.out << word << '\n';
    return kDone;
  }
  const Invocation invocation = parse_arguments(commands, arguments);
  if (invocation.has("--version")) {
    world.out << "muster " MUSTER_VERSION "\n";
    return kDone;
  }
  if (invocation.has("--help")) {
    world.out << (invocation.command == nullptr ? help_about(commands, invocation.group)
                                                : help_text(*invocation.command));
    return kDone;
  }
  Context context(world, invocation, commands);
  try {
    return invocation.command->run(context);
  } catch (Problem& problem) {
    put_into_words_of(problem, invocation, context.zone());
    throw;
  }
}

}  // namespace

int run(const std::vector<std::string>& arguments, World& world) {
  const bool verbose = std::any_of(arguments.begin(), arguments.end(), [](const std::string& each) {
    return each == "-v" || each == "--verbose";
  });
  try {
    const int code = dispatch(arguments, world);
    world.out.flush();
    if (world.out.good()) return code;
    // "| head" has what it wanted: that is no error, and nobody wants to hear of it.
    if (world.reader_left && world.reader_left()) return kReaderLeft;
    throw Problem(kFailed, "standard output could not be written");
  } catch (const Problem& problem) {
    world.out.flush();
    write_problem(world.error, problem, verbose);
    return problem.exit_code;
  } catch (const std::exception& problem) {
    world.out.flush();
    write_problem(world.error, Problem(kFailed, problem.what()), verbose);
    return kFailed;
  }
}

}  // namespace muster::cli
