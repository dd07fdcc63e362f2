// SPDX-License-Identifier: Apache-2.0
#include "common/support/config.h"

#include <algorithm>

#include "common/support/text.h"

namespace muster {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_known(const std::vector<KnownSetting>& known, std::string_view section,
              std::string_view key) {
  return std::any_of(known.begin(), known.end(), [&](const KnownSetting& setting) {
    return setting.section == section && (setting.key == "*" || setting.key == key);
  });
}

bool is_known_section(const std::vector<KnownSetting>& known, std::string_view section) {
  return std::any_of(known.begin(), known.end(),
                     [&](const KnownSetting& setting) { return setting.section == section; });
}

Failure malformed(const std::string& origin, const std::string& reason) {
  return {FailureKind::kMalformed, origin + ": " + reason};
}

}  // namespace

std::string environment_name(std::string_view section, std::string_view key) {
  std::string name = "MUSTER_" + std::string(section) + "_" + std::string(key);
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

Result<Config> Config::parse(std::string_view text, std::string_view file_name,
                             const std::vector<KnownSetting>& known,
                             const Environment& environment) {
  const std::string file = printable(file_name);
  if (text.size() > kFileBytes) {
    return Failure{FailureKind::kTooLarge, file + ": larger than 1 MiB"};
  }
  Config config;
  std::string section;
  std::size_t number = 0;
  for (const std::string_view raw : lines(text)) {
    const std::string origin = file + ", line " + std::to_string(++number);
    const std::string_view line = trim(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (!is_valid_utf8(line) || line.find('\0') != std::string_view::npos) {
      return malformed(origin, "not UTF-8 text");
    }
    if (line.front() == '[') {
      const std::string_view name =
          line.back() == ']' ? trim(line.substr(1, line.size() - 2)) : std::string_view();
      if (!is_name(name)) return malformed(origin, "expected [section]");
      if (!is_known_section(known, name)) {
        return malformed(origin, "unknown section [" + std::string(name) + "]");
      }
      section = name;
      continue;
    }
    const std::size_t equals = line.find('=');
    const std::string_view key = trim(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_name(key)) {
      return malformed(origin, "expected [section], key = value or # comment");
    }
    if (section.empty()) {
      return malformed(origin, std::string(key) + " stands before the first [section]");
    }
    if (!is_known(known, section, key)) {
      return malformed(origin, "unknown setting " + std::string(key) + " in [" + section + "]");
    }
    const auto [place, is_new] = config.settings_.try_emplace(
        Name(section, key), Setting{std::string(trim(line.substr(equals + 1))), origin});
    if (!is_new) {
      return malformed(origin, std::string(key) + " was set before, in " + place->second.origin);
    }
  }
  if (!environment) return config;
  for (const KnownSetting& setting : known) {
    if (setting.key == "*") continue;
    const std::string name = environment_name(setting.section, setting.key);
    if (auto value = environment(name)) {
      config.settings_[Name(setting.section, setting.key)] = {std::string(trim(*value)), name};
    }
  }
  return config;
}

const Config::Setting* Config::find(std::string_view section, std::string_view key) const {
  const auto found = settings_.find(Name(section, key));
  return found == settings_.end() ? nullptr : &found->second;
}

std::optional<std::string> Config::text(std::string_view section, std::string_view key) const {
  const Setting* setting = find(section, key);
  return setting == nullptr ? std::nullopt : std::optional(setting->value);
}

Result<std::optional<std::int64_t>> Config::integer(std::string_view section, std::string_view key,
                                                    std::int64_t least, std::int64_t most) const {
  const Setting* setting = find(section, key);
  if (setting == nullptr) return std::optional<std::int64_t>();
  const auto value = parse_integer(setting->value);
  if (!value || *value < least || *value > most) {
    return malformed(setting->origin, std::string(key) + " must be a number from " +
                                          std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

Result<std::optional<bool>> Config::boolean(std::string_view section, std::string_view key) const {
  const Setting* setting = find(section, key);
  if (setting == nullptr) return std::optional<bool>();
  const std::string value = lower_ascii(setting->value);
  if (value == "on" || value == "yes" || value == "true" || value == "1")
    return std::optional(true);
  if (value == "off" || value == "no" || value == "false" || value == "0") {
    return std::optional(false);
  }
  return malformed(setting->origin, std::string(key) + " must be on or off");
}

std::vector<std::string> Config::keys(std::string_view section) const {
  std::vector<std::string> out;
  for (const auto& [name, setting] : settings_) {
    if (name.first == section) out.push_back(name.second);
  }
  return out;
}

std::string Config::origin(std::string_view section, std::string_view key) const {
  const Setting* setting = find(section, key);
  return setting == nullptr ? std::string() : setting->origin;
}

}  // namespace muster
