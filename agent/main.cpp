// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <exception>
#include <iostream>

#include "agent/run.h"
#include "common/support/exception_text.h"
#include "common/support/process_environment.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  int code = 1;
  try {
    code = muster::agent::run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc),
                              muster::process_environment(), std::cin, std::cout, std::cerr);
  } catch (const std::exception& problem) {
    std::cerr << "muster-agent: " << muster::exception_text(problem) << "\n";
  }
  std::cout.flush();
  // A collector that overran may still be running: it must not see static objects go.
  std::quick_exit(code);
}
