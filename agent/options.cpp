// SPDX-License-Identifier: Apache-2.0
#include "agent/options.h"

#include "agent/host/live_host.h"
#include "common/inventory/schema.h"
#include "common/support/text.h"

namespace muster::agent {
namespace {

constexpr const char* kConfigVariable = "MUSTER_AGENT_CONFIG";

// Every section by its name, so that each can be switched off by the environment too; "*" besides,
// since one file serves machines whose agents do not all know the same sections.
std::vector<KnownSetting> known_settings() {
  std::vector<KnownSetting> known = {{"agent", "state_directory"}, {"sections", "*"}};
  for (const inventory::SectionSchema& schema : inventory::section_schemas())
    known.push_back({"sections", schema.name});
  return known;
}

}  // namespace

Result<Options> load_options(const Flags& flags, const Environment& environment) {
  Options options;
  const auto variable = environment(kConfigVariable);
  const bool named = flags.config_file || variable;
  options.config_file =
      flags.config_file.value_or(variable.value_or(std::string(kDefaultConfigFile)));
  options.verbose = flags.verbose;

  auto text = host::LiveHost().read(options.config_file, Config::kFileBytes);
  if (!text && (named || text.failure().kind != FailureKind::kNotFound)) return text.failure();
  auto config = Config::parse(text ? *text : std::string(), options.config_file, known_settings(),
                              environment);
  if (!config) return config.failure();
  options.config = std::move(*config);

  options.state_directory =
      flags.state_directory.value_or(options.config.text("agent", "state_directory")
                                         .value_or(std::string(kDefaultStateDirectory)));
  if (options.state_directory.empty() || options.state_directory.front() != '/') {
    return Failure{FailureKind::kMalformed, "the state directory must be an absolute path, not \"" +
                                                printable(options.state_directory) + "\""};
  }
  for (const std::string& section : options.config.keys("sections")) {
    const auto enabled = options.config.boolean("sections", section);
    if (!enabled) return enabled.failure();
    if (*enabled == false) options.disabled_sections.insert(section);
  }
  return options;
}

}  // namespace muster::agent
