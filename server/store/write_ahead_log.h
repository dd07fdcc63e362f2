// SPDX-License-Identifier: Apache-2.0
// What SQLite's write-ahead log shows of itself before it is opened
// (https://www.sqlite.org/fileformat.html, section 4). SQLite takes a frame with a wrong checksum
// for the torn end of a write, and leaves it and all behind it out without a word; after a crash
// that is what it is. But every commit is synced before the next one is written: where whole
// commits stand behind the frame, it was on the disk once, and what is left out was acknowledged.
// Errors: std::runtime_error when the file cannot be read. Reads only; any thread.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace muster::server::store {

// "frame 17 of 40 is damaged ...", nullopt when nothing is wrong or there is no log.
std::optional<std::string> log_damage(const std::filesystem::path& log);

}  // namespace muster::server::store
