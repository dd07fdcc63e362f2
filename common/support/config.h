// SPDX-License-Identifier: Apache-2.0
// Settings of a program: an INI file, overridden by the environment. Used by the agent, the server
// and the command line, which put their flags on top.
//
//   # comment (also ;), on a line of its own: "#" inside a value belongs to the value
//   [agent]
//   state_directory = /var/lib/muster-agent
//
// Names are lower-case letters, digits and "_". Every setting is declared, so a misspelt one is an
// error with its line and never silently without effect. `state_directory` in `[agent]` is
// MUSTER_AGENT_STATE_DIRECTORY in the environment. Failures (kMalformed) name the file and the
// line, or the variable. Immutable once made; any thread.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/support/result.h"

namespace muster {

struct KnownSetting {
  std::string_view section;
  std::string_view key;  // "*": any key of this section, from the file only
};

// The value of a variable, nullopt when it is not set; main() passes one over getenv(3).
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

class Config {
 public:
  static constexpr std::size_t kFileBytes = 1024 * 1024;

  Config() = default;
  // `file_name` is for messages only. Empty text is a file that is not there.
  static Result<Config> parse(std::string_view text, std::string_view file_name,
                              const std::vector<KnownSetting>& known,
                              const Environment& environment = {});

  // nullopt: not set.
  std::optional<std::string> text(std::string_view section, std::string_view key) const;
  // Not a number, or outside [least, most], is a failure that says where it was set.
  Result<std::optional<std::int64_t>> integer(std::string_view section, std::string_view key,
                                              std::int64_t least, std::int64_t most) const;
  // on, yes, true, 1; off, no, false, 0.
  Result<std::optional<bool>> boolean(std::string_view section, std::string_view key) const;
  // The keys that are set in a section, sorted.
  std::vector<std::string> keys(std::string_view section) const;
  // Where a setting comes from, to begin a message with: "/etc/muster/agent.ini, line 3".
  std::string origin(std::string_view section, std::string_view key) const;

 private:
  struct Setting {
    std::string value;
    std::string origin;
  };
  using Name = std::pair<std::string, std::string>;

  const Setting* find(std::string_view section, std::string_view key) const;

  std::map<Name, Setting> settings_;
};

// MUSTER_AGENT_STATE_DIRECTORY
std::string environment_name(std::string_view section, std::string_view key);

}  // namespace muster
