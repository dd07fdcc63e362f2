// SPDX-License-Identifier: Apache-2.0
#include "server/store/write_ahead_log.h"

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace muster::server::store {
namespace {

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::size_t kChecksummedBytes = 8;  // of a frame's header; then the page
constexpr std::uint32_t kMagic = 0x377f0682;  // the lowest bit: checksums of big-endian words
constexpr std::uint32_t kLargestPage = 65536;

std::uint32_t word(std::string_view bytes, std::size_t at, bool big_endian = true) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[at + (big_endian ? i : 3 - i)]);
    value = value << 8 | byte;
  }
  return value;
}

struct Checksum {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  void add(std::string_view bytes, bool big_endian) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(bytes, at, big_endian) + second;
      second += word(bytes, at + 4, big_endian) + first;
    }
  }
  bool is(std::string_view bytes, std::size_t at) const {
    return word(bytes, at) == first && word(bytes, at + 4) == second;
  }
};

struct Scan {
  std::string salt;  // of this use of the file; empty: it holds nothing
  std::uint64_t frames = 0;
  std::uint64_t damaged = 0;  // the first one; 0: none
  bool is_proven = false;     // a whole commit, and more behind it, follow the damaged frame
};

Scan scan_log(std::istream& in) {
  Scan scan;
  std::string header(kHeaderBytes, '\0');
  if (!in.read(header.data(), static_cast<std::streamsize>(header.size()))) return scan;
  const std::uint32_t page_bytes = word(header, 8);
  const bool big_endian = (word(header, 0) & 1U) != 0;
  Checksum sum;
  sum.add(std::string_view(header).substr(0, 24), big_endian);
  if ((word(header, 0) & ~1U) != kMagic || page_bytes < 512 || page_bytes > kLargestPage ||
      !sum.is(header, 24))
    return scan;
  scan.salt = header.substr(16, 8);
  std::string frame(kFrameHeaderBytes + page_bytes, '\0');
  bool has_commit = false;
  while (in.read(frame.data(), static_cast<std::streamsize>(frame.size()))) {
    ++scan.frames;
    // Frames with another salt are what an earlier use of the file left behind this one's.
    const bool is_ours = frame.compare(8, scan.salt.size(), scan.salt) == 0;
    if (scan.damaged == 0) {
      sum.add(std::string_view(frame).substr(0, kChecksummedBytes), big_endian);
      sum.add(std::string_view(frame).substr(kFrameHeaderBytes), big_endian);
      if (!is_ours || !sum.is(frame, 16)) scan.damaged = scan.frames;
    }
    if (scan.damaged == 0 || !is_ours) continue;
    scan.is_proven = scan.is_proven || has_commit;
    has_commit = has_commit || word(frame, 4) != 0;
  }
  return scan;
}

}  // namespace

std::optional<std::string> log_damage(const std::filesystem::path& log) {
  // A server that begins the log anew meanwhile shows some of both; the second look tells.
  std::string salt;
  for (int look = 0; look < 3; ++look) {
    std::ifstream in(log, std::ios::binary);
    if (!in) {
      if (!std::filesystem::exists(log)) return std::nullopt;
      throw std::runtime_error("cannot read " + log.string());
    }
    const Scan scan = scan_log(in);
    if (!scan.is_proven) return std::nullopt;
    if (std::exchange(salt, scan.salt) != scan.salt) continue;
    return "frame " + std::to_string(scan.damaged) + " of " + std::to_string(scan.frames) +
           " is damaged, and commits that were on the disk stand behind it";
  }
  return std::nullopt;
}

}  // namespace muster::server::store
