// SPDX-License-Identifier: Apache-2.0
// Reading and replacing the small files that trust hangs on: keys, certificates, names. A file is
// replaced whole or not at all, also by a crash or a power cut: a new file beside it is written,
// fsynced, renamed over it, and the folder is fsynced. One process writes a given file at a time
// (it uses NAME.new beside it). POSIX.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/support/result.h"

namespace muster {

enum class FileMode : unsigned { kPrivate = 0600, kPublic = 0644 };

// Larger ones are refused unread: no key and no chain is that large.
constexpr std::size_t kMaxFileBytes = 256 * 1024;

Result<Done> replace_file(const std::filesystem::path& path, std::string_view bytes, FileMode mode);

// kNotFound, kDenied, kTooLarge or kIo.
Result<std::string> read_file(const std::filesystem::path& path);

// As above, and refuses (kDenied) a file that is not a regular one, that others than its owner can
// read or write, or that belongs to somebody else than this user or root: the key in it is not a
// secret any more.
Result<std::string> read_private_file(const std::filesystem::path& path);

// A folder for such files, mode 0700; one that exists already is left as it is.
Result<Done> make_private_folder(const std::filesystem::path& path);

}  // namespace muster
