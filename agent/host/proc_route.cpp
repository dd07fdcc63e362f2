// SPDX-License-Identifier: Apache-2.0
#include "agent/host/proc_route.h"

#include <algorithm>

#include "agent/host/line_words.h"
#include "common/support/text.h"

namespace muster::agent::host {
namespace {

std::optional<std::uint32_t> address_number(std::string_view digits) {
  const auto number = digits.size() == 8 ? parse_integer(digits, 16) : std::nullopt;
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

std::uint32_t turned(std::uint32_t number) {
  return number >> 24 | (number >> 8 & 0xFF00U) | (number << 8 & 0xFF0000U) | number << 24;
}

// Ones, then zeros.
bool is_mask(std::uint32_t number) {
  return std::popcount(number) == std::countl_one(number);
}

// The numbers as they are written.
std::vector<ProcRoute> written_routes(std::string_view text) {
  std::vector<ProcRoute> out;
  for (const std::string_view line : lines(text)) {
    const std::vector<std::string_view> fields = line_words(line);
    if (fields.size() < 8) continue;
    const auto destination = address_number(fields[1]);
    const auto gateway = address_number(fields[2]);
    const auto mask = address_number(fields[7]);
    if (destination && gateway && mask)
      out.push_back({std::string(fields[0]), *destination, *gateway, *mask});
  }
  return out;
}

std::optional<std::endian> order_of(const std::vector<ProcRoute>& routes) {
  for (const ProcRoute& route : routes) {
    const bool as_written = is_mask(route.mask);
    if (as_written != is_mask(turned(route.mask)))
      return as_written ? std::endian::big : std::endian::little;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::endian> byte_order_of_routes(std::string_view text) {
  return order_of(written_routes(text));
}

std::vector<ProcRoute> parse_proc_route(std::string_view text, std::endian otherwise) {
  std::vector<ProcRoute> routes = written_routes(text);
  if (order_of(routes).value_or(otherwise) == std::endian::big) return routes;
  for (ProcRoute& route : routes) {
    route.destination = turned(route.destination);
    route.gateway = turned(route.gateway);
    route.mask = turned(route.mask);
  }
  return routes;
}

}  // namespace muster::agent::host
