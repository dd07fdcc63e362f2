// SPDX-License-Identifier: Apache-2.0
// What a restored backup must not undo: revocations and uses of join tokens, in a file of their own
// that backups leave alone and that is read at start (model.md section 6). Append only, each line
// on the disk (fdatasync) before append() returns. One line a record, checksum first, so that
// damage is noticed:
//   <16 hex digits of SHA-256 of the rest> <RFC 3339 time> <kind> <subject>
// A last line that a crash or power cut left torn is cut off at the next open; the request it
// belonged to was never answered. Damage anywhere else refuses to open: silently losing a
// revocation would let a thief back in. One process has the file open for writing (it is locked).
// Any thread may append.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::server::ca {

enum class SideLogKind {
  kAgentRevoked,        // subject: the agent's id
  kCertificateRevoked,  // subject: the serial number in hex
  kTokenUsed,           // subject: the token's id; one record a use
  kTokenRevoked,        // subject: the token's id
};
std::string_view to_string(SideLogKind kind);

struct SideLogRecord {
  Instant at;
  SideLogKind kind = SideLogKind::kAgentRevoked;
  std::string
      subject;  // 1 to 128 printable ASCII characters without spaces; never a token's secret
  friend bool operator==(const SideLogRecord&, const SideLogRecord&) = default;
};

// Pure halves: one line with its "\n", and a whole file.
std::string format_side_log_line(const SideLogRecord& record);
struct SideLogContent {
  std::vector<SideLogRecord> records;
  std::size_t good_bytes = 0;  // what lies behind is the torn end of the last write
};
Result<SideLogContent> parse_side_log(std::string_view text);

class SideLog {
 public:
  // Called by append() with the cause when the disk did not confirm a record. What was answered
  // before may be lost as well, so the process must end (docs/decisions/0017-fault-points.md).
  using OnLostSync = std::function<void(const std::string&)>;

  // Creates the file (mode 0600) where it is missing.
  static Result<SideLog> open(const std::filesystem::path& path, OnLostSync on_lost_sync = {});
  ~SideLog();
  SideLog(SideLog&& other) noexcept;
  SideLog& operator=(SideLog&&) = delete;

  // What the file held at open, in order.
  const std::vector<SideLogRecord>& records() const { return records_; }
  bool was_torn() const { return was_torn_; }  // for a warning in the log

  // A record that could not be written whole (no space) is taken out again, and the next append may
  // work. After a sync that failed, or where taking out failed, every later append fails until the
  // file is opened anew: what the disk really holds is known only then.
  Result<Done> append(const SideLogRecord& record);

 private:
  SideLog(std::filesystem::path path, int descriptor, OnLostSync on_lost_sync);
  Failure take_out_again(int error);
  std::filesystem::path path_;
  int descriptor_ = -1;  // owned
  std::vector<SideLogRecord> records_;
  bool was_torn_ = false;
  bool is_broken_ = false;
  std::size_t size_ = 0;  // of whole records, where the next one goes
  OnLostSync on_lost_sync_;
  std::unique_ptr<std::mutex> mutex_;
};

}  // namespace muster::server::ca
