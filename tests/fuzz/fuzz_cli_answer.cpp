// SPDX-License-Identifier: Apache-2.0
// What the command line shows of a server's answers: problem documents, tables, CSV. Nothing that a
// stranger put into a name reaches the terminal as more than text, or a spreadsheet as a formula.
#include <sstream>

#include "common/support/text.h"
#include "server/cli/error_text.h"
#include "server/cli/problem_words.h"
#include "server/cli/table.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using namespace muster::cli;
using muster::fuzz::require;

namespace {

void check_lines(std::string_view text) {
  for (const std::string_view line : split(text, '\n'))
    require(printable(line) == line);
}

// A command with flags that members of answers are named after.
const CommandSpec kCommand = {"item edit", "", {{"ITEM"}}, {{"--state", "STATE", ""}}, {}};
const Invocation kTyped = [] {
  Invocation invocation;
  invocation.command = &kCommand;
  return invocation;
}();

void check_problem(std::string_view text) {
  std::string_view rest = text;
  ApiReply reply;
  reply.status = 400 + static_cast<int>(fuzz::take_choice(rest, 200));
  const std::string query(fuzz::take_part(rest, "\x1e"));
  reply.headers = {{"Content-Type", "application/problem+json"}};
  reply.body = rest;
  for (const Parameters& parameters : {Parameters{}, Parameters{{"q", query}}}) {
    Problem problem = problem_of(reply, parameters);
    require(problem.exit_code != kDone && !problem.message.empty());
    put_into_words_of(problem, kTyped, Zone::kUtc);
    std::ostringstream out;
    write_problem(out, problem, true);
    check_lines(out.str());
  }
  for (std::size_t at = 0; at < 40; at += 7)
    require(underlined(query, at, at + 1, "x").size() <= 2);
}

// The first cell of a CSV text, as RFC 4180 reads it.
std::string first_cell(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text.substr(0, text.find_first_of(",\r")));
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '"') {
      out += text[i];
    } else if (text.substr(i, 2) == "\"\"") {
      out += text[i++];
    } else {
      break;
    }
  }
  return out;
}

void check_table(std::string_view text) {
  Table table;
  table.headings = {"ONE", "TWO"};
  std::string_view rest = text;
  while (!rest.empty() && table.rows.size() < 8) {
    const std::string one(fuzz::take_part(rest, "\x1e"));
    table.rows.push_back({Cell{one}, Cell{std::string(fuzz::take_part(rest, "\x1e"))}});
  }
  for (const std::size_t width : {0U, 20U, 80U}) {
    const std::string shown = aligned(table, {.width = width}).text;
    check_lines(shown);
    for (const std::string_view line : lines(shown))
      require(width == 0 || display_width(line) <= width);
  }
  require(lines(tab_separated(table, false)).size() == table.rows.size());
  if (table.rows.empty()) return;
  const std::string& one = table.rows.front().front().text;
  const std::string cell = first_cell(csv(table, {.headings = false}));
  require(cell == one || cell == "'" + one);
  const bool is_number = cell.find_first_not_of("0123456789.,-+eE%") == std::string::npos;
  if (!cell.empty() && !is_number)
    require(std::string_view("=+-@\t\r").find(cell.front()) == std::string_view::npos);
  require(display_width(fitted(printable(one), 10)) <= 10);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  check_problem(text);
  check_table(text);
  return 0;
}
