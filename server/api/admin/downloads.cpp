// SPDX-License-Identifier: Apache-2.0
#include "server/api/admin/downloads.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/support/digest.h"
#include "common/support/text.h"

namespace muster::server::api {
namespace {

constexpr std::size_t kMaxNameBytes = 128;
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

struct Descriptor {
  explicit Descriptor(int descriptor) : number(descriptor) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number;
};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::optional<std::string> digest_of(int file) {
  Sha256 digest;
  std::array<char, kReadBytes> buffer;
  for (;;) {
    const ssize_t count = ::read(file, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return to_hex(digest.finish());
    digest.update({buffer.data(), static_cast<std::size_t>(count)});
  }
}

}  // namespace

bool is_download_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && is_letter_or_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_letter_or_digit(c) || std::string_view("._+~-").find(c) != std::string::npos;
         });
}

std::optional<Download> Downloads::find(std::string_view name) {
  if (!is_download_name(name)) return std::nullopt;
  const Descriptor file(
      ::open((directory_ / name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status = {};
  if (file.number < 0 || ::fstat(file.number, &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const std::int64_t changed = status.st_ctim.tv_sec * kNsPerSecond + status.st_ctim.tv_nsec;
  const std::lock_guard lock(mutex_);
  Version& version = known_[std::string(name)];
  if (version.sha256.empty() || version.size_bytes != size || version.changed_ns != changed) {
    const auto digest = digest_of(file.number);
    if (!digest) return std::nullopt;
    version = {size, changed, *digest};
  }
  return Download{std::string(name), size, version.sha256};
}

std::vector<Download> Downloads::list() {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory_, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::vector<Download> out;
  for (const std::string& name : names) {
    if (auto download = find(name)) out.push_back(*std::move(download));
  }
  return out;
}

}  // namespace muster::server::api
