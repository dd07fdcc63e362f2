// SPDX-License-Identifier: Apache-2.0
#include "common/wire/compress.h"

#include <zstd.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

namespace muster::wire {
namespace {

constexpr int kLevel = 3;
constexpr int kWindowLog = 23;  // 8 MiB
constexpr std::string_view kMagic = "\x28\xB5\x2F\xFD";

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

Result<FrameSize> frame_size(std::string_view bytes) {
  // Skippable frames are frames too for the library; only the magic of a real one may begin the
  // body.
  if (!bytes.starts_with(kMagic))
    return Failure{FailureKind::kMalformed, "the body is not a zstd frame"};
  const auto byte = [&](std::size_t at) -> std::uint64_t {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
  };
  const std::uint64_t descriptor = byte(kMagic.size());
  const bool is_single_segment = (descriptor & 0x20U) != 0;
  constexpr std::size_t kDictionaryBytes[] = {0, 1, 2, 4};
  constexpr std::size_t kContentBytes[] = {0, 2, 4, 8};
  std::size_t at = kMagic.size() + 1;
  FrameSize size;
  if (!is_single_segment) {
    const std::uint64_t window = byte(at++);
    const std::uint64_t base = std::uint64_t{1} << (10 + (window >> 3U));
    size.window_bytes = base + base / 8 * (window & 7U);
  }
  at += kDictionaryBytes[descriptor & 3U];
  std::size_t length = kContentBytes[descriptor >> 6U];
  if (length == 0 && is_single_segment) length = 1;
  if (length > 0) {
    std::uint64_t content = length == 2 ? 256 : 0;
    for (std::size_t i = 0; i < length; ++i)
      content += byte(at + i) << (8 * i);
    size.content_bytes = content;
  }
  at += length;
  if (at > bytes.size()) return Failure{FailureKind::kMalformed, "the zstd frame is truncated"};
  if (is_single_segment) size.window_bytes = *size.content_bytes;
  if (!is_single_segment && size.window_bytes > std::uint64_t{1} << kWindowLog) {
    return Failure{FailureKind::kMalformed, "the zstd frame needs a window above 8 MiB"};
  }
  return size;
}

namespace {

// Gives each part of what comes out to `take`.
template <class Take>
Result<std::size_t> unpack(std::string_view bytes, std::size_t limit_bytes, const Take& take) {
  const Result<FrameSize> frame = frame_size(bytes);
  if (!frame) return frame.failure();
  const auto too_large = [&] {
    return Failure{FailureKind::kTooLarge,
                   "the body decompresses to more than " + std::to_string(limit_bytes) + " bytes"};
  };
  if (frame->content_bytes.value_or(0) > limit_bytes) return too_large();
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLog);
  // Most reports are small; a buffer of the library's liking would cost more than they do.
  std::vector<char> buffer(std::min<std::uint64_t>(
      frame->content_bytes.value_or(ZSTD_DStreamOutSize()) + 1, ZSTD_DStreamOutSize()));
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  for (std::size_t size = 0;;) {
    ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(left) != 0) {
      return Failure{FailureKind::kMalformed, std::string("zstd: ") + ZSTD_getErrorName(left)};
    }
    size += output.pos;
    if (size > limit_bytes) return too_large();
    take(std::string_view(buffer.data(), output.pos));
    if (left == 0) {
      if (input.pos == input.size) return size;
      return Failure{FailureKind::kMalformed, "there are bytes after the zstd frame"};
    }
    if (input.pos == input.size && output.pos < output.size) {
      return Failure{FailureKind::kMalformed, "the zstd frame is truncated"};
    }
  }
}

}  // namespace

Result<std::size_t> unpacked_size(std::string_view bytes, std::size_t limit_bytes) {
  return unpack(bytes, limit_bytes, [](std::string_view) {});
}

Result<std::string> decompress(std::string_view bytes, std::size_t limit_bytes) {
  std::string out;
  // Growing by doubling would need three times the memory; what is only claimed is never touched.
  const Result<FrameSize> frame = frame_size(bytes);
  if (frame) out.reserve(std::min<std::uint64_t>(frame->content_bytes.value_or(0), limit_bytes));
  const auto size = unpack(bytes, limit_bytes, [&](std::string_view part) { out.append(part); });
  if (!size) return size.failure();
  return out;
}

}  // namespace muster::wire
