// SPDX-License-Identifier: Apache-2.0
// Writing JSON as text, without a tree in between (nlohmann-json has no streaming writer, and its
// header costs 8 s in each file that includes it). Output is compact UTF-8; members come in the
// order in which they are written.
//
//   JsonWriter json;
//   json.begin_object().member("name", name).member("size_bytes", size);
//   json.key("tags").begin_array()...end_array().end_object();
//   send(json.text());
//
// Optionals without a value are left out (`member`). Text must be valid UTF-8 (see to_valid_text).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/support/clock.h"

namespace muster {

void append_json_text(std::string& out, std::string_view text);  // with quotes, RFC 8259 section 7
void append_json_integer(std::string& out, std::int64_t value);
void append_json_number(std::string& out, double value);  // shortest form; must be finite

class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(bool truth);
  JsonWriter& value(double number);
  JsonWriter& value(Instant at) { return value(std::string_view(to_rfc3339(at))); }
  JsonWriter& value(const std::vector<std::string>& list);
  JsonWriter& null();
  JsonWriter& raw(
      std::string_view json);  // a value that is JSON already; the caller vouches for it

  template <class T>
  JsonWriter& member(std::string_view name, const T& v) {
    return key(name).value(v);
  }
  template <class T>
  JsonWriter& member(std::string_view name, const std::optional<T>& v) {
    return v ? member(name, *v) : *this;
  }

  const std::string& text() const& { return out_; }
  std::string text() && { return std::move(out_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string out_;
  bool first_ = true;  // nothing has been written yet since the last opening bracket or key
};

}  // namespace muster
