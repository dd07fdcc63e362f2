// SPDX-License-Identifier: Apache-2.0
// zstd (RFC 8878) for report bodies, with the limits that a stranger's bytes need: exactly one
// frame, a window of at most 8 MiB, a bound on the size of the result that is kept while
// decompressing. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "common/support/result.h"

namespace muster::wire {

inline constexpr std::string_view kZstd = "zstd";  // Content-Encoding, RFC 8878 section 7.2

std::string compress(std::string_view bytes);
// kMalformed: not one whole zstd frame, or a window above 8 MiB; kTooLarge: more than `limit_bytes`
// come out.
Result<std::string> decompress(std::string_view bytes, std::size_t limit_bytes);

}  // namespace muster::wire
