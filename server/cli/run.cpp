// SPDX-License-Identifier: Apache-2.0
#include "server/cli/run.h"

#include <algorithm>
#include <ostream>

#include "common/command/command_line.h"
#include "server/cli/commands/complete_names.h"
#include "server/cli/error_text.h"
#include "server/cli/problem_words.h"
#include "server/cli/program.h"

namespace muster::cli {
namespace {

int dispatch(const std::vector<std::string>& arguments, World& world) {
  auto line = read_command_line(program(), arguments, world.out, server_names(world));
  if (std::holds_alternative<Answered>(line)) return kDone;
  if (const auto* wrong = std::get_if<WrongUsage>(&line))
    throw Problem(kUsage, wrong->message, wrong->hint);
  const auto& invocation = std::get<Invocation>(line);
  Context context(world, invocation);
  try {
    return run_command(context);
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
