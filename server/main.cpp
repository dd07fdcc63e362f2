// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <iostream>

#include "common/support/process_environment.h"
#include "server/commands/run.h"

int main(int count, char** values) {
  ::umask(077);  // whatever this program writes is nobody else's to read
  return muster::server::commands::run({values + 1, values + count}, muster::process_environment(),
                                       std::cin, std::cout, std::cerr);
}
