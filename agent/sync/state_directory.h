// SPDX-License-Identifier: Apache-2.0
// The agent's folder (/var/lib/muster-agent): mode 0700, everything in it 0600, of one owner. It
// holds the key, which is the identity of this machine. An agent whose folder could have been read
// or written by others does not start and names the file. Files are replaced whole
// (common/support/file.h). The administrator may run commands as root on a folder that the agent's
// own user owns: files are then made as that user. One process at a time holds the lock; one thread
// at a time uses an object.
//
//   key.pem certificate.pem             the identity of this agent
//   next-key.pem next-certificate.pem   the renewed one, until it is proven
//   ca.pem                              every certificate authority that is believed
//   agent.json                          agent id, server, pin of the first authority
//   sequence                            number of the last report, written before it is sent
//   snapshot                            the sections as the last report (sent or spooled) left them
//   exchange.json                       the last exchange, for `status`
//   spool/                              reports that are not acknowledged yet
//   lock
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::agent::sync {

inline constexpr std::string_view kKeyFile = "key.pem";
inline constexpr std::string_view kCertificateFile = "certificate.pem";
inline constexpr std::string_view kNextKeyFile = "next-key.pem";
inline constexpr std::string_view kNextCertificateFile = "next-certificate.pem";
inline constexpr std::string_view kAuthoritiesFile = "ca.pem";
inline constexpr std::string_view kAgentFile = "agent.json";
inline constexpr std::string_view kSequenceFile = "sequence";
inline constexpr std::string_view kSnapshotFile = "snapshot";
inline constexpr std::string_view kExchangeFile = "exchange.json";
inline constexpr std::string_view kSpoolFolder = "spool";

class StateDirectory {
 public:
  static constexpr std::size_t kSmallFileBytes = 256 * 1024;

  // Makes the folder if it does not exist. kDenied names the file whose mode or owner is wrong and
  // the command that mends it.
  static Result<StateDirectory> open(std::filesystem::path path);
  // The same without making anything: kNotFound if the folder does not exist. For commands that
  // only read.
  static Result<StateDirectory> open_existing(std::filesystem::path path);
  // A folder that does not exist: everything in it is kNotFound.
  static StateDirectory absent(std::filesystem::path path) { return {std::move(path), 0, 0}; }

  const std::filesystem::path& path() const { return path_; }
  // Names are relative ("key.pem", "spool/00000000000000000812.report").
  bool contains(std::string_view name) const;
  Result<std::string> read(std::string_view name, std::size_t limit_bytes = kSmallFileBytes) const;
  Result<Done> write(std::string_view name, std::string_view bytes) const;
  Result<Done> rename(std::string_view from, std::string_view to) const;
  Result<Done> remove(std::string_view name) const;  // a missing file is success
  Result<std::uint64_t> size_bytes(std::string_view name) const;
  std::optional<Instant> modified_at(std::string_view name) const;
  Result<std::vector<std::string>> list(std::string_view folder) const;  // names, sorted

 private:
  StateDirectory(std::filesystem::path path, uid_t owner, gid_t group)
      : path_(std::move(path)), owner_(owner), group_(group) {}
  Result<Done> check_contents() const;

  std::filesystem::path path_;
  uid_t owner_;
  gid_t group_;
};

// Held while the object lives; the kernel releases it when the process dies.
class StateLock {
 public:
  // kRefused: another agent works in this folder.
  static Result<StateLock> take(const StateDirectory& directory);
  // Another lock, for key and certificate, since `enroll` may run beside the daemon.
  static Result<StateLock> take_for_enrolment(const StateDirectory& directory);
  ~StateLock();
  StateLock(StateLock&& other) noexcept;
  StateLock& operator=(StateLock&& other) noexcept;
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

 private:
  static Result<StateLock> take(const StateDirectory& directory, std::string_view name,
                                const std::string& when_held);
  explicit StateLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace muster::agent::sync
