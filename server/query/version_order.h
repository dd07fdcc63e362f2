// SPDX-License-Identifier: Apache-2.0
// The order of versions, by the rules of those who write them. Pure; any thread; never fails: any
// text has a place in the order, as it has for the package manager.
//
//   Debian   [epoch:]upstream[-revision], Debian Policy 5.6.12 and deb-version(7)
//   generic  one part, compared as Debian compares an upstream version ("12" before "12.1")
#pragma once
#include <compare>
#include <string_view>

namespace muster::server {

enum class Ecosystem { kGeneric, kDebian };

// Of packages.manager.
Ecosystem ecosystem_of(std::string_view manager);

struct DebianVersion {
  std::string_view epoch;  // empty: none written, which is 0
  std::string_view upstream;
  std::string_view revision;
  bool has_epoch = false;
  bool has_revision = false;
};
DebianVersion split_debian(std::string_view version);

std::strong_ordering compare_versions(Ecosystem ecosystem, std::string_view a, std::string_view b);

// As above, where `literal` is what a person wrote: without an epoch it ignores the row's epoch,
// without a revision it ignores the revision (model.md section 7).
std::strong_ordering compare_with_literal(Ecosystem ecosystem, std::string_view row,
                                          std::string_view literal);

}  // namespace muster::server
