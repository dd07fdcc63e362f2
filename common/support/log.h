// SPDX-License-Identifier: Apache-2.0
// One structured line a message, on standard error: "2026-11-23T08:12:00Z warning ingest: text
// key=value". Values are escaped, so a hostile name cannot forge a line. A Log is made in main()
// and passed down; any thread may write to it.
#pragma once
#include <functional>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace muster {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

using LogField = std::pair<std::string_view, std::string>;

class Log {
 public:
  using Sink = std::function<void(LogLevel, const std::string& line)>;
  explicit Log(LogLevel least = LogLevel::kInfo);  // writes to standard error
  Log(LogLevel least, Sink sink) : least_(least), sink_(std::move(sink)) {}

  void write(LogLevel level, std::string_view part, std::string_view text,
             std::initializer_list<LogField> fields = {}) const;
  void debug(std::string_view part, std::string_view text,
             std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kDebug, part, text, fields);
  }
  void info(std::string_view part, std::string_view text,
            std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kInfo, part, text, fields);
  }
  void warning(std::string_view part, std::string_view text,
               std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kWarning, part, text, fields);
  }
  void error(std::string_view part, std::string_view text,
             std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kError, part, text, fields);
  }

 private:
  LogLevel least_;
  Sink sink_;
  mutable std::mutex mutex_;
};

}  // namespace muster
