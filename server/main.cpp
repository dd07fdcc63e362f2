// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <cstdlib>
#include <iostream>

#include "server/commands/run.h"

int main(int count, char** values) {
  ::umask(077);  // whatever this program writes is nobody else's to read
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  return muster::server::commands::run({values + 1, values + count}, environment, std::cin,
                                       std::cout, std::cerr);
}
