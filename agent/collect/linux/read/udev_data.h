// SPDX-License-Identifier: Apache-2.0
// udev's database, /run/udev/data: one small text file a device, lines "E:NAME=value" for the
// properties that its rules found out. Pure except read_udev_data; any thread.
// Source: systemd 252, src/libsystemd/sd-device (the format is private but has not changed since
// udev 174; it is only used for what sysfs does not tell).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "agent/host/host.h"

namespace muster::agent::collect {

// The value of the property; nullopt: it is not there or empty. The view is into `text`.
std::optional<std::string_view> udev_property(std::string_view text, std::string_view name);

// "\x20" as udev writes bytes in ID_MODEL_ENC, ID_FS_LABEL_ENC and the names in /dev/disk.
std::string decode_udev(std::string_view text);

// The file of a block device by "major:minor" (/sys/block/NAME/dev); empty when there is none.
std::string read_udev_data(host::Host& host, std::string_view device_number);

}  // namespace muster::agent::collect
