// SPDX-License-Identifier: Apache-2.0
// A compressed body: one frame, a window of at most 8 MiB, never more than the limit in memory. The
// first byte says how the input becomes a body: as it is, behind the magic number, in a frame of
// ours, in a frame of the fuzzer's window and size, in two frames, behind a skippable one, as a
// bomb.
#include <zstd.h>

#include "common/wire/compress.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

namespace {

constexpr std::size_t kLimit = 64 * 1024;
constexpr std::string_view kMagic = "\x28\xB5\x2F\xFD";

// Raw blocks (RFC 8878, 3.1.1.2) with the descriptor and window byte given.
std::string raw_frame(unsigned descriptor, unsigned window, std::string_view content) {
  std::string out(kMagic);
  out += static_cast<char>(descriptor);
  out += static_cast<char>(window);
  const auto size = static_cast<unsigned>(content.size());
  const unsigned head = size << 3 | 1U;  // the last block, raw
  for (int i = 0; i < 3; ++i)
    out += static_cast<char>(head >> (8 * i) & 0xffU);
  return out + std::string(content);
}

// A run of one byte again and again: 128 KiB out of 4 bytes each.
std::string bomb(std::size_t blocks) {
  std::string out = std::string(kMagic) + std::string("\0\x58", 2);
  for (std::size_t i = 0; i <= blocks; ++i) {
    const unsigned head = (128U * 1024U) << 3 | 2U | (i == blocks ? 1U : 0U);
    for (int k = 0; k < 3; ++k)
      out += static_cast<char>(head >> (8 * k) & 0xffU);
    out += 'A';
  }
  return out;
}

void check_any(std::string_view body) {
  const auto out = wire::decompress(body, kLimit);
  if (!out) {
    // Refused for its size alone: with more room it is read, or is found to be damaged further on.
    if (out.failure().kind != FailureKind::kTooLarge)
      require(!wire::decompress(body, 4 * kLimit).ok());
    return;
  }
  require(out->size() <= kLimit && body.starts_with(kMagic));
  const auto again = wire::decompress(wire::compress(*out), kLimit);
  require(again && *again == *out);
  // Nothing stands behind the one frame, and none of it is missing.
  require(ZSTD_findFrameCompressedSize(body.data(), body.size()) == body.size());
  require(!wire::decompress(std::string(body) + '\0', kLimit).ok());
  require(!wire::decompress(body.substr(0, body.size() - 1), kLimit).ok());
  if (!out->empty()) require(!wire::decompress(body, out->size() - 1).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::as_text(data, size);
  const unsigned form = fuzz::take_choice(rest, 7);
  if (form == 0) check_any(rest);
  if (form == 1) check_any(std::string(kMagic) + std::string(rest));
  if (form == 2) check_any(wire::compress(rest));
  if (form == 3) {
    const unsigned window = fuzz::take_choice(rest, 256);
    const std::string body = raw_frame(0, window, rest);
    // Window_Size = 2^(10 + exponent) and eighths of it (RFC 8878, 3.1.1.1.2).
    const bool small = window <= (23U - 10U) << 3;
    const auto out = wire::decompress(body, kLimit);
    require(out.ok() ==
            (small && rest.size() <= kLimit && rest.size() <= 128 * 1024 &&
             rest.size() <= (std::size_t{1024} << (window >> 3)) * (8 + window % 8) / 8));
  }
  const std::string one = wire::compress(rest.substr(0, 4096));
  if (form == 4) require(!wire::decompress(one + one, kLimit).ok());
  if (form == 5) {
    const std::string skippable("\x50\x2A\x4D\x18\1\0\0\0x", 9);
    require(!wire::decompress(skippable + one, kLimit).ok());
    require(!wire::decompress(one + skippable, kLimit).ok());
  }
  if (form == 6) {
    const auto out = wire::decompress(bomb(fuzz::take_choice(rest, 200)), kLimit);
    require(!out && out.failure().kind == FailureKind::kTooLarge);
  }
  return 0;
}
