// SPDX-License-Identifier: Apache-2.0
// What a zstd frame says of itself before it is unpacked, and frames that lie.
#include "common/wire/compress.h"

#include <zstd.h>

#include <catch2/catch.hpp>

namespace muster::wire {
namespace {

std::string frame(const std::string& rest) {
  return "\x28\xB5\x2F\xFD" + rest;
}

TEST_CASE("a frame tells its window and, where it does, its content", "[wire]") {
  const auto own = frame_size(compress(std::string(100'000, 'x')));
  REQUIRE(own);
  CHECK(own->content_bytes == 100'000);
  struct Case {
    std::string head;
    std::uint64_t window;
    std::optional<std::uint64_t> content;
  };
  for (const Case& c : std::initializer_list<Case>{
           {std::string("\x20\x05", 2), 5, 5},
           {std::string("\x60\x00\x01", 3), 512, 512},  // two bytes count from 256
           {std::string("\xa0\x00\x00\x01\x00", 5), 65536, 65536},
           {std::string("\xe0\0\0\0\0\0\0\0\x40", 9), 1ull << 62, 1ull << 62},
           {std::string("\x00\x00", 2), 1024, std::nullopt},
           {std::string("\x00\x68", 2), 8u << 20, std::nullopt},
           {std::string("\x00\x0f", 2), 2048 + 2048 / 8 * 7, std::nullopt},
           {std::string("\x03\x00\x01\x02\x03\x04", 6), 1024, std::nullopt},  // a dictionary's id
       }) {
    const auto size = frame_size(frame(c.head));
    REQUIRE(size);
    CHECK(size->window_bytes == c.window);
    CHECK(size->content_bytes == c.content);
  }
  for (const std::string& bad :
       {std::string(), std::string("{}"), frame(""), frame("\x20"),
        frame(std::string("\x60\x00", 2)), frame(std::string("\x00\x69", 2)),
        frame(std::string("\x00\xff", 2)), std::string("\x50\x2a\x4d\x18\0\0\0\0", 8)}) {
    CHECK_FALSE(frame_size(bad));
    CHECK_FALSE(decompress(bad, 100));
    CHECK_FALSE(unpacked_size(bad, 100));
  }
}

TEST_CASE("the size that unpacking finds is the size that comes out, to the byte of the limit",
          "[wire]") {
  const std::string text(200'000, 'y');
  const std::string packed = compress(text);
  CHECK(unpacked_size(packed, text.size()).value() == text.size());
  CHECK(decompress(packed, text.size()).value() == text);
  CHECK(unpacked_size(packed, text.size() - 1).failure().kind == FailureKind::kTooLarge);
  CHECK(decompress(packed, text.size() - 1).failure().kind == FailureKind::kTooLarge);
  CHECK_FALSE(decompress(packed + packed, text.size() * 2));
  CHECK_FALSE(decompress(packed.substr(0, packed.size() - 1), text.size()));
}

TEST_CASE("a frame whose content is not what its head said does not unpack", "[wire]") {
  // A raw last block of one byte; the head says 5.
  CHECK_FALSE(decompress(frame(std::string("\x20\x05\x09\x00\x00x", 6)), 100));
  CHECK(decompress(frame(std::string("\x20\x01\x09\x00\x00x", 6)), 100).value() == "x");
  CHECK_FALSE(decompress(frame(std::string("\x20\x00\x09\x00\x00x", 6)), 100));
  // The head says 2^62: refused without asking for it.
  CHECK(decompress(frame(std::string("\xe0\0\0\0\0\0\0\0\x40\x01\0\0", 12)), 100).failure().kind ==
        FailureKind::kTooLarge);
}

}  // namespace
}  // namespace muster::wire
