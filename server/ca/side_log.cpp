// SPDX-License-Identifier: Apache-2.0
#include "server/ca/side_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "common/support/digest.h"
#include "common/support/text.h"
#include "server/fault_points.h"

namespace muster::server::ca {
namespace {

constexpr std::size_t kChecksumDigits = 16;
constexpr std::size_t kMaxSubjectBytes = 128;
constexpr std::array kKinds = {SideLogKind::kAgentRevoked, SideLogKind::kCertificateRevoked,
                               SideLogKind::kTokenUsed, SideLogKind::kTokenRevoked};

std::string checksum(std::string_view content) {
  return sha256_hex(content).substr(0, kChecksumDigits);
}

bool is_subject(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSubjectBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// `line` without its end.
std::optional<SideLogRecord> parse_line(std::string_view line) {
  if (line.size() <= kChecksumDigits || line[kChecksumDigits] != ' ') return std::nullopt;
  const std::string_view content = line.substr(kChecksumDigits + 1);
  if (checksum(content) != line.substr(0, kChecksumDigits)) return std::nullopt;
  const auto words = split(content, ' ');
  if (words.size() != 3 || !is_subject(words[2])) return std::nullopt;
  const auto at = parse_rfc3339(words[0]);
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](SideLogKind candidate) {
    return to_string(candidate) == words[1];
  });
  if (!at || kind == kKinds.end()) return std::nullopt;
  return SideLogRecord{*at, *kind, std::string(words[2])};
}

Failure system_failure(const char* what, const std::filesystem::path& path) {
  return {FailureKind::kIo,
          std::string(what) + " " + path.string() + ": " + std::generic_category().message(errno)};
}

Result<std::string> read_all(int descriptor, const std::filesystem::path& path) {
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("cannot read", path);
    if (count == 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

bool sync_folder(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool done = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return done;
}

}  // namespace

std::string_view to_string(SideLogKind kind) {
  switch (kind) {
    case SideLogKind::kAgentRevoked:
      return "agent_revoked";
    case SideLogKind::kCertificateRevoked:
      return "certificate_revoked";
    case SideLogKind::kTokenUsed:
      return "token_used";
    case SideLogKind::kTokenRevoked:
      return "token_revoked";
  }
  return "";
}

std::string format_side_log_line(const SideLogRecord& record) {
  const std::string content =
      to_rfc3339(record.at) + " " + std::string(to_string(record.kind)) + " " + record.subject;
  return checksum(content) + " " + content + "\n";
}

Result<SideLogContent> parse_side_log(std::string_view text) {
  SideLogContent result;
  for (std::size_t number = 1; result.good_bytes < text.size(); ++number) {
    const std::string_view left = text.substr(result.good_bytes);
    const std::size_t end = left.find('\n');
    if (end == std::string_view::npos) break;
    std::optional<SideLogRecord> record = parse_line(left.substr(0, end));
    if (!record) {
      // Blocks of one write reach the disk in any order: its end may be there and its middle not.
      if (end + 1 == left.size()) break;
      return Failure{FailureKind::kMalformed,
                     "line " + std::to_string(number) +
                         " is damaged: restore the file from its latest copy, or remove the line "
                         "after checking by hand which revocation it held"};
    }
    result.records.push_back(*std::move(record));
    result.good_bytes += end + 1;
  }
  return result;
}

SideLog::SideLog(std::filesystem::path path, int descriptor, OnLostSync on_lost_sync)
    : path_(std::move(path)),
      descriptor_(descriptor),
      on_lost_sync_(std::move(on_lost_sync)),
      mutex_(std::make_unique<std::mutex>()) {}

SideLog::~SideLog() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

SideLog::SideLog(SideLog&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      records_(std::move(other.records_)),
      was_torn_(other.was_torn_),
      is_broken_(other.is_broken_),
      size_(other.size_),
      on_lost_sync_(std::move(other.on_lost_sync_)),
      mutex_(std::move(other.mutex_)) {}

Result<SideLog> SideLog::open(const std::filesystem::path& path, OnLostSync on_lost_sync) {
  const int descriptor =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return system_failure("cannot open", path);
  SideLog log(path, descriptor, std::move(on_lost_sync));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return Failure{FailureKind::kRefused,
                   path.string() + " is in use: another muster-server runs on this folder"};
  }
  if (const auto fault = fault_failure("side_log.open")) return *fault;
  const Result<std::string> text = read_all(descriptor, path);
  if (!text) return text.failure();
  Result<SideLogContent> content = parse_side_log(*text);
  if (!content) {
    return Failure{content.failure().kind, path.string() + ": " + content.failure().message};
  }
  log.was_torn_ = content->good_bytes != text->size();
  if (log.was_torn_ && ::ftruncate(descriptor, static_cast<off_t>(content->good_bytes)) != 0) {
    return system_failure("cannot cut the torn end off", path);
  }
  if (::fsync(descriptor) != 0 || !sync_folder(path)) {
    return system_failure("cannot make sure that the disk holds", path);
  }
  log.size_ = content->good_bytes;
  log.records_ = std::move(content->records);
  return log;
}

// Whoever was refused the record may ask again as soon as there is space.
Failure SideLog::take_out_again(int error) {
  is_broken_ = ::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0;
  errno = error;
  return system_failure("cannot write", path_);
}

Result<Done> SideLog::append(const SideLogRecord& record) {
  if (!is_subject(record.subject)) {
    return Failure{FailureKind::kMalformed,
                   "\"" + printable(record.subject) + "\" cannot stand in the log of revocations"};
  }
  const std::string line = format_side_log_line(record);
  const std::lock_guard lock(*mutex_);
  if (is_broken_) {
    return Failure{
        FailureKind::kIo,
        path_.string() + " could not be written before: mend the disk, then restart the server"};
  }
  std::string_view left = line;
  while (!left.empty()) {
    const ssize_t written =
        fault_errno("side_log.write") ? -1 : ::write(descriptor_, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return take_out_again(errno);
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fault_errno("side_log.sync") || ::fdatasync(descriptor_) != 0) {
    // The kernel forgets after one failed sync what was not written; a second call would wrongly
    // succeed.
    is_broken_ = true;
    const Failure failure = system_failure("cannot make sure that the disk holds", path_);
    if (on_lost_sync_) on_lost_sync_(failure.message);
    return failure;
  }
  size_ += line.size();
  fault_at("side_log.synced");
  return Done{};
}

}  // namespace muster::server::ca
