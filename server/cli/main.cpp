// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "common/support/process_environment.h"
#include "server/cli/http_client.h"
#include "server/cli/run.h"
#include "server/cli/terminal.h"

int main(int count, char** values) {
  std::ios::sync_with_stdio(false);
  muster::cli::use_local_zone();
  const muster::SystemClock clock;
  muster::cli::World world{
      std::cin,
      std::cout,
      std::cerr,
      muster::process_environment(),
      clock,
      muster::cli::process_terminal(),
      [&clock](const muster::cli::Connection& connection) {
        return muster::cli::make_http_client(connection, clock);
      },
      [](const std::string& prompt) { return muster::cli::read_secret(prompt); },
      [] { return muster::cli::output_reader_left(); },
  };
  return muster::cli::run({values + (count > 0 ? 1 : 0), values + count}, world);
}
