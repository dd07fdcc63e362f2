// SPDX-License-Identifier: Apache-2.0
#include "common/support/log.h"

#include <cstdio>

#include "common/support/clock.h"
#include "common/support/text.h"

namespace muster {
namespace {

constexpr std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

}  // namespace

Log::Log(LogLevel least)
    : Log(least, [](LogLevel, const std::string& line) {
        std::fwrite(line.data(), 1, line.size(), stderr);
      }) {}

void Log::write(LogLevel level, std::string_view part, std::string_view text,
                std::initializer_list<LogField> fields) const {
  if (level < least_) return;
  std::string line = to_rfc3339(SystemClock{}.now());
  line += ' ';
  line += name_of(level);
  line += ' ';
  line += part;
  line += ": ";
  line += printable(text);
  for (const auto& [name, value] : fields) {
    line += ' ';
    line += name;
    line += '=';
    const std::string shown = printable(value);
    const bool quote = shown.empty() || shown.find_first_of(" \"=") != std::string::npos;
    if (quote) line += '"';
    for (const char c : shown) {
      if (quote && c == '"') line += '\\';
      line += c;
    }
    if (quote) line += '"';
  }
  line += '\n';
  const std::lock_guard lock(mutex_);
  sink_(level, line);
}

}  // namespace muster
