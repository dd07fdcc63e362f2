// SPDX-License-Identifier: Apache-2.0
// What all commands of muster-agent have in common: flags override the environment (MUSTER_...),
// which overrides the configuration file. Settings of the file: kKnownSettings in options.cpp.
// Pure except reading the file; used by the main thread.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "common/support/config.h"
#include "common/support/result.h"

namespace muster::agent {

inline constexpr std::string_view kDefaultConfigFile = "/etc/muster/agent.ini";
inline constexpr std::string_view kDefaultStateDirectory = "/var/lib/muster-agent";

// As they were on the command line.
struct Flags {
  std::optional<std::string> config_file;
  std::optional<std::string> state_directory;
  bool verbose = false;
};

struct Options {
  std::string config_file;
  std::string state_directory;
  bool verbose = false;
  std::set<std::string, std::less<>> disabled_sections;  // [sections] NAME = off
  Config config;                                         // the settings of single commands
};

// A configuration file that was named but is not there is an error, the default one need not be.
Result<Options> load_options(const Flags& flags, const Environment& environment);

}  // namespace muster::agent
