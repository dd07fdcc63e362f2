// SPDX-License-Identifier: Apache-2.0
// The answers of a capture that are not bytes: names, status, space, machine.
#include <algorithm>
#include <array>
#include <utility>

#include "agent/host/capture_format.h"
#include "common/support/text.h"

namespace muster::agent::host {
namespace {

constexpr std::array<std::string_view, 4> kTypes = {"file", "directory", "link", "other"};

// The words of one line that ends with a newline; empty when it is not one, or not `count` words.
std::vector<std::string_view> words_of(std::string_view text, std::size_t count) {
  if (text.empty() || text.back() != '\n') return {};
  text.remove_suffix(1);
  auto words = split(text, ' ');
  if (words.size() != count) words.clear();
  return words;
}

template <class T>
bool parse_unsigned(std::string_view text, T& out) {
  const auto number = parse_integer(text);
  if (!number || *number < 0 || !std::in_range<T>(*number)) return false;
  out = static_cast<T>(*number);
  return true;
}

}  // namespace

std::string encode_names(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names)
    out += name + "/\n";  // a name may hold a newline, but never a slash
  return out;
}

std::optional<std::vector<std::string>> decode_names(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t end = text.find('/');
    if (end == 0 || end == std::string_view::npos || text.substr(end, 2) != "/\n") {
      return std::nullopt;
    }
    if (text.substr(0, end).find('\0') != std::string_view::npos) return std::nullopt;
    names.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 2);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string encode_status(const FileStatus& status) {
  return std::string(kTypes[static_cast<std::size_t>(status.type)]) + " " +
         std::to_string(status.size_bytes) + " " + std::to_string(status.modified_ms) + " " +
         std::to_string(status.device) + " " + std::to_string(status.inode) + " " +
         std::to_string(status.mode) + "\n";
}

std::optional<FileStatus> decode_status(std::string_view text) {
  const auto words = words_of(text, 6);
  if (words.empty()) return std::nullopt;
  FileStatus status;
  const auto type = std::find(kTypes.begin(), kTypes.end(), words[0]);
  if (type == kTypes.end()) return std::nullopt;
  status.type = static_cast<FileType>(type - kTypes.begin());
  const auto modified_ms = parse_integer(words[2]);
  if (!modified_ms || !parse_unsigned(words[1], status.size_bytes) ||
      !parse_unsigned(words[3], status.device) || !parse_unsigned(words[4], status.inode) ||
      !parse_unsigned(words[5], status.mode)) {
    return std::nullopt;
  }
  status.modified_ms = *modified_ms;
  return status;
}

std::string encode_space(const FilesystemSpace& space) {
  return std::to_string(space.size_bytes) + " " + std::to_string(space.available_bytes) + "\n";
}

std::optional<FilesystemSpace> decode_space(std::string_view text) {
  const auto words = words_of(text, 2);
  FilesystemSpace space;
  if (words.empty() || !parse_unsigned(words[0], space.size_bytes) ||
      !parse_unsigned(words[1], space.available_bytes)) {
    return std::nullopt;
  }
  return space;
}

std::string encode_uname(const Uname& name) {
  return name.kernel_name + " " + name.architecture + "\n";
}

std::optional<Uname> decode_uname(std::string_view text) {
  const auto words = words_of(text, 2);
  if (words.empty()) return std::nullopt;
  return Uname{std::string(words[0]), std::string(words[1])};
}

std::string_view netlink_subject(NetlinkDump dump) {
  return dump == NetlinkDump::kLinks ? "links" : "addresses";
}

}  // namespace muster::agent::host
