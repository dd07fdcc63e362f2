// SPDX-License-Identifier: Apache-2.0
// Validates JSON against the subset of JSON Schema 2020-12 that openapi.yaml uses. A keyword that
// it does not know is itself reported, so that no schema says something that nobody checks.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "common/json/value.h"

namespace muster {

// "#/components/schemas/Item" within `document`.
const JsonValue& at_pointer(const JsonValue& document, std::string_view reference);

// The object itself, or what its $ref leads to.
const JsonValue& resolved(const JsonValue& document, const JsonValue& object);

class JsonSchema {
 public:
  // What of `value` does not fit, each with its path; empty: it is valid.
  static std::vector<std::string> violations(const JsonValue& document, const JsonValue& schema,
                                             const JsonValue& value);
};

}  // namespace muster
