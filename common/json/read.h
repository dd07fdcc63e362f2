// SPDX-License-Identifier: Apache-2.0
// Reading JSON that a stranger wrote: limits first, then strict RFC 8259, as events into a handler.
// Built on nlohmann-json's SAX parser in one file (read.cpp); nothing else includes json.hpp. What
// nlohmann lets pass is refused here: raw NUL bytes, a byte order mark, integers outside 64 bits,
// -0, numbers that are not finite, U+0000, duplicate keys. Pure; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/support/result.h"

namespace muster {

struct JsonLimits {
  std::size_t depth = 8;               // nested brackets
  std::size_t members = 256;           // members of one object
  std::size_t values = 2'000'000;      // values in all
  std::size_t text_bytes = 64 * 1024;  // one string or key
};

// Receives the document in order. Each function returns false to stop: the handler then has its own
// reason.
class JsonHandler {
 public:
  virtual ~JsonHandler() = default;
  virtual bool null() = 0;
  virtual bool boolean(bool value) = 0;
  virtual bool integer(std::int64_t value) = 0;
  virtual bool number(double value) = 0;  // anything with a fraction or an exponent; always finite
  // Texts and names may be moved from; copied, their buffer serves for the next one.
  virtual bool text(std::string& value) = 0;
  virtual bool begin_object() = 0;
  virtual bool key(std::string& name) = 0;
  virtual bool end_object() = 0;
  virtual bool begin_array() = 0;
  virtual bool end_array() = 0;
};

// kMalformed with "byte N: reason" when the text is refused; kRefused when the handler stopped.
Result<Done> read_json(std::string_view text, const JsonLimits& limits, JsonHandler& handler);

}  // namespace muster
