// SPDX-License-Identifier: Apache-2.0
// Package URLs of deb packages. Pure; any thread.
// Source: the deb type of the package-url specification (ECMA-427).
#pragma once
#include <string>
#include <string_view>

namespace muster::agent::collect {

// The distribution that a package URL names; both parts may be empty (unknown).
struct Distribution {
  std::string vendor;   // os-release ID: "debian"
  std::string release;  // VERSION_CODENAME, else ID-VERSION_ID: "bookworm"
};

Distribution parse_distribution(std::string_view os_release);

// pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64&distro=bookworm; empty when the vendor is not
// known, because the deb type demands a namespace.
std::string deb_package_url(std::string_view name, std::string_view version,
                            std::string_view architecture, const Distribution& distribution);

}  // namespace muster::agent::collect
