// SPDX-License-Identifier: Apache-2.0
// The INI file of every program, and the settings of the agent and the server in it.
#include "common/support/config.h"

#include "server/installation/config.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<KnownSetting> known = {
      {"agent", "state_directory"}, {"agent", "interval"}, {"agent", "flag"}, {"sections", "*"}};
  std::string_view text = fuzz::as_text(data, size);
  const std::string_view variable = fuzz::take_part(text, "\x1e");
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    if (variable.empty() || name.find("PORT") == std::string::npos) return std::nullopt;
    return std::string(variable);
  };
  if (const auto config = Config::parse(text, "file.ini", known, environment)) {
    for (const std::string& key : config->keys("sections")) {
      const auto value = config->text("sections", key);
      require(!key.empty() && value && value->find('\n') == std::string::npos);
      require(config->origin("sections", key).find("file.ini") != std::string::npos);
    }
    const auto interval = config->integer("agent", "interval", 10, 100);
    if (interval && *interval) require(**interval >= 10 && **interval <= 100);
    if (const auto flag = config->boolean("agent", "flag"); flag && *flag)
      require(config->text("agent", "flag").has_value());
  } else {
    require(config.failure().message.find("file.ini") != std::string::npos);
  }
  const auto settings = server::installation::parse_config(text, "server.ini", {}, environment);
  if (settings) {
    // A port may be 0, which takes any free one; everything else has its bounds.
    for (const auto* listener : {&settings->people, &settings->agents}) {
      require(listener->threads >= 1 && listener->threads <= 10'000);
      require(listener->connections_per_address >= 1 &&
              listener->connections_per_address <= 10'000);
    }
  } else {
    require(!settings.failure().message.empty());
  }
  return 0;
}
