// SPDX-License-Identifier: Apache-2.0
// A TCP port of loopback that is free now, for programs that must be told one. Throws
// std::runtime_error when there is none. Any thread.
#pragma once
#include <cstdint>

namespace muster::test {

std::uint16_t free_port();

}  // namespace muster::test
