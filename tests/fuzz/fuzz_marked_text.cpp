// SPDX-License-Identifier: Apache-2.0
// muster-agent explain shows files of the machine on a terminal: every byte that comes out can be
// shown there, and the places that are marked are those of the values.
#include "agent/commands/marked_text.h"
#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::as_text(data, size);
  const bool all = fuzz::take_choice(rest, 2) == 1;
  std::vector<std::string> values;
  for (int i = 0; i < 2; ++i)
    values.emplace_back(fuzz::take_part(rest, "\x1e"));
  const agent::commands::MarkedText shown = agent::commands::show_marked(rest, values, all);
  for (const std::string_view line : split(shown.text, '\n'))
    require(printable(line) == line);
  std::size_t last = 0;
  for (const agent::commands::Place& place : agent::commands::find_values(rest, values)) {
    require(place.begin >= last && place.begin < place.end && place.end <= rest.size());
    last = place.end;
  }
  return 0;
}
