// SPDX-License-Identifier: Apache-2.0
#include "common/support/host_names.h"

#include "common/support/text.h"

namespace muster {

bool is_localhost(std::string_view host_name) {
  std::string name = lower_ascii(host_name);
  if (name.ends_with('.')) name.pop_back();
  constexpr std::string_view kRedHatDomain = ".localdomain";
  if (name.ends_with(kRedHatDomain)) name.resize(name.size() - kRedHatDomain.size());
  return name == "localhost" || name.ends_with(".localhost");
}

}  // namespace muster
