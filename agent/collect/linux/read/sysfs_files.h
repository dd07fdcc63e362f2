// SPDX-License-Identifier: Apache-2.0
// The small files of one folder of sysfs. What is not there is unknown; that something may not be
// read is kept, because a disk without its serial number would be another disk. One thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/host/host.h"

namespace muster::agent::collect {

class SysfsFiles {
 public:
  SysfsFiles(host::Host& host, std::string folder);

  std::optional<std::string> bytes(std::string_view name);
  // Without white space around it; NUL counts as a blank. nullopt: nothing else is there.
  std::optional<std::string> text(std::string_view name);
  std::optional<std::int64_t> number(std::string_view name);
  std::optional<bool> flag(std::string_view name);
  // The message of the first file that may not be read; empty: there was none.
  const std::string& denied() const { return denied_; }

 private:
  host::Host& host_;
  std::string folder_;
  std::string denied_;
};

}  // namespace muster::agent::collect
