// SPDX-License-Identifier: Apache-2.0
#include "agent/host/recording_host.h"

#include <functional>

namespace muster::agent::host {

void RecordingHost::note(CaptureEntry entry) {
  const std::lock_guard lock(mutex_);
  const auto [place, is_new] = known_.try_emplace({entry.question, entry.subject}, entries_.size());
  if (is_new) {
    entries_.push_back(std::move(entry));
    return;
  }
  CaptureEntry& before = entries_[place->second];
  if (before.failure == FailureKind::kTooLarge && !entry.failure) before = std::move(entry);
}

template <class T, class Encode>
Result<T> RecordingHost::noted(Question question, std::string_view subject, Result<T> answer,
                               Encode encode) {
  CaptureEntry entry{.question = question, .subject = std::string(subject), .failure = {}};
  if (answer) {
    entry.answer = encode(*answer);
  } else {
    entry.failure = answer.failure().kind;
    entry.answer = answer.failure().message;
  }
  note(std::move(entry));
  return answer;
}

Result<std::string> RecordingHost::read(std::string_view path, std::size_t limit_bytes) {
  return noted(Question::kRead, path, inner_->read(path, limit_bytes), std::identity());
}

Result<std::vector<std::string>> RecordingHost::list(std::string_view path) {
  return noted(Question::kList, path, inner_->list(path), encode_names);
}

Result<std::string> RecordingHost::read_link(std::string_view path) {
  return noted(Question::kReadLink, path, inner_->read_link(path), std::identity());
}

Result<FileStatus> RecordingHost::status(std::string_view path) {
  return noted(Question::kStatus, path, inner_->status(path), encode_status);
}

Result<FilesystemSpace> RecordingHost::space(std::string_view mount_point) {
  return noted(Question::kSpace, mount_point, inner_->space(mount_point), encode_space);
}

Result<Uname> RecordingHost::uname() {
  return noted(Question::kUname, "-", inner_->uname(), encode_uname);
}

Result<std::string> RecordingHost::netlink(NetlinkDump dump) {
  return noted(Question::kNetlink, netlink_subject(dump), inner_->netlink(dump), std::identity());
}

std::vector<CaptureEntry> RecordingHost::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

std::string RecordingHost::to_capture() const {
  return write_capture(entries());
}

}  // namespace muster::agent::host
