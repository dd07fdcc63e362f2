// SPDX-License-Identifier: Apache-2.0
// A dpkg database is written by root, but a copied tree below --root may come from anywhere.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/collect/linux/software/dpkg_status.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const muster::agent::collect::Distribution distribution =
      muster::agent::collect::parse_distribution(text);
  for (const bool one_per_file : {false, true}) {
    const auto list = muster::agent::collect::parse_dpkg_status(text, distribution, one_per_file);
    for (const auto& package : list.packages) {
      // What is a row must be able to be one: keys are there.
      if (package.row.name.empty() || package.row.version.empty() ||
          package.row.architecture.empty())
        std::abort();
    }
  }
  // A journal that says what the status file said changes nothing but the order and, of packages
  // that dpkg lists twice, the number.
  auto list = muster::agent::collect::parse_dpkg_status(text, distribution);
  const std::size_t before = list.packages.size();
  muster::agent::collect::apply_dpkg_update(
      list, muster::agent::collect::parse_dpkg_status(text, distribution));
  if (list.packages.size() > before) std::abort();
  muster::agent::collect::has_dpkg_stanza(text);
  return 0;
}
