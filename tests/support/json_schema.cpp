// SPDX-License-Identifier: Apache-2.0
#include "tests/support/json_schema.h"

#include <algorithm>
#include <cstdint>
#include <regex>
#include <stdexcept>
#include <utility>

#include "common/support/clock.h"
#include "common/support/text.h"

namespace muster {
namespace {

class SchemaCheck {
 public:
  explicit SchemaCheck(const JsonValue& document) : document_(document) {}

  void check(const JsonValue& schema, const JsonValue& value, const std::string& path) {
    if (schema.object() == nullptr) throw std::runtime_error("no schema at " + path);
    for (const auto& [keyword, rule] : *schema.object())
      check_keyword(keyword, rule, schema, value, path);
  }

  std::vector<std::string> take() { return std::move(found_); }

 private:
  void report(const std::string& path, const std::string& why) {
    found_.push_back(path + ": " + why);
  }

  static bool is_of_type(const JsonValue& value, std::string_view type) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.boolean() != nullptr;
    if (type == "integer") return value.integer() != nullptr;
    if (type == "number") return value.integer() != nullptr || value.number() != nullptr;
    if (type == "string") return value.text() != nullptr;
    if (type == "array") return value.array() != nullptr;
    if (type == "object") return value.object() != nullptr;
    throw std::runtime_error("no such type: " + std::string(type));
  }

  void check_keyword(const std::string& keyword, const JsonValue& rule, const JsonValue& schema,
                     const JsonValue& value, const std::string& path) {
    static const std::vector<std::string> kNotes = {"description", "example", "default"};
    if (std::find(kNotes.begin(), kNotes.end(), keyword) != kNotes.end()) return;
    if (keyword == "$ref") return check(at_pointer(document_, *rule.text()), value, path);
    if (keyword == "type") return check_type(rule, value, path);
    if (keyword == "enum") return check_enum(rule, value, path);
    if (keyword == "properties" || keyword == "additionalProperties" || keyword == "required") {
      return check_object(keyword, rule, schema, value, path);
    }
    if (keyword == "items") {
      for (std::size_t i = 0; value.array() != nullptr && i < value.array()->size(); ++i)
        check(rule, value.array()->at(i), path + '[' + std::to_string(i) + ']');
      return;
    }
    if (value.text() != nullptr && check_text(keyword, rule, *value.text(), path)) return;
    if (keyword == "minimum" || keyword == "maximum") {
      if (value.integer() == nullptr) return;
      const bool good = keyword == "minimum" ? *value.integer() >= *rule.integer()
                                             : *value.integer() <= *rule.integer();
      if (!good) report(path, "out of range");
      return;
    }
    static const std::vector<std::string> kTextOnly = {"format", "pattern", "minLength",
                                                       "maxLength"};
    if (std::find(kTextOnly.begin(), kTextOnly.end(), keyword) == kTextOnly.end())
      report(path, "the schema's keyword " + keyword + " is not known");
  }

  void check_type(const JsonValue& rule, const JsonValue& value, const std::string& path) {
    bool good = false;
    if (rule.text() != nullptr) good = is_of_type(value, *rule.text());
    for (std::size_t i = 0; rule.array() != nullptr && i < rule.array()->size(); ++i)
      good = good || is_of_type(value, *rule.array()->at(i).text());
    if (!good) report(path, "is not of type " + rule.dump() + ": " + value.dump());
  }

  void check_enum(const JsonValue& rule, const JsonValue& value, const std::string& path) {
    const auto& choices = *rule.array();
    const bool good = std::any_of(choices.begin(), choices.end(), [&](const JsonValue& choice) {
      return choice.dump() == value.dump();
    });
    if (!good) report(path, value.dump() + " is none of " + rule.dump());
  }

  void check_object(const std::string& keyword, const JsonValue& rule, const JsonValue& schema,
                    const JsonValue& value, const std::string& path) {
    if (value.object() == nullptr) return;
    if (keyword == "required") {
      for (const JsonValue& name : *rule.array()) {
        if (value.find(*name.text()) == nullptr) report(path, "lacks " + *name.text());
      }
      return;
    }
    const JsonValue* properties = schema.find("properties");
    for (const auto& [name, member] : *value.object()) {
      const JsonValue* declared = properties != nullptr ? properties->find(name) : nullptr;
      const std::string where = path + '.' + name;
      if (keyword == "properties" && declared != nullptr) check(*declared, member, where);
      if (keyword != "additionalProperties" || declared != nullptr) continue;
      if (rule.object() != nullptr) check(rule, member, where);
      if (rule.boolean() != nullptr && !*rule.boolean()) report(where, "is not declared");
    }
  }

  // True: it was a keyword about texts.
  bool check_text(const std::string& keyword, const JsonValue& rule, const std::string& text,
                  const std::string& path) {
    if (keyword == "format") {
      if (*rule.text() == "date-time" && !parse_rfc3339(text)) report(path, "is no time: " + text);
    } else if (keyword == "pattern") {
      if (!std::regex_search(text, std::regex(*rule.text()))) report(path, "does not fit: " + text);
    } else if (keyword == "minLength") {
      if (static_cast<std::int64_t>(text.size()) < *rule.integer()) report(path, "is too short");
    } else if (keyword == "maxLength") {
      if (static_cast<std::int64_t>(text.size()) > *rule.integer()) report(path, "is too long");
    } else {
      return false;
    }
    return true;
  }

  const JsonValue& document_;
  std::vector<std::string> found_;
};

}  // namespace

const JsonValue& at_pointer(const JsonValue& document, std::string_view reference) {
  const JsonValue* found = &document;
  for (const std::string_view part : split(reference, '/')) {
    if (part == "#") continue;
    found = found->find(part);
    if (found == nullptr) throw std::runtime_error("dangling " + std::string(reference));
  }
  return *found;
}

const JsonValue& resolved(const JsonValue& document, const JsonValue& object) {
  const auto reference = object.text_at("$ref");
  return reference ? at_pointer(document, *reference) : object;
}

std::vector<std::string> JsonSchema::violations(const JsonValue& document, const JsonValue& schema,
                                                const JsonValue& value) {
  SchemaCheck checker(document);
  checker.check(schema, value, "$");
  return checker.take();
}

}  // namespace muster
