// SPDX-License-Identifier: Apache-2.0
#include "server/cli/problem_words.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/support/text.h"
#include "server/cli/shell_command.h"

namespace muster::cli {
namespace {

constexpr std::int64_t kMsInSecond = 1000;
constexpr std::int64_t kMsOfMinute = 60'000;

// Members whose flag or argument is called otherwise; the others are "--" and their name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kNames = {
    {{"expires_in_s", "--expires"},
     {"expires_in_days", "--days"},
     {"max_uses", "--uses"},
     {"began_at", "--began"},
     {"title", "TITLE"},
     {"text", "TEXT"},
     {"name", "NAME"},
     {"item", "ITEM"},
     {"q", "QUERY"},
     {"password", "the password"},
     {"new_password", "the new password"},
     {"current_password", "the password"}}};

// What the command calls a member; empty: it has no such thing.
std::string name_in(const CommandSpec& command, const std::string& member) {
  std::string flag = "--" + member;
  std::replace(flag.begin(), flag.end(), '_', '-');
  const auto has_flag = [&](std::string_view name) {
    return std::any_of(command.options.begin(), command.options.end(),
                       [&](const OptionSpec& option) { return option.name == name; });
  };
  if (has_flag(flag) || flag == "--limit") return flag;
  for (const auto& [each, name] : kNames) {
    if (each != member) continue;
    const bool is_argument = std::any_of(
        command.arguments.begin(), command.arguments.end(),
        [&, wanted = name](const ArgumentSpec& argument) { return argument.name == wanted; });
    if (is_argument || has_flag(name) || name.find(' ') != std::string_view::npos)
      return std::string(name);
  }
  return {};
}

// "from 60 to 2592000" as lengths of time.
std::string with_lengths(const std::string& text) {
  std::string out;
  for (const std::string_view word : split(text, ' ')) {
    const bool has_stop = word.ends_with('.');
    const auto seconds = parse_integer(word.substr(0, word.size() - (has_stop ? 1 : 0)));
    const bool fits = seconds && *seconds >= 0 && *seconds <= kLastInstant.ms / kMsInSecond;
    out += out.empty() ? "" : " ";
    out += fits ? duration(*seconds * kMsInSecond) + (has_stop ? "." : "") : std::string(word);
  }
  constexpr std::string_view kNumber = "a whole number";
  if (const std::size_t at = out.find(kNumber); at != std::string::npos)
    out.replace(at, kNumber.size(), "a length of time");
  return out;
}

void name_the_flag(Problem& problem, const CommandSpec& command) {
  const std::string name = name_in(command, problem.path);
  if (name.empty()) return;
  for (const std::string& begin : {"The parameter " + problem.path + ' ', problem.path + ' '}) {
    if (!problem.message.starts_with(begin)) continue;
    problem.message = name + ' ' + problem.message.substr(begin.size());
    if (problem.path.ends_with("_s")) problem.message = with_lengths(problem.message);
    return;
  }
}

// The first whole minute at which the item was known.
std::string minute_of(Instant since, Zone zone) {
  const std::int64_t over = since.ms % kMsOfMinute;
  return date_and_minute(over == 0 ? since : since + (kMsOfMinute - over), zone);
}

void advise(Problem& problem, const CommandSpec& command, Zone zone) {
  if (problem.code == "not_signed_in") problem.message = "nobody is signed in";
  if (problem.code == "not_found") {
    // The router's word for an address that is not there: of the agents' port, or of no Muster.
    problem.hint = "muster login https://SERVER:8443, the port for people unless it was changed";
  }
  const auto options = command.options;
  const bool can_clear = std::any_of(options.begin(), options.end(), [](const OptionSpec& option) {
    return option.name == "--clear";
  });
  if (problem.code == "invalid_value" && can_clear &&
      problem.message.find(" is empty") != std::string::npos) {
    problem.message = "the " + problem.path + " is empty";
    problem.hint = flag_words("--clear", problem.path);
  }
  if (problem.code == "item_not_known_yet" && problem.known_since)
    problem.hint = flag_words("--at", minute_of(*problem.known_since, zone)) + ", or later";
}

}  // namespace

std::string with_times_of(std::string_view text, Zone zone) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const bool begins =
        is_digit(text[i]) && (i == 0 || (!is_digit(text[i - 1]) && text[i - 1] != '"'));
    std::size_t end = i;
    while (begins && end < text.size() &&
           std::string_view("0123456789-:.+TZ").find(text[end]) != std::string_view::npos)
      ++end;
    // A full stop ends the sentence, not the time.
    const std::string_view time = text.substr(i, end - i);
    const std::string_view bare = time.ends_with('.') ? time.substr(0, time.size() - 1) : time;
    if (const auto at = parse_rfc3339(bare)) {
      out += date_and_minute(*at, zone);
      i += bare.size();
      continue;
    }
    out += text[i++];
  }
  return out;
}

void put_into_words_of(Problem& problem, const Invocation& invocation, Zone zone) {
  if (problem.code.empty() || invocation.command == nullptr) return;
  if (!problem.path.empty()) name_the_flag(problem, *invocation.command);
  problem.message = with_times_of(problem.message, zone);
  advise(problem, *invocation.command, zone);
}

}  // namespace muster::cli
