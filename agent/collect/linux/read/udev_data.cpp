// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/read/udev_data.h"

#include "common/support/text.h"

namespace muster::agent::collect {

std::optional<std::string_view> udev_property(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.starts_with("E:")) continue;
    line.remove_prefix(2);
    if (!line.starts_with(name) || line.substr(name.size(), 1) != "=") continue;
    const std::string_view value = trim(line.substr(name.size() + 1));
    if (value.empty()) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

std::string decode_udev(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto byte =
        text.starts_with("\\x") && text.size() >= 4 ? from_hex(text.substr(2, 2)) : std::nullopt;
    out += byte ? *byte : std::string(1, text.front());
    text.remove_prefix(byte ? 4 : 1);
  }
  return out;
}

std::string read_udev_data(host::Host& host, std::string_view device_number) {
  const std::string_view number = trim(device_number);
  if (number.empty() || number.find('/') != std::string_view::npos) return {};
  auto text = host.read("/run/udev/data/b" + std::string(number));
  return text ? std::move(*text) : std::string();
}

}  // namespace muster::agent::collect
