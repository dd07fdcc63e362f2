// SPDX-License-Identifier: Apache-2.0
#include "agent/host/captured_host.h"

#include "common/support/text.h"

namespace muster::agent::host {

CapturedHost::CapturedHost(std::vector<CaptureEntry> entries) {
  for (CaptureEntry& entry : entries) {
    answers_.emplace(std::pair(entry.question, std::move(entry.subject)),
                     Answer{entry.failure, std::move(entry.answer)});
  }
}

Result<std::shared_ptr<CapturedHost>> CapturedHost::parse(std::string_view text) {
  auto entries = parse_capture(text);
  if (!entries) return entries.failure();
  return std::make_shared<CapturedHost>(std::move(*entries));
}

Result<std::string> CapturedHost::answer(Question question, std::string_view subject) const {
  const auto found = answers_.find({question, std::string(subject)});
  if (found == answers_.end()) {
    return Failure{FailureKind::kNotFound, std::string(to_string(question)) + " " +
                                               printable(subject) + " is not in the capture"};
  }
  if (found->second.failure) return Failure{*found->second.failure, found->second.bytes};
  return found->second.bytes;
}

template <class T>
Result<T> CapturedHost::decoded(Question question, std::string_view subject,
                                std::optional<T> (*decode)(std::string_view)) const {
  const auto text = answer(question, subject);
  if (!text) return text.failure();
  auto value = decode(*text);
  if (!value) {
    return Failure{FailureKind::kMalformed, "the capture's answer to " +
                                                std::string(to_string(question)) + " " +
                                                printable(subject) + " is not well written"};
  }
  return std::move(*value);
}

Result<std::string> CapturedHost::read(std::string_view path, std::size_t limit_bytes) {
  auto bytes = answer(Question::kRead, path);
  if (bytes && bytes->size() > limit_bytes) {
    return Failure{FailureKind::kTooLarge, printable(path) + " is larger than the limit of " +
                                               std::to_string(limit_bytes) +
                                               " bytes; it was not used"};
  }
  return bytes;
}

Result<std::vector<std::string>> CapturedHost::list(std::string_view path) {
  return decoded(Question::kList, path, decode_names);
}

Result<std::string> CapturedHost::read_link(std::string_view path) {
  return answer(Question::kReadLink, path);
}

Result<FileStatus> CapturedHost::status(std::string_view path) {
  return decoded(Question::kStatus, path, decode_status);
}

Result<FilesystemSpace> CapturedHost::space(std::string_view mount_point) {
  return decoded(Question::kSpace, mount_point, decode_space);
}

Result<Uname> CapturedHost::uname() {
  return decoded(Question::kUname, "-", decode_uname);
}

Result<std::string> CapturedHost::netlink(NetlinkDump dump) {
  return answer(Question::kNetlink, netlink_subject(dump));
}

}  // namespace muster::agent::host
