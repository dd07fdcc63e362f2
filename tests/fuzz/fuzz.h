// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share: a check that ends the program, so that libFuzzer keeps the input,
// and ways to cut one input into several. One thread. Not for the tests that Catch2 runs.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace muster::fuzz {

// A property that held for every input so far does not hold for this one.
inline void require(bool truth) {
  if (!truth) std::abort();
}

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {static_cast<const char*>(static_cast<const void*>(data)), size};
}

// Takes the text before the first `separator` off `rest`; all of it when there is none.
inline std::string_view take_part(std::string_view& rest, std::string_view separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + separator.size());
  return part;
}

// Takes the first byte off `rest` as a number below `choices`; 0 of an empty input.
inline unsigned take_choice(std::string_view& rest, unsigned choices) {
  if (rest.empty()) return 0;
  const unsigned choice = static_cast<unsigned char>(rest.front()) % choices;
  rest.remove_prefix(1);
  return choice;
}

}  // namespace muster::fuzz
