// SPDX-License-Identifier: Apache-2.0
// The server's address: in a join code, in agent.json, on a command line.
#include "agent/sync/transport.h"
#include "server/cli/http_client.h"
#include "server/cli/problem.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  if (const auto address = agent::sync::ServerAddress::parse(text)) {
    require(!address->host.empty() && address->port > 0);
    require(address->host.find_first_of("/@ \t\r\n#?[]") == std::string::npos);
    require(address->host.find('\0') == std::string::npos);
    const auto again = agent::sync::ServerAddress::parse(address->url());
    require(again && again->host == address->host && again->port == address->port);
  }
  try {
    const std::string url = cli::checked_server(std::string(text));
    require(url.starts_with("https://") && cli::checked_server(url) == url);
    require(url.find_first_of("@ \t\r\n#?") == std::string::npos);
  } catch (const cli::Problem& problem) {
    require(problem.exit_code == cli::kUsage);
  }
  return 0;
}
