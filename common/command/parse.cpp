// SPDX-License-Identifier: Apache-2.0
// CLI11 takes the words apart, and only here: nothing else includes it. It gets one subcommand a
// word of a command ("ticket", below it "new"), flags that fall through to the program, and one
// list of arguments, since it would give the first of several everything. Which argument is which,
// ranges, choices and all that is said of mistakes are ours.
#include "common/command/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "common/support/suggest.h"
#include "common/support/text.h"

namespace muster {
namespace {

constexpr std::string_view kArguments = "ARGUMENTS";

using Mistake = std::optional<WrongUsage>;

// Where CLI11 puts what it finds; the addresses must stay while it parses.
struct Slot {
  std::string_view name;
  std::vector<std::string> values = {};
  bool is_set = false;
  CLI::Option* option = nullptr;
};

void add_option(CLI::App& app, std::deque<Slot>& slots, const OptionSpec& spec) {
  Slot& slot = slots.emplace_back(Slot{spec.name});
  if (spec.value.empty()) {
    slot.option = app.add_flag(flag_names(spec.name), slot.is_set);
    return;
  }
  slot.option = app.add_option(flag_names(spec.name), slot.values);
  slot.option->allow_extra_args(false)->take_all();
  if (spec.is_value_optional) {
    slot.option->expected(0, 1);
  } else {
    slot.option->expected(1);
  }
  slot.option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

struct Node {
  CLI::App* app = nullptr;
  const CommandSpec* command = nullptr;  // nullptr: a group such as "ticket"
  std::string words;
  std::deque<Slot> slots = {};
};

Mistake check_value(const OptionSpec& option, const std::string& value) {
  const std::string name(option.name);
  if (option.range) {
    const auto number = parse_integer(value);
    if (number && *number >= option.range->least && *number <= option.range->most)
      return std::nullopt;
    return WrongUsage{name + " is a number from " + std::to_string(option.range->least) + " to " +
                          std::to_string(option.range->most) + ", not \"" + value + '"',
                      ""};
  }
  const auto& choices = option.choices;
  if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end())
    return std::nullopt;
  return WrongUsage{name + " cannot be \"" + value + '"', name + " with one of " + joined(choices)};
}

class Parser {
 public:
  explicit Parser(const ProgramSpec& program) : program_(program), name_(program.name) {
    app_.set_help_flag();
    app_.require_subcommand(0, 1);
    app_.allow_extras();
    app_.fallthrough();
    for (const OptionSpec& option : program.options)
      add_option(app_, program_slots_, option);
    for (const CommandSpec& command : program.commands)
      add_command(command);
  }

  std::variant<Invocation, WrongUsage> parse(const std::vector<std::string>& arguments) {
    try {
      // CLI11 takes them from the back.
      app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError& problem) {
      return WrongUsage{problem.what(), name_ + " help"};
    }
    const Node* node = nullptr;
    for (const Node& each : nodes_) {
      if (each.app->parsed()) node = &each;  // groups stand before their verbs
    }
    Invocation invocation;
    if (auto mistake = fill(invocation, node)) return *std::move(mistake);
    return invocation;
  }

 private:
  void add_command(const CommandSpec& command) {
    CLI::App* parent = &app_;
    std::string words;
    const auto parts = split(command.words, ' ');
    for (std::size_t i = 0; i < parts.size(); ++i) {
      words += (i == 0 ? "" : " ") + std::string(parts[i]);
      const bool is_last = i + 1 == parts.size();
      const auto known = std::find_if(nodes_.begin(), nodes_.end(),
                                      [&](const Node& node) { return node.words == words; });
      if (known != nodes_.end() && !is_last) {
        parent = known->app;
        continue;
      }
      Node& node = nodes_.emplace_back();
      node.app = parent->add_subcommand(std::string(parts[i]));
      node.app->set_help_flag();
      node.app->fallthrough();
      node.app->allow_extras(false);
      node.words = words;
      parent = node.app;
      if (is_last) {
        node.command = &command;
        set_up(node);
      } else {
        node.app->require_subcommand(0, 1);
      }
    }
  }

  static void set_up(Node& node) {
    for (const OptionSpec& option : node.command->options)
      add_option(*node.app, node.slots, option);
    if (node.command->arguments.empty()) return;
    Slot& slot = node.slots.emplace_back(Slot{kArguments});
    slot.option = node.app->add_option(std::string(kArguments), slot.values);
  }

  Mistake fill(Invocation& invocation, const Node* node) const {
    take(invocation, program_slots_);
    const bool is_question = invocation.has("--help") || invocation.has("--version");
    if (auto mistake = check_leftovers(node)) return mistake;
    if (node != nullptr && node->command != nullptr) {
      invocation.command = node->command;
      take(invocation, node->slots);
      if (auto mistake = name_arguments(invocation)) return mistake;
      if (auto mistake = is_question ? std::nullopt : check(invocation)) return mistake;
    } else if (!is_question) {
      return missing_command(node);
    } else if (node != nullptr) {
      invocation.group = node->words;
    }
    return check_options(invocation, program_.options);
  }

  // Which word is which argument, in their order; only the last can be many.
  Mistake name_arguments(Invocation& invocation) const {
    const std::vector<std::string> words = invocation.all(kArguments);
    std::size_t next = 0;
    for (const ArgumentSpec& argument : invocation.command->arguments) {
      if (next == words.size()) return std::nullopt;
      const bool is_many = argument.count == Count::kMany || argument.count == Count::kOptionalMany;
      const std::size_t end = is_many ? words.size() : next + 1;
      invocation.set(argument.name, {words.begin() + static_cast<std::ptrdiff_t>(next),
                                     words.begin() + static_cast<std::ptrdiff_t>(end)});
      next = end;
    }
    if (next == words.size()) return std::nullopt;
    return WrongUsage{"\"" + words[next] + "\" is one argument too many for " + name_ + ' ' +
                          std::string(invocation.command->words) + " (quote what has spaces in it)",
                      usage_line(program_, *invocation.command, false)};
  }

  static void take(Invocation& invocation, const std::deque<Slot>& slots) {
    for (const Slot& slot : slots) {
      if (slot.option->count() > 0) invocation.set(slot.name, slot.values);
    }
  }

  // Words and flags that nothing took.
  Mistake check_leftovers(const Node* node) const {
    std::vector<std::string> left = app_.remaining(true);
    left.erase(std::remove(left.begin(), left.end(), "--"), left.end());  // CLI11 leaves the mark
    if (left.empty()) return std::nullopt;
    const std::string& word = left.front();
    const CommandSpec* command = node == nullptr ? nullptr : node->command;
    if (word.starts_with('-')) return unknown_flag(node, word.substr(0, word.find('=')));
    if (command != nullptr) {
      return WrongUsage{
          "\"" + word + "\" is one argument too many for " + name_ + ' ' + node->words,
          usage_line(program_, *command, false)};
    }
    const std::string prefix = node == nullptr ? "" : node->words + " ";
    std::string hint = help_of(node);
    const auto near = nearest(word, words_below(prefix), 2);
    if (!near.empty()) hint = name_ + ' ' + prefix + near[0];
    if (near.size() > 1) hint += "    or: " + name_ + ' ' + prefix + near[1];
    return WrongUsage{"there is no command \"" + name_ + ' ' + prefix + word + '"', hint};
  }

  WrongUsage unknown_flag(const Node* node, const std::string& word) const {
    std::vector<std::string> names;
    for (const OptionSpec& option : program_.options)
      names.emplace_back(option.name);
    if (node != nullptr && node->command != nullptr) {
      for (const OptionSpec& option : node->command->options)
        names.emplace_back(option.name);
    }
    return {"there is no flag " + word, suggestion(word, names, help_of(node))};
  }

  std::vector<std::string> words_below(const std::string& prefix) const {
    std::vector<std::string> words;
    for (const CommandSpec& command : program_.commands) {
      if (!command.words.starts_with(prefix)) continue;
      const std::string next(split(command.words.substr(prefix.size()), ' ').front());
      if (std::find(words.begin(), words.end(), next) == words.end()) words.push_back(next);
    }
    return words;
  }

  std::string help_of(const Node* node) const {
    return name_ + " help" + (node == nullptr ? "" : ' ' + node->words);
  }

  WrongUsage missing_command(const Node* node) const {
    if (node == nullptr)
      return {"no command was given; there are " + joined(words_below("")), name_ + " help"};
    return {name_ + ' ' + node->words + " needs one of: " + joined(words_below(node->words + " ")),
            help_of(node)};
  }

  Mistake check(const Invocation& invocation) const {
    const CommandSpec& command = *invocation.command;
    const auto missing = [&](std::string_view name) {
      return WrongUsage{std::string(name) + " is missing", usage_line(program_, command, false)};
    };
    for (const ArgumentSpec& argument : command.arguments) {
      const bool is_needed = argument.count == Count::kOne || argument.count == Count::kMany;
      if (is_needed && !invocation.has(argument.name)) return missing(argument.name);
    }
    for (const OptionSpec& option : command.options) {
      if (option.is_required && !invocation.has(option.name)) return missing(option.name);
    }
    return check_options(invocation, command.options);
  }

  static Mistake check_options(const Invocation& invocation,
                               const std::vector<OptionSpec>& options) {
    for (const OptionSpec& option : options) {
      if (!invocation.has(option.name)) continue;
      if (invocation.has(option.excludes)) {
        return WrongUsage{std::string(option.name) + " and " + std::string(option.excludes) +
                              " exclude each other",
                          ""};
      }
      const auto value = invocation.text(option.name);
      if (!value) continue;
      if (auto mistake = check_value(option, *value)) return mistake;
    }
    return std::nullopt;
  }

  const ProgramSpec& program_;
  const std::string name_;
  CLI::App app_;
  std::deque<Slot> program_slots_;
  std::deque<Node> nodes_;
};

}  // namespace

std::optional<std::string> Invocation::text(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::string Invocation::required(std::string_view name) const {
  return text(name).value_or("");
}

std::vector<std::string> Invocation::all(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::optional<std::int64_t> Invocation::integer(std::string_view name) const {
  const auto value = text(name);
  return value ? parse_integer(*value) : std::nullopt;
}

std::variant<Invocation, WrongUsage> parse(const ProgramSpec& program,
                                           const std::vector<std::string>& arguments) {
  return Parser(program).parse(arguments);
}

}  // namespace muster
