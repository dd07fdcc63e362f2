// SPDX-License-Identifier: Apache-2.0
#include "common/command/help_text.h"

#include <algorithm>
#include <utility>

#include "common/support/suggest.h"
#include "common/support/text.h"

namespace muster {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kWidestName = 22;
constexpr std::string_view kFlagsPage = "flags";

using Lines = std::vector<std::pair<std::string, std::string>>;

// Breaks between words; lines after the first begin at `indent`.
std::string wrapped(std::string line, std::string_view text, std::size_t indent) {
  std::string out;
  const auto end_line = [&] {
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  };
  for (const std::string_view word : split(text, ' ')) {
    if (line.size() + word.size() > kColumns) {
      end_line();
      line = std::string(indent, ' ');
    }
    line += std::string(word) + ' ';
  }
  end_line();
  return out;
}

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
    out += wrapped(std::move(line), text, begin);
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

std::string argument_lines(const std::vector<ArgumentSpec>& arguments) {
  Lines lines;
  for (const ArgumentSpec& argument : arguments) {
    if (!argument.help.empty()) lines.emplace_back(argument.name, argument.help);
  }
  return lines.empty() ? "" : '\n' + two_columns(lines);
}

std::string first_word(std::string_view words) {
  return std::string(split(words, ' ').front());
}

std::string group_text(const ProgramSpec& program, const std::string& group) {
  Lines lines;
  for (const CommandSpec& command : program.commands) {
    if (command.words.starts_with(group + ' '))
      lines.emplace_back(command.words.substr(group.size() + 1), command.summary);
  }
  const std::string name(program.name);
  return name + ' ' + group + " VERB, where VERB is one of:\n\n" + two_columns(lines) + '\n' +
         name + " help " + group + " VERB says more, such as " + name + " help " + group + ' ' +
         lines.front().first + ".\n";
}

bool has_value(const CommandSpec& command, std::string_view value) {
  if (value.empty()) return false;
  return std::any_of(command.options.begin(), command.options.end(),
                     [&](const OptionSpec& option) { return option.value == value; }) ||
         std::any_of(command.arguments.begin(), command.arguments.end(),
                     [&](const ArgumentSpec& argument) { return argument.name == value; });
}

// What a command takes that others take too, and where that is told.
std::string shared_notes(const ProgramSpec& program, const CommandSpec& command) {
  std::string text;
  for (const ValueNote& note : program.value_notes) {
    if (has_value(command, note.value)) text += '\n' + std::string(note.text);
  }
  const std::string help = std::string(program.name) + " help ";
  text += '\n' + help + std::string(kFlagsPage) + ": what every command takes";
  for (const HelpPage& page : program.pages) {
    if (has_value(command, page.value))
      text += "; " + help + std::string(page.name) + ": " + std::string(page.refer);
  }
  return text + '\n';
}

}  // namespace

std::string help_text(const ProgramSpec& program, const CommandSpec& command) {
  const bool has_flags = std::any_of(command.options.begin(), command.options.end(),
                                     [](const OptionSpec& option) { return !option.is_required; });
  std::string text = std::string(command.summary) + "\n\n  " + usage_line(program, command, false) +
                     (has_flags ? " [flags]" : "") + '\n' + argument_lines(command.arguments);
  if (!command.options.empty()) text += '\n' + option_lines(command.options);
  if (!command.examples.empty()) text += '\n';
  for (const std::string& example : command.examples)
    text += "  " + example + '\n';
  if (!command.note.empty()) text += '\n' + wrapped("", command.note, 0);
  return text + shared_notes(program, command);
}

std::string help_text(const ProgramSpec& program) {
  Lines lines;
  for (const CommandSpec& command : program.commands) {
    if (command.words == "help") continue;
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
  const std::string name(program.name);
  std::string shared = name + " help " + std::string(kFlagsPage);
  for (const HelpPage& page : program.pages)
    shared += ", help " + std::string(page.name);
  const CommandSpec& first = program.commands.front();
  return std::string(program.summary) + "\n\n  " + std::string(program.first_step) + "\n\n" +
         two_columns(lines) + '\n' + name + " help COMMAND says more, such as " + name + " help " +
         std::string(first.words) + ".\n" + shared + ": what all commands share.\n";
}

std::vector<std::string> help_topics(const ProgramSpec& program) {
  std::vector<std::string> topics = {std::string(kFlagsPage)};
  for (const HelpPage& page : program.pages)
    topics.emplace_back(page.name);
  for (const CommandSpec& command : program.commands) {
    topics.emplace_back(command.words);
    const std::string first = first_word(command.words);
    if (std::find(topics.begin(), topics.end(), first) == topics.end()) topics.push_back(first);
  }
  return topics;
}

std::variant<std::string, WrongUsage> help_about(const ProgramSpec& program,
                                                 const std::string& topic) {
  if (topic.empty()) return help_text(program);
  if (topic == kFlagsPage) return option_lines(program.options);
  for (const HelpPage& page : program.pages) {
    if (topic == page.name) return std::string(page.text);
  }
  for (const CommandSpec& command : program.commands) {
    if (command.words == topic) return help_text(program, command);
  }
  const std::vector<std::string> topics = help_topics(program);
  if (std::find(topics.begin(), topics.end(), topic) != topics.end())
    return group_text(program, topic);
  const std::string name(program.name);
  const auto near = nearest(topic, topics, 2);
  std::string hint = name + " help";
  if (!near.empty()) hint += ' ' + near[0];
  if (near.size() > 1) hint += "    or: " + name + " help " + near[1];
  return WrongUsage{"there is no command \"" + name + ' ' + topic + '"', hint};
}

}  // namespace muster
