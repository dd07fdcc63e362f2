// SPDX-License-Identifier: Apache-2.0
#include "server/cli/short_text.h"

#include <array>

#include "common/support/text.h"

namespace muster::cli {

std::string short_class(std::string_view text) {
  return std::string(text.substr(text.rfind('.') + 1));  // npos + 1 is 0
}

std::string short_system(std::string_view text) {
  std::string out(text);
  // What is said in brackets is the code name; "GNU/Linux" tells Debian from no other.
  for (std::size_t open = out.find(" ("); open != std::string::npos; open = out.find(" (")) {
    const std::size_t close = out.find(')', open);
    if (close == std::string::npos) break;
    out.erase(open, close + 1 - open);
  }
  constexpr std::string_view kOrnament = " GNU/Linux";
  if (const std::size_t at = out.find(kOrnament); at != std::string::npos)
    out.erase(at, kOrnament.size());
  return out.empty() ? std::string(text) : out;
}

std::string short_age(Instant at, Instant now) {
  std::string text = age(at, now);
  constexpr std::string_view kAgo = " ago";
  if (text.ends_with(kAgo)) text.resize(text.size() - kAgo.size());
  return text;
}

std::string short_span(std::optional<Instant> not_before, Instant at, Instant now, Zone zone) {
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string day = date_only(at, zone);
  const auto parts = split(day, '-');
  const auto month = parts.size() == 3 ? parse_integer(parts[1]) : std::nullopt;
  if (!month || *month < 1 || *month > 12) return between(not_before, at, zone);
  std::string text = std::string(parts[2]) + ' ' + kMonths[static_cast<std::size_t>(*month - 1)];
  if (date_only(now, zone).substr(0, parts[0].size()) != parts[0])
    text += ' ' + std::string(parts[0]);
  text += ' ' + minute_only(at, zone);
  if (!not_before) return text + " (seen)";
  const std::int64_t before = at - *not_before;
  return before <= 0 ? text : text + " (-" + duration(before) + ')';
}

}  // namespace muster::cli
