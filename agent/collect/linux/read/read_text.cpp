// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/read/read_text.h"

#include "common/support/text.h"

namespace muster::agent::collect {

std::string read_text(host::Host& host, std::string_view path) {
  const auto text = host.read(path);
  return text ? std::string(trim(*text)) : std::string();
}

}  // namespace muster::agent::collect
