// SPDX-License-Identifier: Apache-2.0
#include "server/cli/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "common/support/suggest.h"
#include "common/support/text.h"
#include "server/cli/problem.h"

namespace muster::cli {
namespace {

constexpr std::string_view kArguments = "ARGUMENTS";

// Where CLI11 puts what it finds; the addresses must stay while it parses.
struct Slot {
  std::string_view name;
  std::vector<std::string> values = {};
  bool is_set = false;
  CLI::Option* option = nullptr;
};

Slot& add_option(CLI::App& app, std::deque<Slot>& slots, const OptionSpec& spec) {
  Slot& slot = slots.emplace_back(Slot{spec.name});
  if (spec.value.empty()) {
    slot.option = app.add_flag(flag_names(spec.name), slot.is_set);
    return slot;
  }
  slot.option = app.add_option(flag_names(spec.name), slot.values);
  slot.option->allow_extra_args(false)->take_all();
  if (spec.name == "--columns") {
    slot.option->expected(0, 1);
  } else {
    slot.option->expected(1);
  }
  slot.option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return slot;
}

struct Node {
  CLI::App* app = nullptr;
  const CommandSpec* command = nullptr;  // nullptr: a group such as "ticket"
  std::string words;
  std::deque<Slot> slots = {};
};

class Parser {
 public:
  Parser(const std::vector<CommandSpec>& commands) : commands_(commands) {
    app_.set_help_flag();
    app_.require_subcommand(0, 1);
    app_.allow_extras();
    app_.fallthrough();
    for (const OptionSpec& option : global_options())
      add_option(app_, global_slots_, option);
    for (const CommandSpec& command : commands)
      add_command(command);
  }

  Invocation parse(const std::vector<std::string>& arguments) {
    try {
      // CLI11 takes them from the back.
      app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError& problem) {
      throw Problem(kUsage, problem.what(), "muster help");
    }
    const Node* node = nullptr;
    for (const Node& each : nodes_) {
      if (each.app->parsed()) node = &each;  // groups stand before their verbs
    }
    Invocation invocation;
    take(invocation, global_slots_);
    const bool is_question = invocation.has("--help") || invocation.has("--version");
    check_leftovers(node);
    if (node != nullptr && node->command != nullptr) {
      invocation.command = node->command;
      take(invocation, node->slots);
      name_arguments(invocation);
      if (!is_question) check(invocation);
    } else if (!is_question) {
      missing_command(node);
    } else if (node != nullptr) {
      invocation.group = node->words;
    }
    check_choices(invocation, global_options());
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
    // One list for all of them: CLI11 would give the first one everything.
    Slot& slot = node.slots.emplace_back(Slot{kArguments});
    slot.option = node.app->add_option(std::string(kArguments), slot.values);
  }

  // Which word is which argument, in their order; only the last can be many.
  static void name_arguments(Invocation& invocation) {
    std::vector<std::string> words = invocation.all(kArguments);
    std::size_t next = 0;
    for (const ArgumentSpec& argument : invocation.command->arguments) {
      if (next == words.size()) return;
      const bool is_many = argument.count == Count::kMany || argument.count == Count::kOptionalMany;
      const std::size_t end = is_many ? words.size() : next + 1;
      invocation.set(argument.name, {words.begin() + static_cast<std::ptrdiff_t>(next),
                                     words.begin() + static_cast<std::ptrdiff_t>(end)});
      next = end;
    }
    if (next < words.size()) {
      throw Problem(kUsage,
                    "\"" + words[next] + "\" is one argument too many for muster " +
                        std::string(invocation.command->words) + " (quote what has spaces in it)",
                    usage_line(*invocation.command, false));
    }
  }

  static void take(Invocation& invocation, const std::deque<Slot>& slots) {
    for (const Slot& slot : slots) {
      if (slot.option->count() > 0) invocation.set(slot.name, slot.values);
    }
  }

  // Words and flags that nothing took.
  void check_leftovers(const Node* node) const {
    std::vector<std::string> left = app_.remaining(true);
    left.erase(std::remove(left.begin(), left.end(), "--"), left.end());  // CLI11 leaves the mark
    if (left.empty()) return;
    const std::string& word = left.front();
    std::vector<std::string> names;
    if (word.starts_with('-')) {
      for (const OptionSpec& option : global_options())
        names.emplace_back(option.name);
      if (node != nullptr && node->command != nullptr) {
        for (const OptionSpec& option : node->command->options)
          names.emplace_back(option.name);
      }
      throw Problem(kUsage, "there is no flag " + word, suggestion(word, names, help_of(node)));
    }
    if (node != nullptr && node->command != nullptr) {
      throw Problem(kUsage, "\"" + word + "\" is one argument too many for muster " + node->words,
                    usage_line(*node->command, false));
    }
    const std::string prefix = node == nullptr ? "" : node->words + " ";
    for (const std::string& name : words_below(prefix))
      names.push_back(name);
    std::string hint = help_of(node);
    const auto near = nearest(word, names, 2);
    if (!near.empty()) hint = "muster " + prefix + near[0];
    if (near.size() > 1) hint += "    or: muster " + prefix + near[1];
    throw Problem(kUsage, "there is no command \"muster " + prefix + word + '"', hint);
  }

  std::vector<std::string> words_below(const std::string& prefix) const {
    std::vector<std::string> words;
    for (const CommandSpec& command : commands_) {
      if (command.is_hidden || !command.words.starts_with(prefix)) continue;
      const std::string next(split(command.words.substr(prefix.size()), ' ').front());
      if (std::find(words.begin(), words.end(), next) == words.end()) words.push_back(next);
    }
    return words;
  }

  static std::string help_of(const Node* node) {
    return node == nullptr ? "muster help" : "muster help " + node->words;
  }

  [[noreturn]] void missing_command(const Node* node) const {
    if (node == nullptr) throw Problem(kUsage, "no command was given", "muster help");
    std::string verbs;
    for (const std::string& verb : words_below(node->words + " "))
      verbs += (verbs.empty() ? "" : ", ") + verb;
    throw Problem(kUsage, "muster " + node->words + " needs one of: " + verbs, help_of(node));
  }

  static void check(const Invocation& invocation) {
    for (const ArgumentSpec& argument : invocation.command->arguments) {
      const bool needed = argument.count == Count::kOne || argument.count == Count::kMany;
      if (needed && !invocation.has(argument.name)) {
        throw Problem(kUsage, std::string(argument.name) + " is missing",
                      usage_line(*invocation.command, false));
      }
    }
    check_choices(invocation, invocation.command->options);
  }

  static void check_choices(const Invocation& invocation, const std::vector<OptionSpec>& options) {
    for (const OptionSpec& option : options) {
      const auto value = invocation.text(option.name);
      if (!value || option.choices.empty()) continue;
      if (std::find(option.choices.begin(), option.choices.end(), *value) != option.choices.end())
        continue;
      std::string all;
      for (const std::string_view choice : option.choices)
        all += (all.empty() ? "" : ", ") + std::string(choice);
      throw Problem(kUsage, std::string(option.name) + " cannot be \"" + *value + '"',
                    std::string(option.name) + " with one of " + all);
    }
  }

  const std::vector<CommandSpec>& commands_;
  CLI::App app_;
  std::deque<Slot> global_slots_;
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

std::optional<std::int64_t> Invocation::integer(std::string_view name, std::int64_t least,
                                                std::int64_t most) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto number = parse_integer(*value);
  if (!number || *number < least || *number > most) {
    throw Problem(kUsage, std::string(name) + " is a number from " + std::to_string(least) +
                              " to " + std::to_string(most) + ", not \"" + *value + '"');
  }
  return number;
}

Invocation parse_arguments(const std::vector<CommandSpec>& commands,
                           const std::vector<std::string>& arguments) {
  return Parser(commands).parse(arguments);
}

}  // namespace muster::cli
