// SPDX-License-Identifier: Apache-2.0
#include "common/support/suggest.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("the nearest names are offered for a wrong one", "[suggest]") {
  const std::vector<std::string> names = {"memory_bytes", "os.hostname", "owner", "os.name"};
  CHECK(nearest("memory_byte", names, 3) == std::vector<std::string>{"memory_bytes"});
  CHECK(nearest("hostnme", names, 1) == std::vector<std::string>{"os.hostname"});
  CHECK(nearest("zzzzzz", names, 3).empty());
  CHECK(nearest(std::string(3000, 'a'), names, 3).empty());
  CHECK(nearest("Memory_Bytse", names, 3) == std::vector<std::string>{"memory_bytes"});
  CHECK(suggestion("zzzzzz", names, "muster help") == "muster help");
}

}  // namespace muster
