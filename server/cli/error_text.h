// SPDX-License-Identifier: Apache-2.0
// What the server refused, in words for the person at the terminal, with the exit code. Pure.
#pragma once
#include <iosfwd>
#include <string>
#include <string_view>

#include "server/cli/api.h"
#include "server/cli/problem.h"

namespace muster::cli {

// The problem that an answer without success tells (problem+json, RFC 9457, or anything else).
// `parameters` are those of the request: a query (q) at fault is shown underlined.
Problem problem_of(const ApiReply& reply, const Parameters& parameters);

// The query on one line with the characters from `column` (1 based, code points) underlined:
// two lines, the second ending with "expected ...".
std::vector<std::string> underlined(std::string_view query, std::size_t column, std::size_t length,
                                    std::string_view expected);

// "error: ...", details, "try: ...", each line printable; `verbose` adds the request id.
void write_problem(std::ostream& error, const Problem& problem, bool verbose);

}  // namespace muster::cli
