// SPDX-License-Identifier: Apache-2.0
// The Host that answers from a capture (capture_format.h): the machine of a bug report or of a
// test. What was not asked when the capture was made is kNotFound, "not in the capture". Immutable;
// any thread may use it.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/host/capture_format.h"
#include "agent/host/host.h"

namespace muster::agent::host {

class CapturedHost final : public Host {
 public:
  explicit CapturedHost(std::vector<CaptureEntry> entries);
  // From the text of a capture.
  static Result<std::shared_ptr<CapturedHost>> parse(std::string_view text);

  Result<std::string> read(std::string_view path, std::size_t limit_bytes = kReadBytes) override;
  Result<std::vector<std::string>> list(std::string_view path) override;
  Result<std::string> read_link(std::string_view path) override;
  Result<FileStatus> status(std::string_view path) override;
  Result<FilesystemSpace> space(std::string_view mount_point) override;
  Result<Uname> uname() override;
  Result<std::string> netlink(NetlinkDump dump) override;

 private:
  struct Answer {
    std::optional<FailureKind> failure;
    std::string bytes;
  };

  Result<std::string> answer(Question question, std::string_view subject) const;
  template <class T>
  Result<T> decoded(Question question, std::string_view subject,
                    std::optional<T> (*decode)(std::string_view)) const;

  std::map<std::pair<Question, std::string>, Answer> answers_;
};

}  // namespace muster::agent::host
