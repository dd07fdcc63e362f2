// SPDX-License-Identifier: Apache-2.0
// The files that a server hands to new machines, with their SHA-256. Names are checked before the
// file system is asked, only regular files count, and links are not followed. A digest is computed
// once for each version (size and time of change) of a file, since anybody may ask. Any thread.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::server::api {

// 1 to 128 characters of A-Z a-z 0-9 . _ + ~ - of which the first is a letter or a digit: no way
// out of the directory and none to a hidden file.
bool is_download_name(std::string_view name);

struct Download {
  std::string name;
  std::uint64_t size_bytes = 0;
  std::string sha256;  // hex
};

class Downloads {
 public:
  explicit Downloads(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Sorted by name; none when there is no directory. A file that cannot be read is left out.
  std::vector<Download> list();
  std::optional<Download> find(std::string_view name);
  std::filesystem::path path_of(const Download& download) const {
    return directory_ / download.name;
  }

 private:
  struct Version {
    std::uint64_t size_bytes = 0;
    std::int64_t changed_ns = 0;
    std::string sha256;
  };
  std::filesystem::path directory_;
  std::mutex mutex_;  // also lets one thread at a time compute
  std::map<std::string, Version, std::less<>> known_;
};

}  // namespace muster::server::api
