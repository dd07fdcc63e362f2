// SPDX-License-Identifier: Apache-2.0
// The order of versions, by the rules of their ecosystems. Pure; any thread; never fails: any text
// has a place in the order, as it has for the package manager.
//
//   Debian   [epoch:]upstream[-revision], Debian Policy 5.6.12 and deb-version(7)
//   kernel   release[-build][flavour] as uname -r has it: 6.1.0-40-amd64, 5.14.0-427.el9.x86_64,
//            6.9.3-arch1-1, 6.12.0-rc3; 6.1 is 6.1.0, and a candidate comes before its release
//   generic  one part, compared as Debian compares an upstream version ("12" before "12.1")
#pragma once
#include <compare>
#include <string_view>

#include "common/inventory/describe.h"

namespace muster::server::facts {

enum class Ecosystem { kGeneric, kDebian, kKernel };

// Of packages.manager.
Ecosystem ecosystem_of(std::string_view manager);
// The ecosystem of a field of that kind, in a row of that manager.
Ecosystem ecosystem_of(inventory::TextKind kind, std::string_view manager);

struct DebianVersion {
  std::string_view epoch;  // empty: none written, which is 0
  std::string_view upstream;
  std::string_view revision;
  bool has_epoch = false;
  bool has_revision = false;
};
DebianVersion split_debian(std::string_view version);

std::strong_ordering compare_versions(Ecosystem ecosystem, std::string_view a, std::string_view b);

// As above, where `literal` was written in a query: without an epoch it ignores the row's epoch,
// without a revision the row's revision (model.md section 7). For kernels it ignores the build and
// the flavour that it does not name, for other versions any text after a blank ("22.04.3 LTS").
std::strong_ordering compare_with_literal(Ecosystem ecosystem, std::string_view row,
                                          std::string_view literal);

}  // namespace muster::server::facts
