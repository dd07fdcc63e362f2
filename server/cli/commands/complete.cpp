// SPDX-License-Identifier: Apache-2.0
// The words before the last are read as the parser reads them: the command's own words, flags with
// their values, arguments. What the last one may be follows from where it stands: the value of the
// flag before it, a flag, a verb, or the argument that is next.
#include "server/cli/commands/complete.h"

#include <algorithm>
#include <optional>
#include <set>

#include "common/support/text.h"
#include "server/cli/help_text.h"

namespace muster::cli {
namespace {

using Words = std::vector<std::string>;

const OptionSpec* option_named(const CommandSpec* command, std::string_view name) {
  const auto find = [&](const std::vector<OptionSpec>& options) -> const OptionSpec* {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const OptionSpec& option) { return option.name == name; });
    return found == options.end() ? nullptr : &*found;
  };
  if (const OptionSpec* own = command == nullptr ? nullptr : find(command->options)) return own;
  return find(global_options());
}

struct Place {
  std::string so_far;  // "ticket", "ticket new"
  const CommandSpec* command = nullptr;
  std::size_t arguments = 0;  // typed already
  std::string last_argument;
  const OptionSpec* flag = nullptr;  // whose value the last word is
};

Place place_of_last(const std::vector<CommandSpec>& commands, const Words& words) {
  Place place;
  bool flags_ended = false;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (!flags_ended && word.starts_with('-')) {
      flags_ended = word == "--";
      const OptionSpec* option = option_named(place.command, word);
      if (option == nullptr || option->value.empty()) continue;
      if (i + 2 == words.size()) place.flag = option;
      ++i;
      continue;
    }
    const std::string longer = place.so_far.empty() ? word : place.so_far + ' ' + word;
    const bool fits = place.command == nullptr &&
                      std::any_of(commands.begin(), commands.end(), [&](const CommandSpec& each) {
                        return each.words == longer || each.words.starts_with(longer + ' ');
                      });
    if (!fits) {
      ++place.arguments;
      place.last_argument = word;
      continue;
    }
    place.so_far = longer;
    for (const CommandSpec& each : commands) {
      if (each.words == longer) place.command = &each;
    }
  }
  return place;
}

struct Offer {
  std::vector<std::string> words = {};
  std::optional<NameKind> names = {};
};

Offer offer_for_flag(const CommandSpec* command, const OptionSpec& flag) {
  if (!flag.choices.empty()) return {{flag.choices.begin(), flag.choices.end()}};
  const std::string_view words = command == nullptr ? std::string_view() : command->words;
  if (flag.name == "--state" && words == "ticket list")
    return {{"open", "new", "in_progress", "on_hold", "resolved", "closed"}};
  if (flag.name == "--state" && words == "agent list") return {{"active", "revoked", "superseded"}};
  if (flag.name == "--item") return {{}, NameKind::kItem};
  if (flag.name == "--section") return {{}, NameKind::kSection};
  if (flag.name == "--class") return {{}, NameKind::kClass};
  for (const char* person : {"--assignee", "--requester", "--actor", "--user"}) {
    if (flag.name == person) return {{}, NameKind::kUser};
  }
  return {};
}

Offer offer_for_argument(const std::vector<CommandSpec>& commands, const Place& place) {
  const auto& arguments = place.command->arguments;
  if (arguments.empty()) return {};
  const Count last = arguments.back().count;
  const bool goes_on = last == Count::kMany || last == Count::kOptionalMany;
  if (place.arguments >= arguments.size() && !goes_on) return {};
  const std::string_view name = arguments[std::min(place.arguments, arguments.size() - 1)].name;
  const std::string_view words = place.command->words;
  if (name == "ITEM" || name == "A" || name == "B" || name == "AGENT") return {{}, NameKind::kItem};
  if (name == "TICKET") return {{}, NameKind::kTicket};
  if (name == "SECTION") return {{"class"}, NameKind::kSection};
  if (name == "QUERY") return {{}, NameKind::kField};
  if (name == "AGENT_ID") return {{}, NameKind::kWaitingAgent};
  if (name == "TOKEN_ID")
    return {{}, words.starts_with("join") ? NameKind::kJoinToken : NameKind::kToken};
  if (name == "NAME" && words.starts_with("user ") && words != "user create")
    return {{}, NameKind::kUser};
  if (name == "ROLE") return {{"requester", "viewer", "technician", "admin"}};
  if (name == "SHELL") return {{"bash", "zsh", "fish"}};
  if (name == "TOPIC") {
    Offer offer;
    for (const std::string& topic : help_topics(commands)) {
      const std::string stem = place.arguments == 0 ? "" : place.last_argument + ' ';
      if (topic.starts_with(stem))
        offer.words.emplace_back(split(std::string_view(topic).substr(stem.size()), ' ').front());
    }
    return offer;
  }
  return {};
}

Offer offer_of_flags(const CommandSpec* command) {
  Offer offer;
  for (const OptionSpec& option : global_options())
    offer.words.emplace_back(option.name);
  if (command == nullptr) return offer;
  for (const OptionSpec& option : command->options)
    offer.words.emplace_back(option.name);
  return offer;
}

Offer offer_of_verbs(const std::vector<CommandSpec>& commands, const Place& place) {
  Offer offer;
  if (place.arguments > 0) return offer;
  const std::string stem = place.so_far.empty() ? "" : place.so_far + ' ';
  for (const CommandSpec& each : commands) {
    if (!each.is_hidden && each.words.starts_with(stem))
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

std::vector<std::string> completions(const std::vector<CommandSpec>& commands, const Words& typed,
                                     const NameSource& names) {
  Words words = without_equals(typed);
  if (is_value_in_query(words)) return {};
  std::string prefix = words.empty() ? std::string() : words.back();
  Place place = place_of_last(commands, words);
  std::string before;  // what stays in front of what is offered
  if (const std::size_t sign = prefix.find('='); prefix.starts_with("--") && sign != prefix.npos) {
    place.flag = option_named(place.command, std::string_view(prefix).substr(0, sign));
    if (place.flag == nullptr) return {};
    before = prefix.substr(0, sign + 1);
    prefix.erase(0, sign + 1);
  }
  Offer offer;
  if (place.flag != nullptr) {
    offer = offer_for_flag(place.command, *place.flag);
  } else if (prefix.starts_with('-')) {
    offer = offer_of_flags(place.command);
  } else if (place.command == nullptr) {
    offer = offer_of_verbs(commands, place);
  } else {
    offer = offer_for_argument(commands, place);
  }
  std::set<std::string> fitting;
  for (const std::string& word : offer.words) {
    if (word.starts_with(prefix)) fitting.insert(before + word);
  }
  if (!offer.names || !names) return {fitting.begin(), fitting.end()};
  for (const std::string& name : names(*offer.names, prefix)) {
    // Whoever typed it small means it too. What a terminal must not get is not offered.
    if (!name.empty() && printable(name) == name &&
        lower_ascii(name).starts_with(lower_ascii(prefix)))
      fitting.insert(before + name + (offer.names == NameKind::kField ? ":" : ""));
  }
  return {fitting.begin(), fitting.end()};
}

}  // namespace muster::cli
