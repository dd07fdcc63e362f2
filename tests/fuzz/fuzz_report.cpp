// SPDX-License-Identifier: Apache-2.0
// The report decoder on bytes of any kind: it either takes them or throws Error, and what it takes can be hashed again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/inventory/canonical.h"
#include "server/error.h"
#include "server/ingest/decode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto report =
        muster::server::decode_report({reinterpret_cast<const char*>(data), size});
    for (const auto& [name, section] : report.sections) {
      for (const auto& row : section.rows) {
        if (muster::inventory::row_hash(muster::inventory::canonical_json(*section.schema, row.row)) != row.hash) {
          std::abort();
        }
      }
    }
  } catch (const muster::server::Error&) {
    // refused, which is what most inputs deserve
  }
  return 0;
}
