// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/read/sysfs_files.h"

#include <algorithm>
#include <utility>

#include "common/support/text.h"

namespace muster::agent::collect {

SysfsFiles::SysfsFiles(host::Host& host, std::string folder)
    : host_(host), folder_(std::move(folder)) {}

std::optional<std::string> SysfsFiles::bytes(std::string_view name) {
  auto content = host_.read(folder_ + "/" + std::string(name));
  if (content) return std::move(*content);
  if (content.failure().kind == FailureKind::kDenied && denied_.empty())
    denied_ = content.failure().message;
  return std::nullopt;
}

std::optional<std::string> SysfsFiles::text(std::string_view name) {
  auto content = bytes(name);
  if (!content) return std::nullopt;
  std::replace(content->begin(), content->end(), '\0', ' ');
  const std::string_view value = trim(*content);
  if (value.empty()) return std::nullopt;
  return std::string(value);
}

std::optional<std::int64_t> SysfsFiles::number(std::string_view name) {
  const auto value = text(name);
  return value ? parse_integer(*value) : std::nullopt;
}

std::optional<bool> SysfsFiles::flag(std::string_view name) {
  const auto value = number(name);
  if (!value) return std::nullopt;
  return *value != 0;
}

}  // namespace muster::agent::collect
