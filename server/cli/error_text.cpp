// SPDX-License-Identifier: Apache-2.0
#include "server/cli/error_text.h"

#include <algorithm>
#include <ostream>

#include "common/support/text.h"
#include "server/cli/shell_command.h"
#include "server/cli/table.h"

namespace muster::cli {
namespace {

constexpr std::size_t kMaxCandidates = 20;
constexpr std::size_t kMaxUnderlined = 200;

ExitCode exit_code_of(int status, std::string_view code) {
  if (code == "ambiguous_item") return kAmbiguous;
  if (code == "item_purged") return kNotFound;
  switch (status) {
    case 400:
    case 422:
      return kUsage;
    case 401:
      return kNotSignedIn;
    case 403:
      return kNotAllowed;
    case 404:
      return kNotFound;
    case 409:
    case 412:
    case 428:
      return kConflict;
    case 502:
    case 503:
    case 504:
      return kUnreachable;
    default:
      return kFailed;
  }
}

// "item 17: lap-0421   laptop   5CG1234X9Q   novak", with what the server knows.
std::string candidate_line(const JsonValue& candidate) {
  if (const std::string* text = candidate.text()) return *text;
  if (candidate.text() != nullptr) return *candidate.text();
  std::string line;
  for (const char* name : {"name", "class", "serial_number", "owner", "location"}) {
    if (const auto value = candidate.text_at(name)) line += (line.empty() ? "" : "   ") + *value;
  }
  if (const auto seen = candidate.text_at("seen_at")) line += "   seen " + *seen;
  if (const auto id = candidate.integer_at("item_id")) line += "   id " + std::to_string(*id);
  return line;
}

// A list of texts ("17 lap-0421 5CG1234X9Q"), or of items; servers before 0.2 sent one text, with
// "; " between.
void add_candidates(Problem& problem, const JsonValue& body) {
  const JsonValue* candidates = body.find("candidates");
  if (candidates == nullptr) return;
  std::string id;
  if (const std::string* text = candidates->text()) {
    for (const std::string_view each : split(*text, ';')) {
      const std::string line(trim(each));
      if (id.empty()) id = line.substr(0, line.find(' '));
      if (problem.details.size() < kMaxCandidates && !line.empty()) problem.details.push_back(line);
    }
  } else if (candidates->array() != nullptr) {
    for (const JsonValue& candidate : *candidates->array()) {
      if (problem.details.size() < kMaxCandidates)
        problem.details.push_back(candidate_line(candidate));
      const auto number = candidate.integer_at("item_id");
      if (number && id.empty()) id = std::to_string(*number);
      if (const std::string* line = candidate.text(); line != nullptr && id.empty())
        id = line->substr(0, line->find(' '));
    }
  }
  if (!id.empty() && problem.hint.empty())
    problem.hint =
        "the id in place of the name, such as " + ShellCommand("muster show").argument(id).text();
}

std::string hint_of(int status, std::string_view code) {
  if (code == "ambiguous_item") return {};
  if (code == "item_not_found") return "muster items WORD";
  if (code == "ticket_not_found") return "muster ticket list";
  if (code == "user_not_found") return "muster user list";
  if (code == "section_not_found" || code == "section_not_reported") return "muster show ITEM";
  if (code == "password_change_required") return "muster login URL (it asks for a new password)";
  switch (status) {
    case 401:
      return "muster login URL";
    case 403:
      return "muster status (it says who you are); an administrator can change the role";
    case 412:
    case 428:
      return "look at it again, and repeat the command if it is still right";
    case 503:
      return "again in a moment";
    default:
      return {};
  }
}

Problem of_redirect(const ApiReply& reply) {
  const std::string to = reply.header("Location").value_or("elsewhere");
  if (const std::size_t at = to.find("/api/v1/items/"); at != std::string::npos) {
    return Problem(kNotFound, "this item was merged into another",
                   ShellCommand("muster show")
                       .argument(to.substr(at + 14, to.find('/', at + 14) - at - 14))
                       .text());
  }
  return Problem(kUnreachable, "the server sends us on to " + to + ", which is not followed",
                 "muster login with that address");
}

}  // namespace

std::vector<std::string> underlined(std::string_view query, std::size_t column, std::size_t length,
                                    std::string_view expected) {
  std::string line;
  std::size_t before = 0;  // columns on the screen
  std::size_t marked = 0;
  std::size_t character = 0;
  for (std::size_t i = 0; i < query.size();) {
    std::size_t end = i + 1;
    while (end < query.size() && (static_cast<unsigned char>(query[end]) & 0xC0U) == 0x80U)
      ++end;
    const std::string shown = printable(query.substr(i, end - i));
    ++character;
    if (character < column) before += display_width(shown);
    if (character >= column && character < column + length) marked += display_width(shown);
    line += shown;
    i = end;
  }
  marked = std::clamp<std::size_t>(marked, 1, kMaxUnderlined);
  std::string under = std::string(before, ' ') + std::string(marked, '^');
  if (!expected.empty()) under += "  expected " + printable(expected);
  return {line, under};
}

Problem problem_of(const ApiReply& reply, const Parameters& parameters) {
  if (reply.status >= 300 && reply.status <= 399) return of_redirect(reply);
  const auto parsed = JsonValue::parse(reply.body);
  const bool is_ours = parsed && !parsed->text_at("code").value_or("").empty();
  if (!is_ours) {
    return Problem(exit_code_of(reply.status, {}),
                   "the server answered " + std::to_string(reply.status) +
                       ", without saying why; is it a Muster server?",
                   hint_of(reply.status, {}));
  }
  const std::string code = *parsed->text_at("code");
  const auto said = [&](std::string_view member) {
    auto text = parsed->text_at(member);
    return text && !text->empty() ? text : std::nullopt;
  };
  Problem problem(exit_code_of(reply.status, code),
                  said("detail").value_or(said("title").value_or(code)),
                  parsed->text_at("try").value_or(hint_of(reply.status, code)));
  problem.code = code;
  if (const auto since = parsed->text_at("known_since"))
    problem.known_since = parse_rfc3339(*since);
  problem.path = parsed->text_at("path").value_or("");
  problem.request_id = parsed->text_at("request_id").value_or("");
  add_candidates(problem, *parsed);
  if (problem.hint.empty() && parsed->text_at("path") == "class")
    problem.hint = "muster fields class";
  const auto column = parsed->integer_at("column");
  const auto query = std::find_if(parameters.begin(), parameters.end(),
                                  [](const auto& each) { return each.first == "q"; });
  if (column && *column >= 1 && query != parameters.end()) {
    const auto length = std::max<std::int64_t>(parsed->integer_at("length").value_or(1), 1);
    problem.details =
        underlined(query->second, static_cast<std::size_t>(*column),
                   static_cast<std::size_t>(length), parsed->text_at("expected").value_or(""));
    if (problem.hint.empty()) problem.hint = "muster fields (all that a query can ask about)";
  }
  if (const auto retry_after = reply.header("Retry-After"))
    problem.details.push_back("try again in " + *retry_after + " s");
  return problem;
}

void write_problem(std::ostream& error, const Problem& problem, bool verbose) {
  error << "error: " << printable(problem.message) << '\n';
  for (const std::string& line : problem.details)
    error << "  " << printable(line) << '\n';
  if (verbose && !problem.request_id.empty())
    error << "  request " << printable(problem.request_id) << '\n';
  if (!problem.hint.empty()) error << "try: " << printable(problem.hint) << '\n';
  error << std::flush;
}

}  // namespace muster::cli
