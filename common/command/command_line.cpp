// SPDX-License-Identifier: Apache-2.0
#include "common/command/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "common/support/suggest.h"
#include "common/support/text.h"

namespace muster {
namespace {

constexpr std::size_t kNameColumns = 26;

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr))
    names.push_back(command->get_name());
  return names;
}

// The flags of the command and of the program itself, which may stand behind it.
std::vector<std::string> flag_names(const CLI::App& app, const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* one : {&app, &command}) {
    for (const CLI::Option* option : one->get_options()) {
      for (const std::string& name : option->get_lnames())
        names.push_back("--" + name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string alternatives(const std::string& program, const std::vector<std::string>& near) {
  std::string text;
  for (const std::string& name : near)
    text += (text.empty() ? "" : "    or: ") + program + " " + name;
  return text;
}

class Mistake {
 public:
  Mistake(CLI::App& app, std::ostream& error) : app_(app), error_(error) {}

  int tell(const CLI::ParseError& problem) {
    const std::vector<CLI::App*> chosen = app_.get_subcommands();
    if (chosen.empty()) return no_command();
    const CLI::App& command = *chosen.front();
    const std::string help = app_.get_name() + " " + command.get_name() + " --help";
    const std::vector<std::string> extras = app_.remaining(true);
    const auto flag = std::find_if(extras.begin(), extras.end(),
                                   [](const std::string& word) { return word.starts_with("-"); });
    if (dynamic_cast<const CLI::ExtrasError*>(&problem) == nullptr || extras.empty())
      return say(problem.what(), help);
    if (flag == extras.end())
      return say("\"" + extras.front() + "\" is one argument too many", help);
    const std::string name = flag->substr(0, flag->find('='));
    return say(command.get_name() + " has no flag " + name,
               suggestion(name, flag_names(app_, command), help));
  }

 private:
  int no_command() {
    const std::string program = app_.get_name();
    const std::vector<std::string> names = command_names(app_);
    const std::vector<std::string> extras = app_.remaining();
    const auto word = std::find_if(extras.begin(), extras.end(),
                                   [](const std::string& one) { return !one.starts_with("-"); });
    if (word != extras.end()) {
      const std::vector<std::string> near = nearest(*word, names, 2);
      return say("there is no command \"" + *word + "\"",
                 near.empty() ? program + " --help" : alternatives(program, near));
    }
    if (!extras.empty()) {
      const std::string name = extras.front().substr(0, extras.front().find('='));
      return say("there is no flag " + name + " before a command",
                 suggestion(name, flag_names(app_, app_), program + " --help"));
    }
    std::string all;
    for (const std::string& name : names)
      all += (all.empty() ? "" : ", ") + name;
    return say("which command? There are " + all, program + " --help");
  }

  int say(const std::string& what, const std::string& hint) {
    error_ << app_.get_name() << ": " << printable(what) << "\n"
           << "try: " << printable(hint) << "\n"
           << std::flush;
    return kWrongUsage;
  }

  CLI::App& app_;
  std::ostream& error_;
};

// "help" and "help COMMAND", as well as the flag: the first word that is neither a flag of the
// program nor its value.
void turn_help_into_flag(const CLI::App& app, std::vector<std::string>& arguments) {
  auto word = arguments.begin();
  while (word != arguments.end() && word->starts_with("-")) {
    const CLI::Option* option = app.get_option_no_throw(*word);
    const bool takes_value = option != nullptr && option->get_items_expected_max() > 0;
    word += takes_value && word + 1 != arguments.end() ? 2 : 1;
  }
  if (word == arguments.end() || *word != "help") return;
  arguments.erase(word);
  arguments.emplace_back("--help");
}

// Where the last column of a line begins: behind two spaces or more that follow a word.
std::size_t last_column(std::string_view line) {
  const std::size_t word = line.find_first_not_of(' ');
  if (word == std::string_view::npos || word == 0) return 0;
  const std::size_t gap = line.find("  ", word);
  return gap == std::string_view::npos ? word : line.find_first_not_of(' ', gap);
}

void wrap_line(std::string_view line, std::size_t width, std::string& out) {
  const std::size_t indent = std::min(last_column(line), width / 2);
  while (line.size() + (out.empty() || out.back() == '\n' ? 0 : indent) > width) {
    const std::size_t room = width - (out.empty() || out.back() == '\n' ? 0 : indent);
    std::size_t end = line.rfind(' ', room);
    if (end == std::string_view::npos || end <= line.find_first_not_of(' ')) break;
    out += line.substr(0, end);
    out += '\n';
    out.append(indent, ' ');
    line.remove_prefix(line.find_first_not_of(' ', end));
  }
  out += line;
  out += '\n';
}

}  // namespace

std::string wrapped_help(std::string_view text, std::size_t width) {
  std::string out;
  for (const std::string_view line : lines(text))
    wrap_line(line, width, out);
  return out;
}

std::optional<int> parse_command_line(CLI::App& app, std::vector<std::string> arguments,
                                      std::ostream& out, std::ostream& error) {
  app.get_formatter()->column_width(kNameColumns);
  turn_help_into_flag(app, arguments);
  try {
    // CLI11 takes them from the back.
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    out << wrapped_help(app.help()) << std::flush;
    return 0;
  } catch (const CLI::Success& done) {
    return app.exit(done, out, error);
  } catch (const CLI::ParseError& problem) {
    return Mistake(app, error).tell(problem);
  }
  return std::nullopt;
}

}  // namespace muster
