// SPDX-License-Identifier: Apache-2.0
// dpkg's status file, and the package URLs that follow from it. Only packages whose files are
// really there count: the third word of Status is "installed", which is what
// `dpkg-query -W -f='${db:Status-Status}'` calls installed. Packages that were removed but left
// configuration files behind (config-files), or that a broken run left unpacked, half-installed,
// half-configured or with triggers outstanding, do not, as dpkg itself does not count them as
// installed. One pass over the text with views into it; a stanza that cannot be understood is left
// out and said. Pure; any thread.
// Source: deb822(5), dpkg(1) "Package states", the deb type of the package-url specification.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "common/inventory/sections/packages.h"

namespace muster::agent {

// The distribution that a package URL names; both parts may be empty (unknown).
struct Distribution {
  std::string vendor;   // os-release ID: "debian"
  std::string release;  // VERSION_CODENAME, else ID-VERSION_ID: "bookworm"
};

Distribution parse_distribution(std::string_view os_release);

struct DpkgPackage {
  inventory::Package row;
  bool same_everywhere = false;  // Multi-Arch: same, so its files in info/ are called NAME:ARCH.*
};

struct PackageList {
  std::vector<DpkgPackage> packages;
  // What could not be understood, first one only, and how many there were; empty when all was.
  std::string problem;
};

// A dpkg status file: stanzas of RFC 822 style fields. `one_per_file`: a file of status.d, where
// distroless images keep one stanza without a Status field, which then means installed.
PackageList parse_dpkg_status(std::string_view text, const Distribution& distribution,
                              bool one_per_file = false);

// pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64&distro=bookworm; empty when the vendor is not
// known, because the deb type demands a namespace.
std::string deb_package_url(std::string_view name, std::string_view version,
                            std::string_view architecture, const Distribution& distribution);

}  // namespace muster::agent
