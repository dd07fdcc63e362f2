// SPDX-License-Identifier: Apache-2.0
// A small JSON document as a tree, for request bodies, replies and configuration (never for
// inventory rows, which go straight from the events of read.h into rows). Values are immutable once
// parsed. Pure; any thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/json/read.h"
#include "common/json/write.h"
#include "common/support/result.h"

namespace muster {

class JsonValue {
 public:
  using Array = std::vector<JsonValue>;
  using Object =
      std::vector<std::pair<std::string, JsonValue>>;  // in the order of the text; keys are unique

  JsonValue() = default;  // null
  explicit JsonValue(bool v) : value_(v) {}
  explicit JsonValue(std::int64_t v) : value_(v) {}
  explicit JsonValue(double v) : value_(v) {}
  explicit JsonValue(std::string v) : value_(std::move(v)) {}
  explicit JsonValue(Array v) : value_(std::move(v)) {}
  explicit JsonValue(Object v) : value_(std::move(v)) {}

  // The whole text as one document, or why not ("byte 17: not JSON").
  static Result<JsonValue> parse(std::string_view text, const JsonLimits& limits = {});

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  // nullptr when the value is of another type.
  const bool* boolean() const { return std::get_if<bool>(&value_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
  const double* number() const { return std::get_if<double>(&value_); }
  const std::string* text() const { return std::get_if<std::string>(&value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  const Object* object() const { return std::get_if<Object>(&value_); }

  // Member of an object; nullptr when this is no object or has no such member.
  const JsonValue* find(std::string_view name) const;
  // Shorthands for reading what our own programs wrote: the member when it is there and of that
  // type.
  std::optional<std::string> text_at(std::string_view name) const;
  std::optional<std::int64_t> integer_at(std::string_view name) const;
  std::optional<bool> boolean_at(std::string_view name) const;

  std::string dump() const;  // compact, members in their order
  std::string dump_pretty(int indent = 2) const;
  void write(JsonWriter& writer) const;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

}  // namespace muster
