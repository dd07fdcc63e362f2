// SPDX-License-Identifier: Apache-2.0
// The words before the last are read as the parser reads them: the command's own words, flags with
// their values, arguments. What the last one may be follows from where it stands: the value of the
// flag before it, a flag, a verb, or the argument that is next.
#include "common/command/complete.h"

#include <algorithm>
#include <set>

#include "common/command/help_text.h"
#include "common/support/text.h"

namespace muster {
namespace {

using Words = std::vector<std::string>;

const OptionSpec* option_named(const ProgramSpec& program, const CommandSpec* command,
                               std::string_view name) {
  const auto find = [&](const std::vector<OptionSpec>& options) -> const OptionSpec* {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const OptionSpec& option) { return option.name == name; });
    return found == options.end() ? nullptr : &*found;
  };
  if (const OptionSpec* own = command == nullptr ? nullptr : find(command->options)) return own;
  return find(program.options);
}

struct Place {
  std::string so_far;  // "ticket", "ticket new"
  const CommandSpec* command = nullptr;
  std::size_t arguments = 0;  // typed already
  std::string last_argument;
  const OptionSpec* flag = nullptr;  // whose value the last word is
};

Place place_of_last(const ProgramSpec& program, const Words& words) {
  Place place;
  bool flags_ended = false;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (!flags_ended && word.starts_with('-')) {
      flags_ended = word == "--";
      const OptionSpec* option = option_named(program, place.command, word);
      if (option == nullptr || option->value.empty()) continue;
      if (i + 2 == words.size()) place.flag = option;
      ++i;
      continue;
    }
    const std::string longer = place.so_far.empty() ? word : place.so_far + ' ' + word;
    const bool fits =
        place.command == nullptr &&
        std::any_of(program.commands.begin(), program.commands.end(), [&](const CommandSpec& each) {
          return each.words == longer || each.words.starts_with(longer + ' ');
        });
    if (!fits) {
      ++place.arguments;
      place.last_argument = word;
      continue;
    }
    place.so_far = longer;
    for (const CommandSpec& each : program.commands) {
      if (each.words == longer) place.command = &each;
    }
  }
  return place;
}

struct Offer {
  Words words = {};                // of the declarations
  std::string_view value_of = {};  // the name that a ValueSource is asked for; empty: none
};

Offer offer_for_value(std::string_view name, std::string_view value) {
  if (value == "FILE") return {{std::string(kCompleteFiles)}};
  if (value == "DIR") return {{std::string(kCompleteFolders)}};
  return {{}, name};
}

Offer offer_for_flag(const OptionSpec& flag) {
  if (!flag.choices.empty()) return {{flag.choices.begin(), flag.choices.end()}};
  return offer_for_value(flag.name, flag.value);
}

// The next word of a topic: "new" behind "help ticket".
Offer offer_of_topics(const ProgramSpec& program, const Place& place) {
  Offer offer;
  const std::string stem = place.arguments == 0 ? "" : place.last_argument + ' ';
  for (const std::string& topic : help_topics(program)) {
    if (topic.starts_with(stem))
      offer.words.emplace_back(split(std::string_view(topic).substr(stem.size()), ' ').front());
  }
  return offer;
}

Offer offer_for_argument(const ProgramSpec& program, const Place& place) {
  const auto& arguments = place.command->arguments;
  if (arguments.empty()) return {};
  const Count last = arguments.back().count;
  const bool goes_on = last == Count::kMany || last == Count::kOptionalMany;
  if (place.arguments >= arguments.size() && !goes_on) return {};
  const std::string_view name = arguments[std::min(place.arguments, arguments.size() - 1)].name;
  if (name == "SHELL") return {{"bash", "zsh", "fish"}};
  if (name == "TOPIC") return offer_of_topics(program, place);
  return offer_for_value(name, name);
}

Offer offer_of_flags(const ProgramSpec& program, const CommandSpec* command) {
  Offer offer;
  for (const OptionSpec& option : program.options)
    offer.words.emplace_back(option.name);
  if (command == nullptr) return offer;
  for (const OptionSpec& option : command->options)
    offer.words.emplace_back(option.name);
  return offer;
}

Offer offer_of_verbs(const ProgramSpec& program, const Place& place) {
  Offer offer;
  if (place.arguments > 0) return offer;
  const std::string stem = place.so_far.empty() ? "" : place.so_far + ' ';
  for (const CommandSpec& each : program.commands) {
    if (each.words.starts_with(stem))
      offer.words.emplace_back(split(each.words.substr(stem.size()), ' ').front());
  }
  return offer;
}

// bash takes "--role=tech" apart into three words.
Words without_equals(const Words& words) {
  Words out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_sign = words[i] == "=" && i > 0 && words[i - 1].starts_with("--");
    if (!is_sign) out.push_back(words[i]);
    if (is_sign && i + 1 == words.size()) out.emplace_back();
  }
  return out;
}

// Whether the last word is the value in "field:value", which bash takes apart too.
bool is_value_in_query(const Words& words) {
  return !words.empty() &&
         (words.back() == ":" || (words.size() > 1 && words[words.size() - 2] == ":"));
}

}  // namespace

std::vector<std::string> completions(const ProgramSpec& program, const Words& typed,
                                     const ValueSource& values) {
  const Words words = without_equals(typed);
  if (is_value_in_query(words)) return {};
  std::string prefix = words.empty() ? std::string() : words.back();
  Place place = place_of_last(program, words);
  std::string before;  // what stays in front of what is offered
  if (const std::size_t sign = prefix.find('='); prefix.starts_with("--") && sign != prefix.npos) {
    place.flag = option_named(program, place.command, std::string_view(prefix).substr(0, sign));
    if (place.flag == nullptr) return {};
    before = prefix.substr(0, sign + 1);
    prefix.erase(0, sign + 1);
  }
  Offer offer;
  if (place.flag != nullptr) {
    offer = offer_for_flag(*place.flag);
  } else if (prefix.starts_with('-')) {
    offer = offer_of_flags(program, place.command);
  } else if (place.command == nullptr) {
    offer = offer_of_verbs(program, place);
  } else {
    offer = offer_for_argument(program, place);
  }
  if (offer.words == Words{std::string(kCompleteFiles)} ||
      offer.words == Words{std::string(kCompleteFolders)})
    return offer.words;
  std::set<std::string> fitting;
  for (const std::string& word : offer.words) {
    if (word.starts_with(prefix)) fitting.insert(before + word);
  }
  if (offer.value_of.empty() || !values) return {fitting.begin(), fitting.end()};
  for (const std::string& value : values(place.command, offer.value_of, prefix)) {
    // Whoever typed it small means it too. What a terminal must not get is not offered.
    if (!value.empty() && printable(value) == value &&
        lower_ascii(value).starts_with(lower_ascii(prefix)))
      fitting.insert(before + value);
  }
  return {fitting.begin(), fitting.end()};
}

}  // namespace muster
