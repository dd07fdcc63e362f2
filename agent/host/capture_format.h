// SPDX-License-Identifier: Apache-2.0
// A capture: what a Host was asked and what it answered, as one text file that a person can read
// before handing it on, and that tests replay.
//
//   muster-capture 1
//   # any comment
//   read /proc/meminfo ok lines 2
//    MemTotal:        2030404 kB
//    MemFree:          102400 kB
//   read /sys/firmware/dmi/tables/DMI ok hex 1
//    001800000102...
//   read /etc/nothing not_found text 1
//    cannot read /etc/nothing: No such file or directory
//   end 3
//
// An entry is question, subject, outcome, encoding and the number of lines that follow, each
// indented by one blank. `lines` is text that ends with a newline, `text` is text that does not,
// `hex` is anything else, 32 bytes a line. In a subject, bytes outside "!" to "~" and "%" are
// written %XX. The outcome is `ok` or the kind of failure, then the content is its message.
// Counting lines, not bytes, leaves a capture whole when somebody blanks out a word by hand; the
// last line tells a cut file from a whole one. The parser is strict and refuses everything else.
// Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/host/host.h"
#include "common/support/result.h"

namespace muster::agent::host {

enum class Question { kRead, kList, kReadLink, kStatus, kSpace, kUname, kNetlink };

std::string_view to_string(Question question);

struct CaptureEntry {
  Question question = Question::kRead;
  std::string subject = {};  // the path; "links" or "addresses" of kNetlink; "-" of kUname
  std::optional<FailureKind> failure = {};
  std::string answer = {};  // the bytes, or the encoding below, or the failure's message
  friend bool operator==(const CaptureEntry&, const CaptureEntry&) = default;
};

inline constexpr std::size_t kCaptureBytes = 256 * 1024 * 1024;
inline constexpr std::size_t kCaptureEntries = 1'000'000;

// Entries sorted by subject and question, whatever order they have. `comment` may have several
// lines.
std::string write_capture(std::vector<CaptureEntry> entries, std::string_view comment = {});
// kMalformed and kTooLarge name the line.
Result<std::vector<CaptureEntry>> parse_capture(std::string_view text);

// How answers that are not bytes are written. The readers give nullopt when the text is not one.
std::string encode_names(const std::vector<std::string>& names);  // "cpu0/\ncpu1/\n"
std::optional<std::vector<std::string>> decode_names(std::string_view text);
std::string encode_status(const FileStatus& status);
std::optional<FileStatus> decode_status(std::string_view text);
std::string encode_space(const FilesystemSpace& space);
std::optional<FilesystemSpace> decode_space(std::string_view text);
std::string encode_uname(const Uname& name);
std::optional<Uname> decode_uname(std::string_view text);
std::string_view netlink_subject(NetlinkDump dump);

}  // namespace muster::agent::host
