// SPDX-License-Identifier: Apache-2.0
#include "common/wire/compress.h"

#include <zstd.h>

#include <memory>
#include <stdexcept>
#include <vector>

namespace muster::wire {
namespace {

constexpr int kLevel = 3;
constexpr int kWindowLog = 23;  // 8 MiB

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

std::string compress(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size =
      ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(size) != 0)
    throw std::runtime_error(std::string("zstd: ") + ZSTD_getErrorName(size));
  out.resize(size);
  return out;
}

Result<std::string> decompress(std::string_view bytes, std::size_t limit_bytes) {
  // Skippable frames are frames too for the library; only the magic of a real one may begin the
  // body.
  if (!bytes.starts_with("\x28\xB5\x2F\xFD"))
    return Failure{FailureKind::kMalformed, "the body is not a zstd frame"};
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLog);
  std::string out;
  std::vector<char> buffer(ZSTD_DStreamOutSize());
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  for (;;) {
    ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(left) != 0) {
      return Failure{FailureKind::kMalformed, std::string("zstd: ") + ZSTD_getErrorName(left)};
    }
    if (out.size() + output.pos > limit_bytes) {
      return Failure{FailureKind::kTooLarge, "the body decompresses to more than " +
                                                 std::to_string(limit_bytes) + " bytes"};
    }
    out.append(buffer.data(), output.pos);
    if (left == 0) {
      if (input.pos == input.size) return out;
      return Failure{FailureKind::kMalformed, "there are bytes after the zstd frame"};
    }
    if (input.pos == input.size && output.pos < output.size) {
      return Failure{FailureKind::kMalformed, "the zstd frame is truncated"};
    }
  }
}

}  // namespace muster::wire
