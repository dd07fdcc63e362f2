// SPDX-License-Identifier: Apache-2.0
#include "common/json/value.h"

namespace muster {
namespace {

// Builds the tree: a stack of the arrays and objects that are open, the innermost last.
class Builder final : public JsonHandler {
 public:
  JsonValue take() { return std::move(root_); }

  bool null() override { return add(JsonValue()); }
  bool boolean(bool value) override { return add(JsonValue(value)); }
  bool integer(std::int64_t value) override { return add(JsonValue(value)); }
  bool number(double value) override { return add(JsonValue(value)); }
  bool text(std::string& value) override { return add(JsonValue(std::move(value))); }
  bool begin_object() override {
    open_.push_back({.is_object = true, .key = {}, .array = {}, .object = {}});
    return true;
  }
  bool key(std::string& name) override {
    open_.back().key = std::move(name);
    return true;
  }
  bool end_object() override { return close(); }
  bool begin_array() override {
    open_.push_back({.is_object = false, .key = {}, .array = {}, .object = {}});
    return true;
  }
  bool end_array() override { return close(); }

 private:
  struct Open {
    bool is_object;
    std::string key;
    JsonValue::Array array;
    JsonValue::Object object;
  };

  bool add(JsonValue value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Open& top = open_.back(); top.is_object) {
      top.object.emplace_back(std::move(top.key), std::move(value));
    } else {
      top.array.push_back(std::move(value));
    }
    return true;
  }
  bool close() {
    Open top = std::move(open_.back());
    open_.pop_back();
    return add(top.is_object ? JsonValue(std::move(top.object)) : JsonValue(std::move(top.array)));
  }

  std::vector<Open> open_;
  JsonValue root_;
};

void append_pretty(std::string& out, const JsonValue& value, int indent, int level) {
  const auto new_line = [&](int at) {
    out += '\n';
    out.append(static_cast<std::size_t>(indent) * static_cast<std::size_t>(at), ' ');
  };
  if (const auto* array = value.array(); array != nullptr && !array->empty()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ',';
      new_line(level + 1);
      append_pretty(out, (*array)[i], indent, level + 1);
    }
    new_line(level);
    out += ']';
  } else if (const auto* object = value.object(); object != nullptr && !object->empty()) {
    out += '{';
    for (std::size_t i = 0; i < object->size(); ++i) {
      if (i > 0) out += ',';
      new_line(level + 1);
      append_json_text(out, (*object)[i].first);
      out += ": ";
      append_pretty(out, (*object)[i].second, indent, level + 1);
    }
    new_line(level);
    out += '}';
  } else {
    out += value.dump();
  }
}

}  // namespace

Result<JsonValue> JsonValue::parse(std::string_view text, const JsonLimits& limits) {
  Builder builder;
  if (Result<Done> read = read_json(text, limits, builder); !read) return read.failure();
  return builder.take();
}

const JsonValue* JsonValue::find(std::string_view name) const {
  if (const Object* members = object()) {
    for (const auto& [key, value] : *members) {
      if (key == name) return &value;
    }
  }
  return nullptr;
}

std::optional<std::string> JsonValue::text_at(std::string_view name) const {
  const JsonValue* member = find(name);
  const std::string* value = member != nullptr ? member->text() : nullptr;
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<std::int64_t> JsonValue::integer_at(std::string_view name) const {
  const JsonValue* member = find(name);
  const std::int64_t* value = member != nullptr ? member->integer() : nullptr;
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<bool> JsonValue::boolean_at(std::string_view name) const {
  const JsonValue* member = find(name);
  const bool* value = member != nullptr ? member->boolean() : nullptr;
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

void JsonValue::write(JsonWriter& writer) const {
  if (is_null()) writer.null();
  if (const bool* v = boolean()) writer.value(*v);
  if (const std::int64_t* v = integer()) writer.value(*v);
  if (const double* v = number()) writer.value(*v);
  if (const std::string* v = text()) writer.value(std::string_view(*v));
  if (const Array* items = array()) {
    writer.begin_array();
    for (const JsonValue& item : *items)
      item.write(writer);
    writer.end_array();
  }
  if (const Object* members = object()) {
    writer.begin_object();
    for (const auto& [name, value] : *members) {
      writer.key(name);
      value.write(writer);
    }
    writer.end_object();
  }
}

std::string JsonValue::dump() const {
  JsonWriter writer;
  write(writer);
  return std::move(writer).text();
}

std::string JsonValue::dump_pretty(int indent) const {
  std::string out;
  append_pretty(out, *this, indent, 0);
  return out;
}

}  // namespace muster
