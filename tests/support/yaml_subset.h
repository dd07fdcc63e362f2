// SPDX-License-Identifier: Apache-2.0
// Reads the subset of YAML 1.2 that openapi.yaml is written in: block mappings and sequences by
// indentation, plain scalars (true, false, null and whole numbers as such), double-quoted scalars
// with JSON's escapes, lists of scalars without commas on one line, [] and {}, folded texts (>-),
// comments on lines of their own. Anchors, tags, tabs and everything else of YAML is refused, so
// that nothing is read otherwise than a full parser would. Throws std::runtime_error with the line.
#pragma once
#include <string_view>

#include "common/json/value.h"

namespace muster {

class YamlSubset {
 public:
  static JsonValue parse(std::string_view text);
};

}  // namespace muster
