// SPDX-License-Identifier: Apache-2.0
// Versions are what packages call them, any text. Sorting with an order that contradicts itself is
// undefined, so: each is equal to itself, a before b says b after a, and three are in one order.
#include <compare>

#include "server/facts/version_order.h"
#include "tests/fuzz/fuzz.h"

using namespace muster::server;
using muster::fuzz::require;

namespace {

bool less(facts::Ecosystem ecosystem, std::string_view a, std::string_view b) {
  return facts::compare_versions(ecosystem, a, b) < 0;
}

void check(facts::Ecosystem ecosystem, std::string_view a, std::string_view b, std::string_view c) {
  require(facts::compare_versions(ecosystem, a, a) == 0);
  require(less(ecosystem, a, b) == (facts::compare_versions(ecosystem, b, a) > 0));
  if (less(ecosystem, a, b) && less(ecosystem, b, c)) require(less(ecosystem, a, c));
  const bool ab = facts::compare_versions(ecosystem, a, b) == 0;
  const bool bc = facts::compare_versions(ecosystem, b, c) == 0;
  if (ab && bc) require(facts::compare_versions(ecosystem, a, c) == 0);
  if (ab) require(less(ecosystem, a, c) == less(ecosystem, b, c));
  require(facts::compare_with_literal(ecosystem, a, a) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = muster::fuzz::as_text(data, size);
  const std::string_view a = muster::fuzz::take_part(rest, "\n");
  const std::string_view b = muster::fuzz::take_part(rest, "\n");
  for (const facts::Ecosystem ecosystem : {facts::ecosystem_of(a), facts::Ecosystem::kGeneric,
                                           facts::Ecosystem::kDebian, facts::Ecosystem::kKernel})
    check(ecosystem, a, b, rest);
  const facts::DebianVersion parts = facts::split_debian(a);
  std::string whole;
  if (parts.has_epoch) whole += std::string(parts.epoch) + ':';
  whole += parts.upstream;
  if (parts.has_revision) whole += '-' + std::string(parts.revision);
  require(whole == a);
  return 0;
}
