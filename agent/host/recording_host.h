// SPDX-License-Identifier: Apache-2.0
// A Host that passes every question on to another one and notes it with its answer: for `capture`,
// and for `explain`, which shows where a value came from. A question asked again is noted once,
// with its first answer, except an answer that a smaller limit had cut off. Any thread may use it.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/host/capture_format.h"
#include "agent/host/host.h"

namespace muster::agent::host {

class RecordingHost final : public Host {
 public:
  explicit RecordingHost(std::shared_ptr<Host> inner) : inner_(std::move(inner)) {}

  Result<std::string> read(std::string_view path, std::size_t limit_bytes = kReadBytes) override;
  Result<std::vector<std::string>> list(std::string_view path) override;
  Result<std::string> read_link(std::string_view path) override;
  Result<FileStatus> status(std::string_view path) override;
  Result<FilesystemSpace> space(std::string_view mount_point) override;
  Result<Uname> uname() override;
  Result<std::string> netlink(NetlinkDump dump) override;

  std::vector<CaptureEntry> entries() const;  // in the order of the questions
  std::string to_capture() const;             // not redacted

 private:
  void note(CaptureEntry entry);
  template <class T, class Encode>
  Result<T> noted(Question question, std::string_view subject, Result<T> answer, Encode encode);

  std::shared_ptr<Host> inner_;
  mutable std::mutex mutex_;
  std::vector<CaptureEntry> entries_;
  std::map<std::pair<Question, std::string>, std::size_t> known_;  // index in entries_
};

}  // namespace muster::agent::host
