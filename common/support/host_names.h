// SPDX-License-Identifier: Apache-2.0
// Host names that name no machine. Pure; any thread.
#pragma once
#include <string_view>

namespace muster {

// Names that every machine gives itself: "localhost", "localhost.localdomain", "x.localhost", in
// any case and with a dot behind. RFC 6761 section 6.3, and is_localhost() of systemd.
bool is_localhost(std::string_view host_name);

}  // namespace muster
