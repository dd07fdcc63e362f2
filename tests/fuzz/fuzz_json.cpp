// SPDX-License-Identifier: Apache-2.0
// JSON that a stranger wrote: what is taken is within the limits and is written back as a text that
// reads the same; the reader of events and the tree agree.
#include "common/json/value.h"

#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

namespace {

constexpr JsonLimits kLimits = {.depth = 5, .members = 6, .values = 60, .text_bytes = 40};

struct Seen {
  std::size_t values = 0;
};

void check(const JsonValue& value, std::size_t depth, Seen& seen) {
  ++seen.values;
  require(depth <= kLimits.depth);
  if (const auto* text = value.text()) {
    require(text->size() <= kLimits.text_bytes && is_valid_utf8(*text));
    require(text->find('\0') == std::string::npos);
  }
  const bool is_nest = value.array() != nullptr || value.object() != nullptr;
  require(!is_nest || depth < kLimits.depth);
  if (const auto* array = value.array()) {
    for (const JsonValue& each : *array)
      check(each, depth + 1, seen);
  }
  if (const auto* object = value.object()) {
    require(object->size() <= kLimits.members);
    for (const auto& [name, each] : *object) {
      require(name.size() <= kLimits.text_bytes && value.find(name) == &each);
      check(each, depth + 1, seen);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const auto narrow = JsonValue::parse(text, kLimits);
  const auto wide = JsonValue::parse(text);
  require(!narrow || wide);  // what narrow limits let pass, wide ones do
  if (narrow) {
    Seen seen;
    check(*narrow, 0, seen);
    require(seen.values <= kLimits.values);
  }
  if (!wide) return 0;
  const std::string written = wide->dump();
  const auto again = JsonValue::parse(written);
  require(again && again->dump() == written);
  const auto pretty = JsonValue::parse(wide->dump_pretty());
  require(pretty && pretty->dump() == written);
  for (const char* name : {"a", "id"}) {
    static_cast<void>(wide->text_at(name));
    static_cast<void>(wide->integer_at(name));
    static_cast<void>(wide->boolean_at(name));
  }
  return 0;
}
