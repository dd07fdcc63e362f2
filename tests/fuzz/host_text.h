// SPDX-License-Identifier: Apache-2.0
// A machine as one text that a fuzzer can mutate: entries, each ended by the bytes 1E 0A, of a
// letter, a path, a newline and what is there:
//   F file with its content      L link and its target    X a failure: the number of its kind
//   N the netlink answer whose subject is the path ("links", "addresses")
//   T time of change in milliseconds                       D an empty directory
// Anything else is skipped. One thread.
#pragma once
#include <string>
#include <string_view>

#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/agent/map_host.h"

namespace muster::fuzz {

class TextHost : public agent::MapHost {
 public:
  static constexpr std::size_t kEntries = 300;  // listing folders takes the square of it

  explicit TextHost(std::string_view text) {
    for (std::size_t i = 0; i < kEntries && !text.empty(); ++i)
      add(take_part(text, "\x1e\n"));
  }

 private:
  void add(std::string_view entry) {
    if (entry.size() < 2) return;
    const char kind = entry.front();
    entry.remove_prefix(1);
    const std::string path(take_part(entry, "\n"));
    switch (kind) {
      case 'F':
        files[path] = entry;
        break;
      case 'L':
        links[path] = entry;
        break;
      case 'X':
        failures[path] = Failure{static_cast<FailureKind>(take_choice(entry, 8)), path + " fails."};
        break;
      case 'N':
        (path == "links" ? link_dump : address_dump) = std::string(entry);
        break;
      case 'T':
        modified_ms[path] = parse_integer(entry).value_or(0);
        break;
      case 'D':
        directories.insert(path);
        break;
      default:
        break;
    }
  }
};

}  // namespace muster::fuzz
