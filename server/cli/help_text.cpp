// SPDX-License-Identifier: Apache-2.0
#include "server/cli/help_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/support/suggest.h"
#include "common/support/text.h"
#include "server/cli/problem.h"

namespace muster::cli {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kWidestName = 22;

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

constexpr std::array<std::string_view, 3> kPages = {"flags", "times", "exit-codes"};

using Lines = std::vector<std::pair<std::string, std::string>>;

// Two columns; the second goes on below itself where it is longer than the screen.
std::string two_columns(const Lines& lines) {
  std::size_t width = 0;
  for (const auto& [name, text] : lines)
    width = std::max(width, std::min(name.size(), kWidestName));
  std::string out;
  const std::size_t begin = 2 + width + 2;
  for (const auto& [name, text] : lines) {
    std::string line = "  " + name;
    line.append(line.size() < begin - 1 ? begin - line.size() : 2, ' ');
    for (const std::string_view word : split(text, ' ')) {
      if (line.size() + word.size() > kColumns) {
        while (line.back() == ' ')
          line.pop_back();
        out += line + '\n';
        line = std::string(begin, ' ');
      }
      line += std::string(word) + ' ';
    }
    while (line.back() == ' ')
      line.pop_back();
    out += line + '\n';
  }
  return out;
}

std::string option_lines(const std::vector<OptionSpec>& options) {
  Lines lines;
  for (const OptionSpec& option : options) {
    std::string name = flag_names(option.name);
    if (const std::size_t comma = name.find(','); comma != std::string::npos)
      name.insert(comma + 1, " ");
    if (!option.value.empty()) name += " " + std::string(option.value);
    lines.emplace_back(std::move(name), option.help);
  }
  return two_columns(lines);
}

std::string first_word(std::string_view words) {
  return std::string(split(words, ' ').front());
}

std::string group_text(const std::vector<CommandSpec>& commands, const std::string& group) {
  Lines lines;
  for (const CommandSpec& command : commands) {
    if (!command.is_hidden && command.words.starts_with(group + ' '))
      lines.emplace_back(command.words.substr(group.size() + 1), command.summary);
  }
  return "muster " + group + " VERB, where VERB is one of:\n\n" + two_columns(lines) +
         "\nmuster help " + group + " VERB says more, such as muster help " + group + ' ' +
         lines.front().first + ".\n";
}

bool has_times(const CommandSpec& command) {
  return std::any_of(command.options.begin(), command.options.end(),
                     [](const OptionSpec& option) { return option.value == "T"; });
}

bool has_items(const CommandSpec& command) {
  return std::any_of(command.arguments.begin(), command.arguments.end(),
                     [](const ArgumentSpec& argument) { return argument.name == "ITEM"; });
}

}  // namespace

std::string help_text(const CommandSpec& command) {
  std::string text = std::string(command.summary) + "\n\n  " + usage_line(command, false) +
                     (command.options.empty() ? "" : " [flags]") + '\n';
  if (!command.options.empty()) text += '\n' + option_lines(command.options);
  if (!command.examples.empty()) text += '\n';
  for (const std::string_view example : command.examples)
    text += "  " + std::string(example) + '\n';
  if (has_items(command)) text += "\nAn ITEM is an id, a name, a serial number or a tag.";
  return text + "\nmuster help flags: what every command takes" +
         (has_times(command) ? "; muster help times: how to write a T\n" : "\n");
}

std::string help_text(const std::vector<CommandSpec>& commands) {
  Lines lines;
  for (const CommandSpec& command : commands) {
    if (command.is_hidden || command.words == "help") continue;
    const std::string first = first_word(command.words);
    const std::string verb(command.words.substr(std::min(first.size() + 1, command.words.size())));
    if (verb.empty()) {
      lines.emplace_back(first, command.summary);
      continue;
    }
    const auto group = std::find_if(lines.begin(), lines.end(),
                                    [&](const auto& line) { return line.first == first; });
    if (group == lines.end()) {
      lines.emplace_back(first, verb);
    } else {
      group->second += ", " + verb;
    }
  }
  return "Muster from the command line: what every machine is, and how it came to be so.\n\n"
         "  muster login https://cmdb.example.org:8443\n\n" +
         two_columns(lines) +
         "\nmuster help COMMAND says more, such as muster help items or help ticket new.\n"
         "muster help flags, help times, help exit-codes: what all commands share.\n";
}

std::vector<std::string> help_topics(const std::vector<CommandSpec>& commands) {
  std::vector<std::string> topics(kPages.begin(), kPages.end());
  for (const CommandSpec& command : commands) {
    if (command.is_hidden) continue;
    topics.emplace_back(command.words);
    const std::string first = first_word(command.words);
    if (std::find(topics.begin(), topics.end(), first) == topics.end()) topics.push_back(first);
  }
  return topics;
}

std::string help_about(const std::vector<CommandSpec>& commands, const std::string& topic) {
  if (topic.empty()) return help_text(commands);
  if (topic == "flags") return option_lines(global_options());
  if (topic == "times") return kTimes;
  if (topic == "exit-codes") return kExitCodes;
  for (const CommandSpec& command : commands) {
    if (command.words == topic) return help_text(command);
  }
  const std::vector<std::string> topics = help_topics(commands);
  if (std::find(topics.begin(), topics.end(), topic) != topics.end())
    return group_text(commands, topic);
  const auto near = nearest(topic, topics, 2);
  std::string hint = "muster help";
  if (!near.empty()) hint = "muster help " + near[0];
  if (near.size() > 1) hint += "    or: muster help " + near[1];
  throw Problem(kUsage, "there is no command \"muster " + topic + '"', hint);
}

}  // namespace muster::cli
