// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/read/text_files.h"

#include <utility>

#include "common/support/text.h"

namespace muster::agent::collect {

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return text;
}

std::optional<std::string> TextFiles::read(std::string_view path) {
  auto text = host_.read(path);
  if (text) return *std::move(text);
  if (text.failure().kind != FailureKind::kNotFound) note(text.failure().message);
  return std::nullopt;
}

std::optional<std::string> TextFiles::line(std::string_view path) {
  const auto text = read(path);
  if (!text) return std::nullopt;
  const std::string_view whole = without_byte_order_mark(*text);
  return text_or_nothing(trim(whole.substr(0, whole.find('\n'))));
}

void TextFiles::note(std::string reason) {
  if (status_.status == inventory::Status::kOk)
    status_ = {inventory::Status::kPartial, std::move(reason)};
}

}  // namespace muster::agent::collect
