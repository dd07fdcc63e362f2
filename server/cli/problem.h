// SPDX-License-Identifier: Apache-2.0
// Problem: how everything in the command line says that it cannot go on, and the exit codes. It is
// thrown, travels up untouched, and is caught once, by run() (run.h), which writes it to standard
// error: the message, the details, and what to try. Texts may hold what a stranger wrote; who
// writes them out makes them printable.
#pragma once
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/support/clock.h"

namespace muster::cli {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kDiffers = 1,  // compare --exit-code
  kUsage = 2,    // of the command line or the query
  kNotFound = 3,
  kNotSignedIn = 4,
  kNotAllowed = 5,
  kAmbiguous = 6,
  kConflict = 7,  // changed meanwhile
  kUnreachable = 8,
  kPartlyDone = 9,
  kInterrupted = 130,
  kReaderLeft = 141,  // of standard output, as a shell shows a program that SIGPIPE has ended
};

struct Problem : std::exception {
  Problem(ExitCode exit_code_, std::string message_, std::string hint_ = {})
      : exit_code(exit_code_), message(std::move(message_)), hint(std::move(hint_)) {}

  Problem&& detail(std::string line) && {
    details.push_back(std::move(line));
    return std::move(*this);
  }
  const char* what() const noexcept override { return message.c_str(); }

  ExitCode exit_code;
  std::string message;                 // what failed, on what
  std::vector<std::string> details;    // lines between the message and the hint
  std::string hint;                    // after "try: "; empty: there is nothing to advise
  std::string code;                    // of the server's answer, such as item_not_found
  std::string path;                    // of the server's answer: the member that is wrong
  std::optional<Instant> known_since;  // of the server's answer: since when an item was known
  std::string request_id;              // of the server's answer, shown by --verbose
};

}  // namespace muster::cli
