// SPDX-License-Identifier: Apache-2.0
// zstd (RFC 8878) for report bodies, with the limits that a stranger's bytes need: exactly one
// frame, a window of at most 8 MiB, a bound on the size of the result that is kept while
// decompressing. Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/support/result.h"

namespace muster::wire {

inline constexpr std::string_view kZstd = "zstd";  // Content-Encoding, RFC 8878 section 7.2

std::string compress(std::string_view bytes);

// What unpacking will take, read from the frame's first bytes (RFC 8878, section 3.1.1.1) before
// any memory is spent. Both are the sender's words: a frame that breaks them does not unpack.
struct FrameSize {
  std::uint64_t window_bytes = 0;
  std::optional<std::uint64_t> content_bytes;  // what comes out, where the frame says it
};
// kMalformed: not a zstd frame, or a window above 8 MiB.
Result<FrameSize> frame_size(std::string_view bytes);
// How many bytes come out, without keeping them; the failures are those of decompress().
Result<std::size_t> unpacked_size(std::string_view bytes, std::size_t limit_bytes);

// kMalformed: not one whole zstd frame, or a window above 8 MiB; kTooLarge: more than `limit_bytes`
// come out.
Result<std::string> decompress(std::string_view bytes, std::size_t limit_bytes);

}  // namespace muster::wire
